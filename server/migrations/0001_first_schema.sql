-- compatible
-- The whole schema of the first release. Every row that belongs to a user carries workspace_id and
-- bucket (0-63, from the user id), and bucket leads its primary key and unique constraints, so that
-- one PostgreSQL, hash partitions and Citus share this schema.

-- The instant on which leases, heartbeats and due rows of a live side are judged: the database's
-- clock, never a host's; in whole milliseconds, as JavaScript reads it. A simulation sets milepost.now and moves it by hand.
create function db_now() returns timestamptz language sql stable parallel safe as $$
  select coalesce(nullif(current_setting('milepost.now', true), '')::timestamptz,
                  date_trunc('milliseconds', statement_timestamp()))
$$;

-- Merges a patch into an object key by key: the new value wins, null deletes the key.
create function merge_keys(old jsonb, patch jsonb) returns jsonb language sql immutable parallel safe as $$
  select case when patch = '{}' then old
              when not jsonb_path_exists(patch, '$.keyvalue() ? (@.value == null)') then old || patch
              else (old || patch) - array(select key from jsonb_each(patch) where value = 'null') end
$$;

create table workspaces (
  id uuid primary key,
  -- The two sides of one workspace share a pair_id and nothing else.
  pair_id uuid not null,
  side text not null constraint workspaces_side_known check (side in ('live', 'test')),
  name text not null,
  timezone text not null default 'UTC',
  settings jsonb not null default '{}',
  -- Test side only: its clock, which stands still until somebody advances it.
  clock_now timestamptz,
  -- While one call advances the clock: until when it may, and its token.
  advancing_until timestamptz,
  advancing_token uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint workspaces_pair unique (pair_id, side),
  constraint workspaces_clock_on_test_side check ((side = 'test') = (clock_now is not null))
);

create table api_keys (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id) on delete cascade,
  kind text not null constraint api_keys_kind_known check (kind in ('widget', 'secret')),
  -- SHA-256 of the whole key.
  hash bytea not null constraint api_keys_hash unique,
  -- Widget keys only, so that they can be shown again.
  encrypted bytea,
  -- The last four characters, to tell keys apart.
  hint text not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);
create index api_keys_workspace on api_keys (workspace_id, created_at);

create table identity_secrets (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id) on delete cascade,
  encrypted bytea not null,
  hint text not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);
create index identity_secrets_workspace on identity_secrets (workspace_id, created_at);

create table users (
  bucket smallint not null,
  workspace_id uuid not null,
  -- Derived from (workspace_id, external_id), so that finding it costs no read.
  id uuid not null,
  external_id text not null,
  email text,
  name text,
  timezone text,
  locale text,
  signed_up_at timestamptz,
  traits jsonb not null default '{}',
  context jsonb not null default '{}',
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (bucket, id)
);
create index users_by_age on users (workspace_id, created_at desc, id desc);
create index users_email on users (workspace_id, lower(email)) where email is not null;

create table automations (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id) on delete cascade,
  type text not null constraint automations_type_known check (type in ('series', 'broadcast')),
  name text not null,
  status text not null constraint automations_status_known
    check (status in ('draft', 'active', 'paused', 'completed', 'archived')),
  -- What the next publishing would publish: {settings, steps} of a series, the content of a broadcast.
  draft jsonb not null,
  -- The published version that new enrollments enter; null before the first.
  version integer,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index automations_by_age on automations (workspace_id, type, created_at desc, id desc);

create table series_versions (
  automation_id uuid not null references automations (id) on delete cascade,
  number integer not null,
  settings jsonb not null,
  steps jsonb not null,
  published_at timestamptz not null,
  primary key (automation_id, number)
);

