-- The schema that the migrations make, as PostgreSQL 18 tells it. Written by a test; do not edit.
set check_function_bodies = off;

CREATE OR REPLACE FUNCTION public.db_now()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select coalesce(nullif(current_setting('milepost.now', true), '')::timestamptz,
                  date_trunc('milliseconds', statement_timestamp()))
$function$
;

CREATE OR REPLACE FUNCTION public.gather_listens(workspace uuid)
 RETURNS void
 LANGUAGE sql
AS $function$
  update workspaces w
     set listens = coalesce((
           select array_agg(distinct l.word)
             from automations a
             join series_versions v on v.automation_id = a.id
            cross join lateral unnest(v.listens) as l (word)
            where a.workspace_id = workspace and a.status in ('active', 'paused')), '{}')
   where w.id = workspace
$function$
;

CREATE OR REPLACE FUNCTION public.ledger_of(series uuid)
 RETURNS TABLE(planned bigint, passed bigint, skipped bigint, failed bigint, cancelled bigint, pending bigint, processing bigint, in_doubt bigint, unaccounted bigint)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.make_event_partitions()
 RETURNS integer
 LANGUAGE plpgsql
 SET lock_timeout TO '2s'
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.merge_keys(old jsonb, patch jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when patch = '{}' then old
              when not jsonb_path_exists(patch, '$.keyvalue() ? (@.value == null)') then old || patch
              else (old || patch) - array(select key from jsonb_each(patch) where value = 'null') end
$function$
;

create table api_keys (
  id uuid not null,
  workspace_id uuid not null,
  kind text not null,
  hash bytea not null,
  encrypted bytea,
  hint text not null,
  created_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint api_keys_hash UNIQUE (hash),
  constraint api_keys_kind_known CHECK ((kind = ANY (ARRAY['widget'::text, 'secret'::text]))),
  constraint api_keys_pkey PRIMARY KEY (id)
);

create table automations (
  id uuid not null,
  workspace_id uuid not null,
  type text not null,
  name text not null,
  status text not null,
  draft jsonb not null,
  version integer,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  content_revision integer default 0 not null,
  resume_policy jsonb,
  status_at timestamp with time zone,
  constraint automations_pkey PRIMARY KEY (id),
  constraint automations_status_known CHECK ((status = ANY (ARRAY['draft'::text, 'active'::text, 'paused'::text, 'completed'::text, 'archived'::text]))),
  constraint automations_type_known CHECK ((type = ANY (ARRAY['series'::text, 'broadcast'::text])))
);

create table companies (
  bucket smallint not null,
  workspace_id uuid not null,
  id uuid not null,
  external_id text not null,
  name text,
  domain text,
  industry text,
  plan text,
  employee_count integer,
  signed_up_at timestamp with time zone,
  traits jsonb default '{}'::jsonb not null,
  context jsonb default '{}'::jsonb not null,
  first_seen timestamp with time zone not null,
  last_seen timestamp with time zone not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint companies_pkey PRIMARY KEY (bucket, id)
);

create table enrollments (
  bucket smallint not null,
  id uuid not null,
  workspace_id uuid not null,
  user_id uuid not null,
  automation_id uuid not null,
  version integer not null,
  run integer not null,
  state text not null,
  entered_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  end_reason text,
  properties jsonb default '{}'::jsonb not null,
  entered_by text default 'api'::text not null,
  entry_event uuid,
  is_moved boolean default false not null,
  constraint enrollments_ended CHECK (((state = 'active'::text) = (ended_at IS NULL))),
  constraint enrollments_pkey PRIMARY KEY (bucket, id),
  constraint enrollments_run UNIQUE (bucket, user_id, automation_id, run),
  constraint enrollments_state_known CHECK ((state = ANY (ARRAY['active'::text, 'completed'::text, 'goal_reached'::text, 'exited'::text, 'removed'::text, 'ended'::text])))
);

create table event_ids (
  bucket smallint not null,
  id uuid not null,
  workspace_id uuid not null,
  received_at timestamp with time zone not null,
  constraint event_ids_pkey PRIMARY KEY (bucket, id)
);

create table events (
  bucket smallint not null,
  id uuid not null,
  workspace_id uuid not null,
  user_id uuid,
  event_type text not null,
  occurred_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  stored_at timestamp with time zone not null,
  event_id text,
  session_id text,
  element_selector text,
  page_url text,
  metadata jsonb default '{}'::jsonb not null,
  constraint events_pkey PRIMARY KEY (bucket, id, stored_at)
) partition by RANGE (stored_at);

create table facts (
  name text not null,
  value jsonb not null,
  updated_at timestamp with time zone not null,
  constraint facts_pkey PRIMARY KEY (name)
);

create table idempotency (
  workspace_id uuid not null,
  key text not null,
  request_hash bytea not null,
  status smallint,
  body text,
  created_at timestamp with time zone not null,
  constraint idempotency_pkey PRIMARY KEY (workspace_id, key)
);

create table identity_secrets (
  id uuid not null,
  workspace_id uuid not null,
  encrypted bytea not null,
  hint text not null,
  created_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint identity_secrets_pkey PRIMARY KEY (id)
);

create table message_events (
  bucket smallint not null,
  id uuid not null,
  workspace_id uuid not null,
  message_id uuid not null,
  kind text not null,
  at timestamp with time zone not null,
  detail jsonb default '{}'::jsonb not null,
  constraint message_events_pkey PRIMARY KEY (bucket, id)
);

create table messages (
  bucket smallint not null,
  id uuid not null,
  workspace_id uuid not null,
  enrollment_id uuid not null,
  seq integer not null,
  automation_id uuid not null,
  user_id uuid not null,
  user_external_id text not null,
  step_id text not null,
  state text not null,
  transport text not null,
  from_address text not null,
  to_address text not null,
  subject text not null,
  html text not null,
  text text not null,
  headers jsonb not null,
  message_id text not null,
  scheduled_for timestamp with time zone not null,
  reasons jsonb not null,
  attempt integer default 0 not null,
  attempted_at timestamp with time zone,
  worker_id uuid,
  lease_token uuid,
  sent_at timestamp with time zone,
  answer text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint messages_pkey PRIMARY KEY (bucket, id),
  constraint messages_state_known CHECK ((state = ANY (ARRAY['scheduled'::text, 'sending'::text, 'accepted'::text, 'delivered'::text, 'bounced'::text, 'complained'::text, 'rejected'::text, 'cancelled'::text, 'in_doubt'::text]))),
  constraint messages_step_occurrence UNIQUE (bucket, enrollment_id, seq)
);

create table migrations (
  number integer not null,
  name text not null,
  checksum text not null,
  breaking boolean not null,
  version text not null,
  applied_at timestamp with time zone not null,
  constraint migrations_pkey PRIMARY KEY (number)
);

create unlogged table rate_counters (
  key text not null,
  window_start timestamp with time zone not null,
  count integer not null,
  constraint rate_counters_pkey PRIMARY KEY (key, window_start)
);

create table recipients (
  bucket smallint not null,
  enrollment_id uuid not null,
  seq integer not null,
  workspace_id uuid not null,
  automation_id uuid not null,
  user_id uuid not null,
  version integer not null,
  step_id text not null,
  live boolean not null,
  advances boolean default true not null,
  status text default 'pending'::text not null,
  parked boolean default false not null,
  due_at timestamp with time zone not null,
  from_at timestamp with time zone not null,
  timezone text not null,
  tz_version text not null,
  reasons jsonb not null,
  attempts smallint default 0 not null,
  first_attempt_at timestamp with time zone,
  worker_id uuid,
  lease_token uuid,
  held boolean default false not null,
  heard uuid,
  constraint recipients_leased CHECK (((status = 'processing'::text) = (lease_token IS NOT NULL))),
  constraint recipients_pkey PRIMARY KEY (bucket, enrollment_id, seq),
  constraint recipients_status_known CHECK ((status = ANY (ARRAY['pending'::text, 'processing'::text])))
) with (fillfactor=80, autovacuum_vacuum_scale_factor=0.01, autovacuum_vacuum_cost_delay=0);

create table series_content (
  automation_id uuid not null,
  revision integer not null,
  step_id text not null,
  versions_to integer not null,
  fields jsonb not null,
  at timestamp with time zone not null,
  constraint series_content_pkey PRIMARY KEY (automation_id, revision, step_id)
);

create table series_migrations (
  automation_id uuid not null,
  to_version integer not null,
  state text not null,
  cursor_at timestamp with time zone,
  cursor_id uuid,
  moved_count bigint default 0 not null,
  requested_at timestamp with time zone not null,
  started_at timestamp with time zone not null,
  advanced_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint series_migrations_pkey PRIMARY KEY (automation_id, to_version),
  constraint series_migrations_state_known CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'superseded'::text, 'cancelled'::text])))
);

