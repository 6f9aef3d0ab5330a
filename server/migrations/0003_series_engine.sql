-- compatible
-- Branches, waits for events, what a call brings along, and the outbox of signals.

alter table enrollments
  -- What the enrolling call brought along: merge tags and conditions name it `event`.
  add column properties jsonb not null default '{}',
  add column entered_by text not null default 'api',
  -- The event that started it, which no wait of it hears again.
  add column entry_event uuid,
  drop constraint enrollments_state_known,
  add constraint enrollments_state_known check (state in
    ('active', 'completed', 'goal_reached', 'exited', 'removed', 'ended'));

alter table recipients
  -- The step's rule has been asked and said: not before due_at.
  add column held boolean not null default false,
  -- The last event that this passage waited for and heard.
  add column heard uuid;

-- Which way a step led, where there are several.
alter table step_log add column branch text;

-- Which changes a version listens to: 'created', 'changed', 'event:order_placed', 'entered:<series id>',
-- 'message:hard_bounce' …
alter table series_versions add column listens text[] not null default '{}';
-- The same of all series of the side that are active or paused: read by the statement that makes a
-- change, so that none is missed which comes after an activation.
alter table workspaces add column listens text[] not null default '{}';

-- Gathers what a side's series listen to, after one of them has changed. Locks: the workspace.
create function gather_listens(workspace uuid) returns void language sql as $$
  update workspaces w
     set listens = coalesce((
           select array_agg(distinct l.word)
             from automations a
             join series_versions v on v.automation_id = a.id
            cross join lateral unnest(v.listens) as l (word)
            where a.workspace_id = workspace and a.status in ('active', 'paused')), '{}')
   where w.id = workspace
$$;

-- Whom something happened to that a series may react to: written with the change itself, handled in
-- order by the workers, and gone when that is done. Steps of somebody who has one wait until then.
create table signals (
  bucket smallint not null,
  -- In the order of writing.
  id bigint generated always as identity,
  workspace_id uuid not null,
  live boolean not null,
  -- Of a company for kind 'company', which stands for all its users.
  user_id uuid not null,
  kind text not null constraint signals_kind_known
    check (kind in ('created', 'changed', 'event', 'entered', 'message', 'company')),
  -- The event's type, the series entered, what happened to the message, how far a company was worked off.
  name text,
  event_id uuid,
  -- By the clock of the side.
  at timestamptz not null,
  -- False for data that is only written about somebody: it ends passages and starts none.
  may_start boolean not null,
  -- The user before a change: who matched an audience then, does not begin to by it.
  before jsonb,
  primary key (bucket, id)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
create index signals_by_user on signals (bucket, user_id);
create index signals_of_tests on signals (workspace_id) where not live;

-- Signals that could not be handled time and again, alone: taken out of the way of the others, kept to be
-- looked at, and put back by `milepost repair`.
create table set_aside_signals (
  bucket smallint not null,
  id bigint not null,
  workspace_id uuid not null,
  live boolean not null,
  user_id uuid not null,
  kind text not null,
  name text,
  event_id uuid,
  at timestamptz not null,
  may_start boolean not null,
  before jsonb,
  -- What was thrown, and when, by the database's clock.
  error text not null,
  set_aside_at timestamptz not null,
  primary key (bucket, id)
);

create index users_by_company on users (company_id, bucket, id) where company_id is not null;

-- What came since a wait began, however long before it happened.
create index events_heard on events (bucket, user_id, event_type, received_at)
  where user_id is not null;