create table enrollments (
  bucket smallint not null,
  id uuid not null,
  workspace_id uuid not null,
  user_id uuid not null,
  automation_id uuid not null,
  version integer not null,
  -- 1 for the first passage of this user through this series.
  run integer not null,
  state text not null constraint enrollments_state_known
    check (state in ('active', 'completed', 'removed', 'ended')),
  entered_at timestamptz not null,
  ended_at timestamptz,
  end_reason text,
  primary key (bucket, id),
  constraint enrollments_run unique (bucket, user_id, automation_id, run),
  constraint enrollments_ended check ((state = 'active') = (ended_at is null))
);
-- Never (user, version): one active passage of a user through a series, whatever the version.
create unique index enrollments_one_active on enrollments (bucket, user_id, automation_id)
  where state = 'active';
create index enrollments_by_series on enrollments (automation_id, entered_at desc, id desc);

-- The queue: one thin row per step that waits or is being worked. An active enrollment has exactly
-- one row that advances it; (enrollment_id, seq) names one step occurrence for ever.
create table recipients (
  bucket smallint not null,
  enrollment_id uuid not null,
  -- Counts the steps planned in this enrollment: 1, 2, 3 …
  seq integer not null,
  workspace_id uuid not null,
  automation_id uuid not null,
  user_id uuid not null,
  version integer not null,
  step_id text not null,
  live boolean not null,
  -- False for a message that a member ordered again: its enrollment has gone on already.
  advances boolean not null default true,
  status text not null default 'pending'
    constraint recipients_status_known check (status in ('pending', 'processing')),
  -- Set while the series is paused and the row was due: out of the worker's sight.
  parked boolean not null default false,
  due_at timestamptz not null,
  -- What the due time was planned from, kept so that it can be planned anew.
  from_at timestamptz not null,
  timezone text not null,
  tz_version text not null,
  reasons jsonb not null,
  attempts smallint not null default 0,
  first_attempt_at timestamptz,
  -- The lease, while processing.
  worker_id uuid,
  lease_token uuid,
  primary key (bucket, enrollment_id, seq),
  constraint recipients_leased check ((status = 'processing') = (lease_token is not null))
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
create index recipients_due on recipients (bucket, due_at)
  where status = 'pending' and live and not parked;
create index recipients_due_test on recipients (workspace_id, due_at) where not live;
create index recipients_processing on recipients (worker_id) where status = 'processing';
create index recipients_parked on recipients (automation_id) where parked;
create index recipients_by_series on recipients (automation_id, due_at, enrollment_id);

-- What became of each step. Append-only.
create table step_log (
  bucket smallint not null,
  enrollment_id uuid not null,
  seq integer not null,
  workspace_id uuid not null,
  automation_id uuid not null,
  user_id uuid not null,
  step_id text not null,
  outcome text not null constraint step_log_outcome_known
    check (outcome in ('passed', 'skipped', 'failed', 'cancelled')),
  reason text,
  due_at timestamptz not null,
  at timestamptz not null,
  reasons jsonb not null,
  primary key (bucket, enrollment_id, seq)
);
create index step_log_by_step on step_log (automation_id, step_id, outcome);

create table messages (
  bucket smallint not null,
  id uuid not null,
  workspace_id uuid not null,
  -- The step occurrence that this message belongs to: at most one message each.
  enrollment_id uuid not null,
  seq integer not null,
  automation_id uuid not null,
  user_id uuid not null,
  user_external_id text not null,
  step_id text not null,
  state text not null constraint messages_state_known check (state in
    ('scheduled', 'sending', 'accepted', 'delivered', 'bounced', 'complained', 'rejected', 'cancelled', 'in_doubt')),
  transport text not null,
  from_address text not null,
  to_address text not null,
  subject text not null,
  html text not null,
  text text not null,
  headers jsonb not null,
  message_id text not null,
  scheduled_for timestamptz not null,
  reasons jsonb not null,
  attempt integer not null default 0,
  attempted_at timestamptz,
  worker_id uuid,
  lease_token uuid,
  sent_at timestamptz,
  -- What the transport said, or why the message ended as it did.
  answer text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (bucket, id),
  constraint messages_step_occurrence unique (bucket, enrollment_id, seq)
);
create index messages_by_age on messages (workspace_id, created_at desc, id desc);
create index messages_by_series on messages (automation_id, state);
create index messages_by_user on messages (bucket, user_id, created_at desc);
create index messages_sending on messages (worker_id) where state = 'sending';
create index messages_in_doubt on messages (workspace_id, attempted_at) where state = 'in_doubt';

create table message_events (
  bucket smallint not null,
  id uuid not null,
  workspace_id uuid not null,
  message_id uuid not null,
  kind text not null,
  at timestamptz not null,
  detail jsonb not null default '{}',
  primary key (bucket, id)
);
create index message_events_by_message on message_events (bucket, message_id, at);

-- One row per worker process; leases live and die with its heartbeat.
create table workers (
  id uuid primary key,
  host text not null,
  pid integer not null,
  version text not null,
  tz_version text not null,
  started_at timestamptz not null,
  beat_at timestamptz not null,
  stopped_at timestamptz
);

create table idempotency (
  workspace_id uuid not null,
  key text not null,
  request_hash bytea not null,
  -- Null while the first request is being handled.
  status smallint,
  body text,
  created_at timestamptz not null,
  primary key (workspace_id, key)
);
create index idempotency_by_age on idempotency (created_at);

-- Rate limits shared by all API processes: calls counted per window. Losing it costs nothing.
create unlogged table rate_counters (
  key text not null,
  window_start timestamptz not null,
  count integer not null,
  primary key (key, window_start)
);

-- Small facts of the installation: which time-zone data the plans were made with, which demo was seeded.
create table facts (
  name text primary key,
  value jsonb not null,
  updated_at timestamptz not null
);

-- Every planned step occurrence of a series is accounted for, at any moment. `planned` counts the
-- occurrences ever planned (seq counts them within an enrollment); the others say what became of each.
-- unaccounted <> 0 is a defect: an occurrence that is nowhere, or in two places.
create function ledger_of(series uuid) returns table (
  planned bigint, passed bigint, skipped bigint, failed bigint, cancelled bigint, pending bigint,
  processing bigint, in_doubt bigint, unaccounted bigint
) language sql stable as $$
  with occurrence as (
    select enrollment_id, seq, outcome as state from step_log where automation_id = series
    union all
    select enrollment_id, seq, status from recipients where automation_id = series and advances
    union all
    select m.enrollment_id, m.seq, 'in_doubt' from messages m
     where m.automation_id = series
       and (m.state = 'in_doubt'
            or m.state in ('sending', 'scheduled') and exists (
              select 1 from recipients r
               where r.bucket = m.bucket and r.enrollment_id = m.enrollment_id and r.seq = m.seq
                 and not r.advances))
  ), enrolled as (
    select max(seq) as planned, count(*) as places, count(distinct seq) as known
      from occurrence group by enrollment_id
  ), entered as (
    select count(*) as enrollments from enrollments where automation_id = series
  ), total as (
    select coalesce(sum(planned), 0) as planned, count(*) as enrollments,
           coalesce(sum(planned - known + places - known), 0) as wrong
      from enrolled
  )
  select total.planned,
         count(*) filter (where state = 'passed'), count(*) filter (where state = 'skipped'),
         count(*) filter (where state = 'failed'), count(*) filter (where state = 'cancelled'),
         count(*) filter (where state = 'pending'), count(*) filter (where state = 'processing'),
         count(*) filter (where state = 'in_doubt'),
         total.wrong + abs(entered.enrollments - total.enrollments)
    from total cross join entered left join occurrence on true
   group by total.planned, total.wrong, total.enrollments, entered.enrollments
$$;

create view ledger as
select a.id as automation_id, a.workspace_id, l.*
  from automations a cross join lateral ledger_of(a.id) l
 where a.type = 'series';
