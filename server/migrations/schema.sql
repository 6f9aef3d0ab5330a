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

CREATE OR REPLACE FUNCTION public.message_state_after(state text, told text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case
    when told is null or state in ('sending', 'scheduled', 'cancelled') then state
    when state = 'in_doubt' then told
    when array_position(array['accepted', 'rejected', 'delivered', 'bounced', 'complained'], told)
       > array_position(array['accepted', 'rejected', 'delivered', 'bounced', 'complained'], state)
    then told
    else state
  end
$function$
;

CREATE OR REPLACE FUNCTION public.refusal_of(workspace uuid, user_bucket smallint, person uuid, address_hash bytea, person_hash bytea, purpose text, list uuid)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select coalesce(
    case when workspace is null or user_bucket is null or person is null
           or address_hash is null or person_hash is null
           or purpose is null or purpose not in ('marketing', 'transactional')
         then 'consent_unreadable' end,
    (select 'suppressed:' || s.reason
       from suppressions s
      where s.workspace_id = workspace and s.hash in (address_hash, person_hash)
        and (s.reason <> 'unsubscribe' or purpose = 'marketing')
      order by array_position(
                 array['complaint', 'hard_bounce', 'manual', 'import', 'unsubscribe'], s.reason)
      limit 1),
    (select 'unsubscribed'
       from preferences p
      where purpose = 'marketing' and p.bucket = user_bucket and p.user_id = person
        and p.list_id = '00000000-0000-0000-0000-000000000000' and p.state <> 'subscribed'),
    case when purpose = 'marketing' and list is not null then
      nullif(coalesce(
        (select case when l.archived_at is not null then 'list_archived'
                     when p.state = 'unsubscribed' then 'unsubscribed:list'
                     when p.state = 'pending' then 'not_confirmed'
                     when p.state = 'subscribed' or l.kind = 'opt_out' then 'none'
                     else 'not_subscribed' end
           from lists l
           left join preferences p
             on p.bucket = user_bucket and p.user_id = person and p.list_id = l.id
          where l.id = list and l.workspace_id = workspace),
        'list_missing'), 'none')
    end)
$function$
;

CREATE OR REPLACE FUNCTION public.take_slots(p_keys text[], p_rates double precision[], p_keys2 text[], p_rates2 double precision[], p_days text[], p_day_max integer[], p_flows text[], p_lead interval, p_horizon interval)
 RETURNS TABLE(place integer, starts_at timestamp with time zone, ask_at timestamp with time zone)
 LANGUAGE plpgsql
AS $function$
declare
  v_now    timestamptz := db_now();
  v_names  text[];
  v_next   timestamptz[];
  v_pace   double precision[];
  v_rate   double precision;
  v_start  timestamptz;
  v_used   int;
  v_flow   int;
  v_flows  int;
  v_one    int;
  v_two    int;
  v_prefix text;
begin
  select array_agg(k order by k collate "C") into v_names
    from (select distinct k from unnest(p_keys || p_keys2 || p_flows) k where k is not null) d;
  insert into throttles as t (key, next_at, pace, paced_at)
  select k, v_now, 1, v_now from unnest(v_names) k
      on conflict (key) do nothing;
  select array_agg(next_at order by key), array_agg(pace order by key) into v_next, v_pace
    from (select key, next_at,
                 -- A twentieth of the full rate comes back every second.
                 least(1, pace + 0.05 * extract(epoch from v_now - paced_at)) as pace
            from throttles where key = any (v_names) order by key for update) t;

  for i in 1 .. array_length(p_keys, 1) loop
    v_one := array_position(v_names, p_keys[i]);
    v_two := case when p_keys2[i] is null then null else array_position(v_names, p_keys2[i]) end;
    v_flow := array_position(v_names, p_flows[i]);
    v_start := greatest(v_now + p_lead, v_next[v_one]);
    if v_two is not null then v_start := greatest(v_start, v_next[v_two]); end if;
    place := i;
    starts_at := null;
    ask_at := null;
    if v_start <= v_now + (case when v_next[v_flow] >= v_now + p_horizon / 2 then p_horizon / 2
                               else p_horizon end) then
      if p_days[i] is not null then
        insert into throttle_days as d (key, day, used)
        values (p_days[i], (v_now at time zone 'UTC')::date, 1)
            on conflict (key, day) do update set used = d.used + 1 where d.used < p_day_max[i]
        returning d.used into v_used;
        if v_used is null then
          -- Tomorrow, spread over the first hour.
          ask_at := ((v_now at time zone 'UTC')::date + 1)::timestamp at time zone 'UTC'
                    + random() * interval '1 hour';
          return next;
          continue;
        end if;
      end if;
      starts_at := v_start;
      v_next[v_one] := v_start + interval '1 second' / (p_rates[i] * v_pace[v_one]);
      if v_two is not null then
        v_next[v_two] := v_start + interval '1 second' / (p_rates2[i] * v_pace[v_two]);
      end if;
      v_next[v_flow] := greatest(v_next[v_flow], v_now) + interval '1 second' / (p_rates[i] * v_pace[v_one]);
    else
      -- Behind what this flow has waiting, at a little more than its share of the rate: what was lost of
      -- it is made up for, and turns are given ahead of the time again. Asked again at least every hour.
      v_rate := least(p_rates[i] * v_pace[v_one],
                      coalesce(p_rates2[i] * v_pace[v_two], 'infinity'::double precision));
      v_prefix := split_part(p_flows[i], ' ', 1) || ' ';
      if v_flows is null then
        select count(*) into v_flows from throttles t
         where t.key >= v_prefix and t.key < split_part(p_flows[i], ' ', 1) || '!' and t.next_at > v_now;
      end if;
      v_next[v_flow] := greatest(v_next[v_flow], v_now + p_horizon / 2)
                        + interval '1 second' * 0.9 * greatest(v_flows, 1) / v_rate;
      -- Before what was given is used up: a poll of the queue comes in between.
      ask_at := v_now + least(v_next[v_flow] - v_now - p_horizon / 4,
                              interval '1 hour' * (1 + random() / 4));
    end if;
    return next;
  end loop;

  update throttles t
     set next_at = u.next_at, pace = u.pace, paced_at = v_now
    from unnest(v_names, v_next, v_pace) as u (key, next_at, pace)
   where t.key = u.key and (t.next_at, t.pace) is distinct from (u.next_at, u.pace);
end $function$
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
  constraint automations_type_known CHECK ((type = ANY (ARRAY['series'::text, 'broadcast'::text, 'confirmation'::text])))
);

