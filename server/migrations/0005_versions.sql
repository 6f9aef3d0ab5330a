-- compatible
-- Series that change while people are in them: content updates, moving people to another version, and
-- what becomes of what fell due during a pause.

alter table automations
  -- Counts the content updates; each process asks for it once a second.
  add column content_revision integer not null default 0,
  -- What the last resume ordered for what was overdue then: {late, after, at}.
  add column resume_policy jsonb,
  -- When the status last changed, by the database's clock on both sides; null for before this column.
  add column status_at timestamptz;

alter table enrollments
  -- Whether it has ever changed its version: then a step may stand before it that it has had already.
  add column is_moved boolean not null default false;

-- Corrections of emails in versions that were published before them. A version itself never changes.
create table series_content (
  automation_id uuid not null references automations (id) on delete cascade,
  -- One number per call.
  revision integer not null,
  step_id text not null,
  -- The last version it is for: later ones were published from a draft that has it.
  versions_to integer not null,
  -- Only what was sent; null takes a field away.
  fields jsonb not null,
  at timestamptz not null,
  primary key (automation_id, revision, step_id)
);

-- People of older versions on their way to a newer one, a batch at a time.
create table series_migrations (
  automation_id uuid not null references automations (id) on delete cascade,
  to_version integer not null,
  state text not null constraint series_migrations_state_known
    check (state in ('running', 'done', 'superseded', 'cancelled')),
  -- How far this pass over the queue has come; null at its start.
  cursor_at timestamptz,
  cursor_id uuid,
  moved_count bigint not null default 0,
  -- By the clock of the side.
  requested_at timestamptz not null,
  -- By the database's clock.
  started_at timestamptz not null,
  advanced_at timestamptz not null,
  finished_at timestamptz,
  primary key (automation_id, to_version)
);
create index series_migrations_running on series_migrations (advanced_at) where state = 'running';