create table series_scans (
  automation_id uuid not null,
  kind text not null,
  lane smallint default 0 not null,
  lanes smallint default 1 not null,
  workspace_id uuid not null,
  version integer not null,
  cursor_at timestamp with time zone,
  cursor_id uuid,
  chunk integer default 500 not null,
  looked bigint default 0 not null,
  entered bigint default 0 not null,
  total bigint,
  started_at timestamp with time zone not null,
  since timestamp with time zone,
  finished_at timestamp with time zone,
  next_at timestamp with time zone,
  planned_in xid8,
  planned_at timestamp with time zone,
  constraint series_scans_kind_known CHECK ((kind = ANY (ARRAY['activation'::text, 'sweep'::text, 'leaving'::text]))),
  constraint series_scans_pkey PRIMARY KEY (automation_id, kind, lane)
);

create table series_versions (
  automation_id uuid not null,
  number integer not null,
  settings jsonb not null,
  steps jsonb not null,
  published_at timestamp with time zone not null,
  listens text[] default '{}'::text[] not null,
  constraint series_versions_pkey PRIMARY KEY (automation_id, number)
);

create table set_aside_signals (
  bucket smallint not null,
  id bigint not null,
  workspace_id uuid not null,
  live boolean not null,
  user_id uuid not null,
  kind text not null,
  name text,
  event_id uuid,
  at timestamp with time zone not null,
  may_start boolean not null,
  before jsonb,
  error text not null,
  set_aside_at timestamp with time zone not null,
  constraint set_aside_signals_pkey PRIMARY KEY (bucket, id)
);