create table broadcast_recipients (
  bucket smallint not null,
  automation_id uuid not null,
  user_id uuid not null,
  due_at timestamp with time zone not null,
  exclusion text,
  constraint broadcast_recipients_pkey PRIMARY KEY (bucket, automation_id, user_id)
);

create table broadcasts (
  automation_id uuid not null,
  workspace_id uuid not null,
  state text default 'draft'::text not null,
  audience jsonb,
  schedule jsonb,
  due_at timestamp with time zone,
  look_at timestamp with time zone,
  started_at timestamp with time zone,
  snapshot_at timestamp with time zone,
  finished_at timestamp with time zone,
  cursor_at timestamp with time zone,
  cursor_id uuid,
  chunk integer default 2000 not null,
  looked bigint default 0 not null,
  estimate bigint,
  counts jsonb default '{}'::jsonb not null,
  fed_at timestamp with time zone,
  fed_id uuid,
  fed bigint default 0 not null,
  gone bigint default 0 not null,
  rate real default 0 not null,
  measured_at timestamp with time zone,
  left_queue bigint default 0 not null,
  constraint broadcasts_pkey PRIMARY KEY (automation_id),
  constraint broadcasts_state_known CHECK ((state = ANY (ARRAY['draft'::text, 'scheduled'::text, 'sending'::text, 'paused'::text, 'sent'::text, 'cancelled'::text])))
);

