-- compatible
-- Imports: a file as it came, in pieces that end where lines end, until each piece has been worked.

create table imports (
  id uuid primary key,
  workspace_id uuid not null references workspaces on delete cascade,
  kind text not null constraint imports_kind_known check (
    kind in ('users', 'companies', 'events', 'suppressions', 'list_members', 'everything')),
  format text not null constraint imports_format_known check (format in ('csv', 'jsonl')),
  source text not null,
  -- What was asked for beside: {is_dry_run, may_start, is_confirmed, list_id, delimiter}.
  options jsonb not null,
  -- Of CSV the names of the columns, in order; of JSON Lines nothing.
  columns jsonb not null default '[]',
  -- By the name of a column, what was said of it: a target, or null for one that is left out.
  mapping jsonb not null,
  state text not null constraint imports_state_known check (
    state in ('receiving', 'running', 'paused', 'done', 'cancelled', 'failed')),
  bytes bigint not null default 0,
  line_count integer not null default 0,
  -- The piece that is worked next.
  next_position integer not null default 0,
  -- Pieces were written anew, without somebody who was erased.
  revision integer not null default 0,
  handled_count integer not null default 0,
  created_count integer not null default 0,
  changed_count integer not null default 0,
  unchanged_count integer not null default 0,
  bad_count integer not null default 0,
  warned_count integer not null default 0,
  -- How often the present piece could not be worked, and why not; no values of the file.
  failures integer not null default 0,
  fault text,
  created_at timestamptz not null,
  worked_at timestamptz,
  ended_at timestamptz
);
create index imports_by_age on imports (workspace_id, created_at desc, id desc);
create index imports_running on imports (worked_at nulls first, id) where state = 'running';
create index imports_unfinished on imports (workspace_id, id)
  where state in ('receiving', 'running', 'paused', 'failed');

-- Deleted once worked: what stands in them is other people's data.
create table import_chunks (
  import_id uuid not null references imports on delete cascade,
  position integer not null,
  first_line integer not null,
  content text not null,
  primary key (import_id, position)
);
-- To compress what is read once, a moment later, costs more than it saves.
alter table import_chunks alter column content set storage external;

-- What is wrong with single lines: field and reason, never a value.
create table import_faults (
  import_id uuid not null references imports on delete cascade,
  line integer not null,
  is_warning boolean not null,
  field text not null,
  reason text not null,
  primary key (import_id, line, field, reason)
);