create table signals (
  bucket smallint not null,
  id bigint generated always as identity not null,
  workspace_id uuid not null,
  live boolean not null,
  user_id uuid not null,
  kind text not null,
  name text,
  event_id uuid,
  at timestamp with time zone not null,
  may_start boolean not null,
  before jsonb,
  constraint signals_kind_known CHECK ((kind = ANY (ARRAY['created'::text, 'changed'::text, 'event'::text, 'entered'::text, 'message'::text, 'company'::text]))),
  constraint signals_pkey PRIMARY KEY (bucket, id)
) with (autovacuum_vacuum_scale_factor=0.01, autovacuum_vacuum_cost_delay=0);

create table step_log (
  bucket smallint not null,
  enrollment_id uuid not null,
  seq integer not null,
  workspace_id uuid not null,
  automation_id uuid not null,
  user_id uuid not null,
  step_id text not null,
  outcome text not null,
  reason text,
  due_at timestamp with time zone not null,
  at timestamp with time zone not null,
  reasons jsonb not null,
  branch text,
  constraint step_log_outcome_known CHECK ((outcome = ANY (ARRAY['passed'::text, 'skipped'::text, 'failed'::text, 'cancelled'::text]))),
  constraint step_log_pkey PRIMARY KEY (bucket, enrollment_id, seq)
);

create table users (
  bucket smallint not null,
  workspace_id uuid not null,
  id uuid not null,
  external_id text not null,
  email text,
  name text,
  timezone text,
  locale text,
  signed_up_at timestamp with time zone,
  traits jsonb default '{}'::jsonb not null,
  context jsonb default '{}'::jsonb not null,
  first_seen timestamp with time zone not null,
  last_seen timestamp with time zone not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  company_id uuid,
  constraint users_pkey PRIMARY KEY (bucket, id)
);

create table webhook_attempts (
  bucket smallint not null,
  enrollment_id uuid not null,
  seq integer not null,
  id uuid not null,
  workspace_id uuid not null,
  at timestamp with time zone not null,
  outcome text not null,
  status smallint,
  reason text,
  ms integer not null,
  constraint webhook_attempts_outcome_known CHECK ((outcome = ANY (ARRAY['answered'::text, 'deferred'::text, 'refused'::text, 'failed'::text]))),
  constraint webhook_attempts_pkey PRIMARY KEY (bucket, enrollment_id, seq, id)
);

create table webhook_secrets (
  id uuid not null,
  workspace_id uuid not null,
  encrypted bytea not null,
  hint text not null,
  created_at timestamp with time zone not null,
  valid_until timestamp with time zone,
  constraint webhook_secrets_pkey PRIMARY KEY (id)
);

create table workers (
  id uuid not null,
  host text not null,
  pid integer not null,
  version text not null,
  tz_version text not null,
  started_at timestamp with time zone not null,
  beat_at timestamp with time zone not null,
  stopped_at timestamp with time zone,
  constraint workers_pkey PRIMARY KEY (id)
);

create table workspaces (
  id uuid not null,
  pair_id uuid not null,
  side text not null,
  name text not null,
  timezone text default 'UTC'::text not null,
  settings jsonb default '{}'::jsonb not null,
  clock_now timestamp with time zone,
  advancing_until timestamp with time zone,
  advancing_token uuid,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  listens text[] default '{}'::text[] not null,
  constraint workspaces_clock_on_test_side CHECK (((side = 'test'::text) = (clock_now IS NOT NULL))),
  constraint workspaces_pair UNIQUE (pair_id, side),
  constraint workspaces_pkey PRIMARY KEY (id),
  constraint workspaces_side_known CHECK ((side = ANY (ARRAY['live'::text, 'test'::text])))
);

