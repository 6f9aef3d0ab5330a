-- compatible
-- Companies, what users did, and which company a user belongs to.

create table companies (
  bucket smallint not null,
  workspace_id uuid not null,
  -- Derived from (workspace_id, external_id) like a user's, and never the same as a user's.
  id uuid not null,
  external_id text not null,
  name text,
  domain text,
  industry text,
  plan text,
  employee_count integer,
  signed_up_at timestamptz,
  traits jsonb not null default '{}',
  context jsonb not null default '{}',
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (bucket, id)
);
create index companies_by_age on companies (workspace_id, created_at desc, id desc);

alter table users add column company_id uuid;

-- What users did. Three times: when it happened and when it came, by the clock of the side; and when
-- it was stored, by the database's clock. Partitions are months of the last one, because the clock of a
-- test side may stand anywhere, and its events would otherwise stand in the way of months to come.
create table events (
  bucket smallint not null,
  id uuid not null,
  workspace_id uuid not null,
  -- Null for somebody whom nobody has identified.
  user_id uuid,
  event_type text not null,
  -- Never later than received_at.
  occurred_at timestamptz not null,
  received_at timestamptz not null,
  stored_at timestamptz not null,
  -- As the caller named it; see event_ids.
  event_id text,
  session_id text,
  element_selector text,
  page_url text,
  metadata jsonb not null default '{}',
  primary key (bucket, id, stored_at)
) partition by range (stored_at);
create index events_by_user on events (bucket, user_id, event_type, occurred_at)
  where user_id is not null;
create index events_by_age on events (workspace_id, stored_at desc, id desc);
create index events_by_type on events (workspace_id, event_type, stored_at desc, id desc);

-- Where an event goes for whose month there is no partition: nothing is ever refused.
create table events_default partition of events default;

-- Ids of the events of the last 24 hours, so that the same event sent twice counts once.
create table event_ids (
  bucket smallint not null,
  -- Derived from the user and the id that the caller gave the event.
  id uuid not null,
  workspace_id uuid not null,
  -- By the clock of the side.
  received_at timestamptz not null,
  primary key (bucket, id)
);
create index event_ids_by_age on event_ids (workspace_id, received_at);

-- Makes the partitions of events from last month to three months ahead that are missing; the number
-- made. A month of which the default partition holds rows already stays there. Locks: one caller at a
-- time; where a partition is missing, all that read or write events wait for a moment.
create function make_event_partitions() returns integer language plpgsql set lock_timeout = '2s' as $$
declare
  month timestamp;
  starts timestamptz;
  ends timestamptz;
  name text;
  made integer := 0;
begin
  for ahead in -1..3 loop
    month := date_trunc('month', db_now() at time zone 'UTC') + make_interval(months => ahead);
    name := 'events_' || to_char(month, 'YYYY_MM');
    continue when to_regclass(name) is not null;
    if not pg_try_advisory_xact_lock(4400000002) then return made; end if;
    starts := month at time zone 'UTC';
    ends := (month + interval '1 month') at time zone 'UTC';
    lock table events_default in access exclusive mode;
    continue when to_regclass(name) is not null
      or exists (select from events_default where stored_at >= starts and stored_at < ends);
    execute format('create table %I (like events including defaults including constraints)', name);
    execute format('alter table events attach partition %I for values from (%L) to (%L)',
                   name, starts, ends);
    made := made + 1;
  end loop;
  return made;
end
$$;

select make_event_partitions();