create table built_emails (
  automation_id uuid not null,
  key bytea not null,
  content jsonb not null,
  built_at timestamp with time zone default db_now() not null,
  constraint built_emails_pkey PRIMARY KEY (automation_id, key)
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

create table confirmation_counts (
  workspace_id uuid not null,
  hash bytea not null,
  since timestamp with time zone not null,
  count integer not null,
  constraint confirmation_counts_pkey PRIMARY KEY (workspace_id, hash)
);

create table consent_changes (
  bucket smallint not null,
  id uuid not null,
  workspace_id uuid not null,
  user_id uuid not null,
  list_id uuid not null,
  before text,
  after text not null,
  source text not null,
  detail jsonb default '{}'::jsonb not null,
  at timestamp with time zone not null,
  constraint consent_changes_pkey PRIMARY KEY (bucket, id)
);

create table dkim_keys (
  id uuid not null,
  domain_id uuid not null,
  selector text not null,
  algorithm text not null,
  public_key text not null,
  private_key bytea,
  state text default 'pending'::text not null,
  misses integer default 0 not null,
  created_at timestamp with time zone not null,
  seen_at timestamp with time zone,
  activated_at timestamp with time zone,
  retires_at timestamp with time zone,
  constraint dkim_keys_algorithm_known CHECK ((algorithm = ANY (ARRAY['rsa-2048'::text, 'ed25519'::text]))),
  constraint dkim_keys_pkey PRIMARY KEY (id),
  constraint dkim_keys_retired CHECK (((private_key IS NULL) = (state = 'retired'::text))),
  constraint dkim_keys_seen CHECK (((state <> 'active'::text) OR (seen_at IS NOT NULL))),
  constraint dkim_keys_selector UNIQUE (domain_id, selector),
  constraint dkim_keys_state_known CHECK ((state = ANY (ARRAY['pending'::text, 'active'::text, 'retiring'::text, 'retired'::text])))
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

create table inboxes (
  id uuid not null,
  workspace_id uuid not null,
  address text not null,
  domain text not null,
  host text,
  port integer,
  tls text,
  username text,
  password bytea,
  mailbox text default 'INBOX'::text not null,
  handled text default 'mark_seen'::text not null,
  move_to text,
  is_enabled boolean default true not null,
  generation integer default 1 not null,
  uid_validity bigint,
  last_uid bigint default 0 not null,
  read_at timestamp with time zone,
  read_count bigint default 0 not null,
  next_read_at timestamp with time zone not null,
  failures integer default 0 not null,
  fault text,
  fault_at timestamp with time zone,
  lease_token uuid,
  leased_until timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint inboxes_handled_known CHECK ((handled = ANY (ARRAY['keep'::text, 'mark_seen'::text, 'move'::text]))),
  constraint inboxes_move_named CHECK (((handled = 'move'::text) = (move_to IS NOT NULL))),
  constraint inboxes_pkey PRIMARY KEY (id),
  constraint inboxes_read_whole CHECK ((((host IS NULL) = (port IS NULL)) AND ((host IS NULL) = (tls IS NULL)) AND ((host IS NULL) = (username IS NULL)) AND ((host IS NULL) = (password IS NULL)))),
  constraint inboxes_tls_known CHECK ((tls = ANY (ARRAY['tls'::text, 'starttls'::text, 'none'::text])))
);

create table links (
  id uuid not null,
  workspace_id uuid not null,
  url text not null,
  created_at timestamp with time zone not null,
  constraint links_pkey PRIMARY KEY (id)
);

create table lists (
  id uuid not null,
  workspace_id uuid not null,
  name text not null,
  description text default ''::text not null,
  kind text not null,
  double_opt_in boolean default false not null,
  tracking jsonb default '{}'::jsonb not null,
  archived_at timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  confirmation jsonb,
  constraint lists_kind_known CHECK ((kind = ANY (ARRAY['opt_in'::text, 'opt_out'::text]))),
  constraint lists_pkey PRIMARY KEY (id)
);

create table message_counts (
  workspace_id uuid not null,
  hour timestamp with time zone not null,
  automation_id uuid not null,
  step_id text not null,
  slot smallint not null,
  sent integer default 0 not null,
  delivered integer default 0 not null,
  bounced_hard integer default 0 not null,
  bounced_soft integer default 0 not null,
  blocked integer default 0 not null,
  complained integer default 0 not null,
  unsubscribed integer default 0 not null,
  replied integer default 0 not null,
  dropped integer default 0 not null,
  opened integer default 0 not null,
  opened_by_machine integer default 0 not null,
  clicked integer default 0 not null,
  clicked_by_machine integer default 0 not null,
  updated_at timestamp with time zone not null,
  constraint message_counts_pkey PRIMARY KEY (workspace_id, hour, automation_id, step_id, slot)
) with (fillfactor=70);

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
  told text,
  variant text,
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

create table preferences (
  bucket smallint not null,
  user_id uuid not null,
  list_id uuid not null,
  workspace_id uuid not null,
  state text not null,
  source text not null,
  at timestamp with time zone not null,
  constraint preferences_all_or_nothing CHECK (((state <> 'pending'::text) OR (list_id <> '00000000-0000-0000-0000-000000000000'::uuid))),
  constraint preferences_pkey PRIMARY KEY (bucket, user_id, list_id),
  constraint preferences_state_known CHECK ((state = ANY (ARRAY['subscribed'::text, 'unsubscribed'::text, 'pending'::text])))
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

create table sender_domains (
  id uuid not null,
  workspace_id uuid not null,
  domain text not null,
  state text default 'pending'::text not null,
  return_path_host text,
  return_path_server text,
  spf_mechanisms text[] default '{}'::text[] not null,
  findings jsonb default '[]'::jsonb not null,
  checked_at timestamp with time zone,
  next_check_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint sender_domains_pkey PRIMARY KEY (id),
  constraint sender_domains_state_known CHECK ((state = ANY (ARRAY['pending'::text, 'verified'::text, 'failing'::text])))
);

create table senders (
  id uuid not null,
  workspace_id uuid not null,
  name text not null,
  address text not null,
  domain text not null,
  reply_to text,
  is_default boolean default false not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint senders_pkey PRIMARY KEY (id)
);

create table sending_pauses (
  id uuid not null,
  workspace_id uuid not null,
  automation_id uuid,
  rule text not null,
  figures jsonb not null,
  paused_at timestamp with time zone not null,
  resumed_at timestamp with time zone,
  counted_before jsonb,
  alert_due_at timestamp with time zone,
  alert_attempts smallint default 0 not null,
  alert_answer text,
  constraint sending_pauses_pkey PRIMARY KEY (id),
  constraint sending_pauses_rule_known CHECK ((rule = ANY (ARRAY['bounces'::text, 'complaints'::text])))
);

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

create table suppression_changes (
  id uuid not null,
  workspace_id uuid not null,
  hash bytea not null,
  change text not null,
  reason text not null,
  source text not null,
  note text,
  at timestamp with time zone not null,
  constraint suppression_changes_known CHECK ((change = ANY (ARRAY['added'::text, 'removed'::text]))),
  constraint suppression_changes_pkey PRIMARY KEY (id)
);

create table suppressions (
  id uuid not null,
  workspace_id uuid not null,
  hash bytea not null,
  kind text not null,
  address text,
  user_id uuid,
  reason text not null,
  source text not null,
  detail jsonb default '{}'::jsonb not null,
  at timestamp with time zone not null,
  constraint suppressions_kind_known CHECK ((kind = ANY (ARRAY['address'::text, 'user'::text]))),
  constraint suppressions_of_one CHECK (
CASE kind
    WHEN 'address'::text THEN (user_id IS NULL)
    ELSE (address IS NULL)
END),
  constraint suppressions_once UNIQUE (workspace_id, hash, reason),
  constraint suppressions_pkey PRIMARY KEY (id),
  constraint suppressions_reason_known CHECK ((reason = ANY (ARRAY['hard_bounce'::text, 'complaint'::text, 'manual'::text, 'import'::text, 'unsubscribe'::text])))
);

create table template_uses (
  workspace_id uuid not null,
  template_id uuid not null,
  automation_id uuid not null,
  automation_version integer not null,
  step_id text not null,
  number integer not null,
  constraint template_uses_pkey PRIMARY KEY (workspace_id, template_id, automation_id, automation_version, step_id)
);

create table template_versions (
  workspace_id uuid not null,
  template_id uuid not null,
  number integer not null,
  body jsonb not null,
  created_at timestamp with time zone not null,
  constraint template_versions_pkey PRIMARY KEY (workspace_id, template_id, number)
);

create table templates (
  workspace_id uuid not null,
  id uuid not null,
  kind text not null,
  slug text not null,
  name text not null,
  version integer not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  archived_at timestamp with time zone,
  constraint templates_kind_known CHECK ((kind = ANY (ARRAY['template'::text, 'snippet'::text]))),
  constraint templates_pkey PRIMARY KEY (workspace_id, id),
  constraint templates_slug_once UNIQUE (workspace_id, slug)
);

create table throttle_days (
  key text not null,
  day date not null,
  used integer not null,
  constraint throttle_days_pkey PRIMARY KEY (key, day)
);

create unlogged table throttles (
  key text collate "C" not null,
  next_at timestamp with time zone not null,
  pace double precision default 1 not null,
  paced_at timestamp with time zone not null,
  constraint throttles_pkey PRIMARY KEY (key)
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0.01, autovacuum_vacuum_cost_delay=0);

create table transports (
  id uuid not null,
  workspace_id uuid not null,
  kind text not null,
  name text not null,
  settings jsonb not null,
  sealed bytea,
  "position" integer default 0 not null,
  share integer default 100 not null,
  is_enabled boolean default true not null,
  limits jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint transports_pkey PRIMARY KEY (id),
  constraint transports_share_range CHECK (((share >= 1) AND (share <= 1000)))
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

create table variant_tests (
  automation_id uuid not null,
  step_id text not null,
  workspace_id uuid not null,
  metric text not null,
  after integer not null,
  confidence double precision not null,
  names text[] not null,
  looks smallint default 0 not null,
  next_look integer default 0 not null,
  look_due_at timestamp with time zone not null,
  winner text,
  figures jsonb,
  decided_at timestamp with time zone,
  constraint variant_tests_metric_known CHECK ((metric = ANY (ARRAY['opened'::text, 'clicked'::text]))),
  constraint variant_tests_pkey PRIMARY KEY (automation_id, step_id)
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

alter table broadcasts add constraint broadcasts_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table built_emails add constraint built_emails_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table confirmation_counts add constraint confirmation_counts_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table dkim_keys add constraint dkim_keys_domain_id_fkey FOREIGN KEY (domain_id) REFERENCES sender_domains(id) ON DELETE CASCADE;

alter table identity_secrets add constraint identity_secrets_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table inboxes add constraint inboxes_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table links add constraint links_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table lists add constraint lists_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table sender_domains add constraint sender_domains_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table senders add constraint senders_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table sending_pauses add constraint sending_pauses_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table sending_pauses add constraint sending_pauses_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table series_content add constraint series_content_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table series_migrations add constraint series_migrations_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table series_scans add constraint series_scans_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table series_versions add constraint series_versions_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table suppression_changes add constraint suppression_changes_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table suppressions add constraint suppressions_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table template_uses add constraint template_uses_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table template_uses add constraint template_uses_workspace_id_template_id_fkey FOREIGN KEY (workspace_id, template_id) REFERENCES templates(workspace_id, id) ON DELETE CASCADE;

alter table template_versions add constraint template_versions_workspace_id_template_id_fkey FOREIGN KEY (workspace_id, template_id) REFERENCES templates(workspace_id, id) ON DELETE CASCADE;

alter table templates add constraint templates_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table transports add constraint transports_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table variant_tests add constraint variant_tests_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table webhook_secrets add constraint webhook_secrets_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

CREATE INDEX api_keys_workspace ON public.api_keys USING btree (workspace_id, created_at);

CREATE INDEX automations_by_age ON public.automations USING btree (workspace_id, type, created_at DESC, id DESC);

CREATE INDEX broadcast_recipients_due ON public.broadcast_recipients USING btree (automation_id, due_at, user_id) WHERE (exclusion IS NULL);

CREATE INDEX broadcast_recipients_excluded ON public.broadcast_recipients USING btree (automation_id, exclusion, user_id) WHERE (exclusion IS NOT NULL);

CREATE INDEX broadcasts_by_side ON public.broadcasts USING btree (workspace_id) WHERE (due_at IS NOT NULL);

CREATE INDEX broadcasts_look ON public.broadcasts USING btree (look_at) WHERE (look_at IS NOT NULL);

CREATE INDEX companies_by_age ON public.companies USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX confirmation_counts_by_age ON public.confirmation_counts USING btree (since);

CREATE INDEX consent_changes_by_user ON public.consent_changes USING btree (bucket, user_id, id DESC);

CREATE UNIQUE INDEX dkim_keys_one_active ON public.dkim_keys USING btree (domain_id, algorithm) WHERE (state = 'active'::text);

CREATE UNIQUE INDEX dkim_keys_one_pending ON public.dkim_keys USING btree (domain_id, algorithm) WHERE (state = 'pending'::text);

CREATE INDEX enrollments_by_series ON public.enrollments USING btree (automation_id, entered_at DESC, id DESC) INCLUDE (state, end_reason, entered_by);

CREATE UNIQUE INDEX enrollments_one_active ON public.enrollments USING btree (bucket, user_id, automation_id) WHERE (state = 'active'::text);

CREATE INDEX event_ids_by_age ON public.event_ids USING btree (workspace_id, received_at);

CREATE INDEX events_by_age ON ONLY public.events USING btree (workspace_id, stored_at DESC, id DESC);

CREATE INDEX events_by_type ON ONLY public.events USING btree (workspace_id, event_type, stored_at DESC, id DESC);

CREATE INDEX events_by_user ON ONLY public.events USING btree (bucket, user_id, event_type, occurred_at) WHERE (user_id IS NOT NULL);

CREATE INDEX events_heard ON ONLY public.events USING btree (bucket, user_id, event_type, received_at) WHERE (user_id IS NOT NULL);

CREATE INDEX idempotency_by_age ON public.idempotency USING btree (created_at);

CREATE INDEX identity_secrets_workspace ON public.identity_secrets USING btree (workspace_id, created_at);

CREATE UNIQUE INDEX inboxes_address ON public.inboxes USING btree (workspace_id, address);

CREATE INDEX inboxes_due ON public.inboxes USING btree (next_read_at) WHERE ((host IS NOT NULL) AND is_enabled);

CREATE INDEX inboxes_listed ON public.inboxes USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX lists_by_age ON public.lists USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX message_counts_by_hour ON public.message_counts USING btree (hour, workspace_id);

CREATE INDEX message_counts_by_series ON public.message_counts USING btree (automation_id, step_id);

CREATE INDEX message_events_by_message ON public.message_events USING btree (bucket, message_id, at);

CREATE INDEX messages_behind ON public.messages USING btree (bucket, id) WHERE ((told IS NOT NULL) AND (message_state_after(state, told) <> state));

CREATE INDEX messages_by_age ON public.messages USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX messages_by_series ON public.messages USING btree (automation_id, state, step_id);

CREATE INDEX messages_by_user ON public.messages USING btree (bucket, user_id, created_at DESC);

CREATE INDEX messages_in_doubt ON public.messages USING btree (workspace_id, attempted_at) WHERE (state = 'in_doubt'::text);

CREATE INDEX messages_of_variants ON public.messages USING btree (automation_id, step_id, created_at DESC) WHERE (variant IS NOT NULL);

CREATE INDEX messages_sending ON public.messages USING btree (worker_id) WHERE (state = 'sending'::text);

CREATE INDEX preferences_by_list ON public.preferences USING btree (list_id, state, bucket, user_id);

CREATE INDEX preferences_unsubscribed ON public.preferences USING btree (workspace_id) WHERE ((list_id = '00000000-0000-0000-0000-000000000000'::uuid) AND (state = 'unsubscribed'::text));

CREATE INDEX recipients_by_series ON public.recipients USING btree (automation_id, due_at, enrollment_id) INCLUDE (step_id, version, status, parked, advances);

CREATE INDEX recipients_due ON public.recipients USING btree (bucket, due_at) WHERE ((status = 'pending'::text) AND live AND (NOT parked));

CREATE INDEX recipients_due_test ON public.recipients USING btree (workspace_id, due_at) WHERE (NOT live);

CREATE INDEX recipients_parked ON public.recipients USING btree (automation_id) WHERE parked;

CREATE INDEX recipients_processing ON public.recipients USING btree (worker_id) WHERE (status = 'processing'::text);

CREATE UNIQUE INDEX sender_domains_domain ON public.sender_domains USING btree (workspace_id, domain);

CREATE INDEX sender_domains_due ON public.sender_domains USING btree (next_check_at);

CREATE INDEX senders_listed ON public.senders USING btree (workspace_id, created_at DESC, id DESC);

CREATE UNIQUE INDEX senders_one_default ON public.senders USING btree (workspace_id) WHERE is_default;

CREATE INDEX sending_pauses_alert ON public.sending_pauses USING btree (alert_due_at) WHERE (alert_due_at IS NOT NULL);

CREATE INDEX sending_pauses_last ON public.sending_pauses USING btree (workspace_id, resumed_at DESC) WHERE (resumed_at IS NOT NULL);

CREATE UNIQUE INDEX sending_pauses_open ON public.sending_pauses USING btree (workspace_id, COALESCE(automation_id, '00000000-0000-0000-0000-000000000000'::uuid)) WHERE (resumed_at IS NULL);

CREATE INDEX series_migrations_running ON public.series_migrations USING btree (advanced_at) WHERE (state = 'running'::text);

CREATE INDEX series_scans_by_side ON public.series_scans USING btree (workspace_id);

CREATE INDEX series_scans_next ON public.series_scans USING btree (next_at) WHERE (next_at IS NOT NULL);

CREATE INDEX signals_by_user ON public.signals USING btree (bucket, user_id);

CREATE INDEX signals_of_tests ON public.signals USING btree (workspace_id) WHERE (NOT live);

CREATE INDEX step_log_by_step ON public.step_log USING btree (automation_id, step_id, outcome, branch);

CREATE INDEX suppression_changes_by_hash ON public.suppression_changes USING btree (workspace_id, hash, id DESC);

CREATE INDEX suppressions_by_address ON public.suppressions USING btree (workspace_id, address text_pattern_ops) WHERE (address IS NOT NULL);

CREATE INDEX suppressions_by_age ON public.suppressions USING btree (workspace_id, at DESC, id DESC);

CREATE INDEX suppressions_by_user ON public.suppressions USING btree (user_id) WHERE (user_id IS NOT NULL);

CREATE INDEX suppressions_erased ON public.suppressions USING btree (workspace_id) WHERE ((address IS NULL) AND (user_id IS NULL));

CREATE INDEX template_uses_by_automation ON public.template_uses USING btree (automation_id);

CREATE INDEX templates_by_age ON public.templates USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX transports_by_workspace ON public.transports USING btree (workspace_id, "position");

CREATE INDEX users_by_age ON public.users USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX users_by_company ON public.users USING btree (company_id, bucket, id) WHERE (company_id IS NOT NULL);

CREATE INDEX users_email ON public.users USING btree (workspace_id, lower(email)) WHERE (email IS NOT NULL);

CREATE INDEX variant_tests_open ON public.variant_tests USING btree (look_due_at) WHERE (winner IS NULL);

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
     CROSS JOIN LATERAL ledger_of(a.id) l(planned, passed, skipped, failed, cancelled, pending, processing, in_doubt, unaccounted);