alter table api_keys add constraint api_keys_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table automations add constraint automations_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table identity_secrets add constraint identity_secrets_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table series_content add constraint series_content_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table series_migrations add constraint series_migrations_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table series_scans add constraint series_scans_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table series_versions add constraint series_versions_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table webhook_secrets add constraint webhook_secrets_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

CREATE INDEX api_keys_workspace ON public.api_keys USING btree (workspace_id, created_at);

CREATE INDEX automations_by_age ON public.automations USING btree (workspace_id, type, created_at DESC, id DESC);

CREATE INDEX companies_by_age ON public.companies USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX enrollments_by_series ON public.enrollments USING btree (automation_id, entered_at DESC, id DESC) INCLUDE (state, end_reason, entered_by);

CREATE UNIQUE INDEX enrollments_one_active ON public.enrollments USING btree (bucket, user_id, automation_id) WHERE (state = 'active'::text);

CREATE INDEX event_ids_by_age ON public.event_ids USING btree (workspace_id, received_at);

CREATE INDEX events_by_age ON ONLY public.events USING btree (workspace_id, stored_at DESC, id DESC);

CREATE INDEX events_by_type ON ONLY public.events USING btree (workspace_id, event_type, stored_at DESC, id DESC);

CREATE INDEX events_by_user ON ONLY public.events USING btree (bucket, user_id, event_type, occurred_at) WHERE (user_id IS NOT NULL);

CREATE INDEX events_heard ON ONLY public.events USING btree (bucket, user_id, event_type, received_at) WHERE (user_id IS NOT NULL);

CREATE INDEX idempotency_by_age ON public.idempotency USING btree (created_at);

CREATE INDEX identity_secrets_workspace ON public.identity_secrets USING btree (workspace_id, created_at);

CREATE INDEX message_events_by_message ON public.message_events USING btree (bucket, message_id, at);

CREATE INDEX messages_by_age ON public.messages USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX messages_by_series ON public.messages USING btree (automation_id, state, step_id);

CREATE INDEX messages_by_user ON public.messages USING btree (bucket, user_id, created_at DESC);

CREATE INDEX messages_in_doubt ON public.messages USING btree (workspace_id, attempted_at) WHERE (state = 'in_doubt'::text);

CREATE INDEX messages_sending ON public.messages USING btree (worker_id) WHERE (state = 'sending'::text);

CREATE INDEX recipients_by_series ON public.recipients USING btree (automation_id, due_at, enrollment_id) INCLUDE (step_id, version, status, parked, advances);

CREATE INDEX recipients_due ON public.recipients USING btree (bucket, due_at) WHERE ((status = 'pending'::text) AND live AND (NOT parked));

CREATE INDEX recipients_due_test ON public.recipients USING btree (workspace_id, due_at) WHERE (NOT live);

CREATE INDEX recipients_parked ON public.recipients USING btree (automation_id) WHERE parked;

CREATE INDEX recipients_processing ON public.recipients USING btree (worker_id) WHERE (status = 'processing'::text);

CREATE INDEX series_migrations_running ON public.series_migrations USING btree (advanced_at) WHERE (state = 'running'::text);

CREATE INDEX series_scans_by_side ON public.series_scans USING btree (workspace_id);

CREATE INDEX series_scans_next ON public.series_scans USING btree (next_at) WHERE (next_at IS NOT NULL);

CREATE INDEX signals_by_user ON public.signals USING btree (bucket, user_id);

CREATE INDEX signals_of_tests ON public.signals USING btree (workspace_id) WHERE (NOT live);

CREATE INDEX step_log_by_step ON public.step_log USING btree (automation_id, step_id, outcome, branch);

CREATE INDEX users_by_age ON public.users USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX users_by_company ON public.users USING btree (company_id, bucket, id) WHERE (company_id IS NOT NULL);

CREATE INDEX users_email ON public.users USING btree (workspace_id, lower(email)) WHERE (email IS NOT NULL);

CREATE UNIQUE INDEX webhook_secrets_present ON public.webhook_secrets USING btree (workspace_id) WHERE (valid_until IS NULL);

CREATE INDEX webhook_secrets_workspace ON public.webhook_secrets USING btree (workspace_id);

create view ledger as
 SELECT a.id AS automation_id,
    a.workspace_id,
    l.planned,
    l.passed,
    l.skipped,
    l.failed,
    l.cancelled,
    l.pending,
    l.processing,
    l.in_doubt,
    l.unaccounted
   FROM automations a
     CROSS JOIN LATERAL ledger_of(a.id) l(planned, passed, skipped, failed, cancelled, pending, processing, in_doubt, unaccounted)
  WHERE a.type = 'series'::text;
