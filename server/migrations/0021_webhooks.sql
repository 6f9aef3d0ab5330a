-- compatible
-- Webhooks out: what happened, told to endpoints of a side and to the event stream of the installation.
--
-- Whatever writes a change also writes the event, in the same transaction and by triggers on its tables,
-- but only where somebody asks for it: with no endpoint and no stream a statement pays for one look at
-- two empty tables.

-- Endpoints.
create table webhooks (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id) on delete cascade,
  url text not null,
  -- Names of the catalogue, or '*' for all.
  event_types text[] not null,
  description text not null default '',
  is_enabled boolean not null default true,
  -- Why it is not enabled any more, where it was disabled by itself.
  disabled_reason text,
  disabled_at timestamptz,
  -- Attempts that failed one after the other, and since when.
  failures integer not null default 0,
  failing_since timestamptz,
  secret bytea not null,
  secret_hint text not null,
  -- Signs beside its successor until then.
  previous_secret bytea,
  previous_valid_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
) with (fillfactor = 70);
create index webhooks_by_age on webhooks (workspace_id, created_at desc, id desc);
create index webhooks_enabled on webhooks (workspace_id) where is_enabled;

create trigger audit after insert or delete
  or update of url, event_types, description, is_enabled, secret_hint on webhooks
  for each row execute function audit_row(
    'webhook', 'disabled_at,failures,failing_since,secret,previous_secret,previous_valid_until',
    '', '');

-- The stream of all sides as JSON Lines: one row while some process is set up to write it.
create table outbox_streams (
  name text primary key,
  seen_at timestamptz not null
);

-- What happened. Kept for replays as long as the log is.
create table outbox_events (
  id uuid primary key default gen_random_uuid(),
  -- In this order events of one key are handed over.
  seq bigint generated always as identity,
  workspace_id uuid not null,
  type text not null,
  -- Whose events keep their order: a person, a series or broadcast, or the side.
  order_key uuid not null,
  -- Whom it is about, for erasing; null where it is about nobody.
  user_id uuid,
  -- By the clock of the side.
  at timestamptz not null,
  -- When it was written, by the database's clock.
  written_at timestamptz not null default db_now(),
  data jsonb not null,
  -- Only for this endpoint: a test.
  only_webhook uuid
);
create index outbox_events_by_user on outbox_events (user_id) where user_id is not null;
create index outbox_events_by_address on outbox_events (workspace_id, lower(data ->> 'address'))
  where user_id is null and type = 'user.suppressed';
-- Erasures of which somebody has still to be told.
create index outbox_events_erased on outbox_events (id)
  where type = 'user.erased' and data <> '{}';
create index outbox_events_by_side on outbox_events (workspace_id, written_at);
create index outbox_events_old on outbox_events using brin (written_at);

-- One event for one endpoint: the work and its log.
create table webhook_deliveries (
  id uuid primary key default gen_random_uuid(),
  webhook_id uuid not null references webhooks (id) on delete cascade,
  event_id uuid not null references outbox_events (id) on delete cascade,
  type text not null,
  order_key uuid not null,
  seq bigint not null,
  status text not null default 'pending'
    constraint webhook_deliveries_status_known check (status in ('pending', 'delivered', 'given_up')),
  -- When it is looked at next: its turn, the end of its lease, or when the one before it has its turn.
  next_at timestamptz not null default db_now(),
  give_up_at timestamptz not null default db_now() + interval '3 days',
  -- While it is being handed over; next_at is when the lease ends.
  lease_token uuid,
  attempts integer not null default 0,
  -- The last attempts, oldest first: {at, status, ms, reason, answer}.
  attempt_log jsonb not null default '[]',
  created_at timestamptz not null default db_now(),
  ended_at timestamptz,
  constraint webhook_deliveries_once unique (event_id, webhook_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
create index webhook_deliveries_due on webhook_deliveries (webhook_id, next_at, seq)
  where status = 'pending';
create index webhook_deliveries_in_order on webhook_deliveries (webhook_id, order_key, seq)
  where status = 'pending';
create index webhook_deliveries_by_age on webhook_deliveries (webhook_id, created_at desc, id desc);
create index webhook_deliveries_by_status
  on webhook_deliveries (webhook_id, status, created_at desc, id desc);

-- What the stream has still to write: a line goes when it was written.
create table outbox_lines (
  seq bigint primary key,
  event_id uuid not null references outbox_events (id) on delete cascade
);
create index outbox_lines_by_event on outbox_lines (event_id);

-- Whether somebody asks for a type of a side.
create function outbox_wants(workspace uuid, wanted text) returns boolean
language sql stable parallel safe as $$
  select exists (select from webhooks w
                  where w.workspace_id = workspace and w.is_enabled
                    and w.event_types && array[wanted, '*'])
      or exists (select from outbox_streams)
$$;

create function outbox_instant(at timestamptz) returns text language sql immutable parallel safe as $$
  select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- An event has been written: everybody who asks for it gets a delivery of their own.
create function outbox_fan_out() returns trigger language plpgsql as $$
begin
  insert into webhook_deliveries (webhook_id, event_id, type, order_key, seq)
  select w.id, e.id, e.type, e.order_key, e.seq
    from written e
    join webhooks w on w.workspace_id = e.workspace_id
   where case when e.only_webhook is null then w.is_enabled and w.event_types && array[e.type, '*']
              else w.id = e.only_webhook end
   order by e.seq, w.id;
  insert into outbox_lines (seq, event_id)
  select e.seq, e.id
    from written e
   where e.only_webhook is null and exists (select from outbox_streams)
   order by e.seq;
  return null;
end
$$;
create trigger fan_out after insert on outbox_events
  referencing new table as written for each statement execute function outbox_fan_out();

-- What became of messages: each of their events that others may ask for.
create function outbox_message_events() returns trigger language plpgsql as $$
begin
  if not (exists (select from webhooks where is_enabled) or exists (select from outbox_streams)) then
    return null;
  end if;
  insert into outbox_events (workspace_id, type, order_key, user_id, at, data)
  select m.workspace_id, e.type, m.user_id, m.user_id, e.at,
         jsonb_build_object(
           'message_id', m.id, 'user_id', m.user_external_id, 'automation_id', m.automation_id,
           'enrollment_id', m.enrollment_id, 'step_id', m.step_id, 'list_id', m.list_id,
           'variant', m.variant, 'to', m.to_address, 'subject', m.subject)
         || case e.type
              when 'message.opened' then
                jsonb_build_object('machine', coalesce(e.detail -> 'machine', 'false'))
              when 'message.clicked' then
                jsonb_build_object('machine', coalesce(e.detail -> 'machine', 'false'),
                  'url', coalesce(e.detail ->> 'url', (select l.url from links l
                                                        where l.id::text = e.detail ->> 'link_id')))
              when 'message.bounced' then
                jsonb_build_object('class', e.detail -> 'class', 'code', e.detail -> 'code',
                                   'diagnostic', e.detail -> 'diagnostic')
              when 'message.rejected' then
                jsonb_build_object('reason', coalesce(e.detail -> 'answer', e.detail -> 'reason'))
              else '{}' end
    from (select h.*, case h.kind
                   when 'accepted' then 'message.sent' when 'marked_sent' then 'message.sent'
                   when 'delivered' then 'message.delivered' when 'opened' then 'message.opened'
                   when 'clicked' then 'message.clicked' when 'bounced' then 'message.bounced'
                   when 'complained' then 'message.complained'
                   when 'unsubscribed' then 'message.unsubscribed'
                   when 'rejected' then 'message.rejected' when 'dropped' then 'message.rejected'
                   end as type
            from happened h) e
    join messages m on m.bucket = e.bucket and m.id = e.message_id
   where e.type is not null and outbox_wants(e.workspace_id, e.type)
     -- Nothing of somebody who was erased, and no word twice of one unsubscribing.
     and m.user_external_id <> ''
     and (e.type <> 'message.unsubscribed' or not exists (
            select from consent_changes c
             where c.bucket = m.bucket and c.user_id = m.user_id and c.after = 'unsubscribed'
               and c.detail ->> 'message_id' = m.id::text))
   order by e.at, e.id;
  return null;
end
$$;
create trigger message_events_told after insert on message_events
  referencing new table as happened for each statement execute function outbox_message_events();

-- Doubts come by other ways than answers do, and are rare.
create function outbox_message_doubted() returns trigger language plpgsql as $$
begin
  insert into outbox_events (workspace_id, type, order_key, user_id, at, data)
  select new.workspace_id, 'message.in_doubt', new.user_id, new.user_id, new.updated_at,
         jsonb_build_object(
           'message_id', new.id, 'user_id', new.user_external_id, 'automation_id', new.automation_id,
           'enrollment_id', new.enrollment_id, 'step_id', new.step_id, 'list_id', new.list_id,
           'variant', new.variant, 'to', new.to_address, 'subject', new.subject)
   where outbox_wants(new.workspace_id, 'message.in_doubt');
  return null;
end
$$;
create trigger messages_doubted_told after update of state on messages
  for each row when (old.state <> 'in_doubt' and new.state = 'in_doubt')
  execute function outbox_message_doubted();

create function outbox_enrollment_data(e enrollments) returns jsonb language sql stable as $$
  select jsonb_build_object(
           'enrollment_id', e.id, 'user_id', u.external_id, 'automation_id', e.automation_id,
           'automation_type', a.type, 'automation_name', a.name, 'version', e.version, 'run', e.run,
           'state', e.state, 'entered_at', outbox_instant(e.entered_at),
           'ended_at', outbox_instant(e.ended_at), 'reason', e.end_reason)
    from users u, automations a
   where u.bucket = e.bucket and u.id = e.user_id and a.id = e.automation_id
$$;

create function outbox_enrollments_begun() returns trigger language plpgsql as $$
begin
  if not (exists (select from webhooks where is_enabled) or exists (select from outbox_streams)) then
    return null;
  end if;
  insert into outbox_events (workspace_id, type, order_key, user_id, at, data)
  select n.workspace_id, 'enrollment.started', n.user_id, n.user_id, n.entered_at, d.data
    from begun n
   cross join lateral (
     select outbox_enrollment_data(e) as data from enrollments e
      where e.bucket = n.bucket and e.id = n.id) d
   where outbox_wants(n.workspace_id, 'enrollment.started') and d.data is not null
   order by n.entered_at, n.id;
  return null;
end
$$;
create trigger enrollments_begun_told after insert on enrollments
  referencing new table as begun for each statement execute function outbox_enrollments_begun();

create function outbox_enrollments_ended() returns trigger language plpgsql as $$
begin
  if not (exists (select from webhooks where is_enabled) or exists (select from outbox_streams)) then
    return null;
  end if;
  insert into outbox_events (workspace_id, type, order_key, user_id, at, data)
  select n.workspace_id, n.type, n.user_id, n.user_id, n.ended_at, d.data
    from (select a.*, 'enrollment.' || case a.state when 'ended' then 'exited' else a.state end as type
            from after a
            join before b on b.bucket = a.bucket and b.id = a.id
           where b.state = 'active' and a.state <> 'active') n
   cross join lateral (
     select outbox_enrollment_data(e) as data from enrollments e
      where e.bucket = n.bucket and e.id = n.id) d
   where outbox_wants(n.workspace_id, n.type) and d.data is not null
   order by n.ended_at, n.id;
  return null;
end
$$;
create trigger enrollments_ended_told after update on enrollments
  referencing old table as before new table as after
  for each statement execute function outbox_enrollments_ended();

create function outbox_user_data(u users) returns jsonb language sql stable as $$
  select jsonb_build_object(
    'user_id', u.external_id, 'email', u.email, 'name', u.name, 'timezone', u.timezone,
    'locale', u.locale, 'signed_up_at', outbox_instant(u.signed_up_at), 'traits', u.traits)
$$;

create function outbox_users_created() returns trigger language plpgsql as $$
begin
  if not (exists (select from webhooks where is_enabled) or exists (select from outbox_streams)) then
    return null;
  end if;
  insert into outbox_events (workspace_id, type, order_key, user_id, at, data)
  select u.workspace_id, 'user.created', u.id, u.id, u.created_at, outbox_user_data(u)
    from created c
    join users u on u.bucket = c.bucket and u.id = c.id
   where outbox_wants(c.workspace_id, 'user.created')
   order by c.id;
  return null;
end
$$;
create trigger users_created_told after insert on users
  referencing new table as created for each statement execute function outbox_users_created();

-- That somebody was here is no change, and where they were neither.
create function outbox_users_updated() returns trigger language plpgsql as $$
begin
  if not (exists (select from webhooks where is_enabled) or exists (select from outbox_streams)) then
    return null;
  end if;
  insert into outbox_events (workspace_id, type, order_key, user_id, at, data)
  select u.workspace_id, 'user.updated', u.id, u.id, u.updated_at,
         outbox_user_data(u) || jsonb_build_object('changed', to_jsonb(d.changed))
    from after a
    join before b on b.bucket = a.bucket and b.id = a.id
    join users u on u.bucket = a.bucket and u.id = a.id
   cross join lateral (
     select array_remove(array[
       case when a.email is distinct from b.email then 'email' end,
       case when a.name is distinct from b.name then 'name' end,
       case when a.timezone is distinct from b.timezone then 'timezone' end,
       case when a.locale is distinct from b.locale then 'locale' end,
       case when a.signed_up_at is distinct from b.signed_up_at then 'signed_up_at' end,
       case when a.traits is distinct from b.traits then 'traits' end], null) as changed) d
   where cardinality(d.changed) > 0 and outbox_wants(a.workspace_id, 'user.updated')
   order by a.id;
  return null;
end
$$;
create trigger users_updated_told after update on users
  referencing old table as before new table as after
  for each statement execute function outbox_users_updated();

-- Somebody was erased: of what was written about them nothing stays, and nothing more is told but this.
create function outbox_users_erased() returns trigger language plpgsql as $$
begin
  delete from outbox_events e using gone g where e.user_id = g.id;
  delete from outbox_events e using gone g
   where e.workspace_id = g.workspace_id and e.user_id is null and e.type = 'user.suppressed'
     and lower(e.data ->> 'address') = lower(g.email);
  if not (exists (select from webhooks where is_enabled) or exists (select from outbox_streams)) then
    return null;
  end if;
  -- The words go as soon as everybody who asked has heard them.
  insert into outbox_events (workspace_id, type, order_key, at, data)
  select g.workspace_id, 'user.erased', gen_random_uuid(), coalesce(w.clock_now, db_now()),
         jsonb_build_object('user_id', g.external_id)
    from gone g
    join workspaces w on w.id = g.workspace_id
   where outbox_wants(g.workspace_id, 'user.erased');
  return null;
end
$$;
create trigger users_erased_told after delete on users
  referencing old table as gone for each statement execute function outbox_users_erased();

create function outbox_consent_changed() returns trigger language plpgsql as $$
begin
  if not (exists (select from webhooks where is_enabled) or exists (select from outbox_streams)) then
    return null;
  end if;
  insert into outbox_events (workspace_id, type, order_key, user_id, at, data)
  select c.workspace_id, 'user.' || c.after, c.user_id, c.user_id, c.at,
         jsonb_build_object(
           'user_id', u.external_id, 'email', u.email,
           'list_id', nullif(c.list_id, '00000000-0000-0000-0000-000000000000'),
           'source', c.source, 'message_id', c.detail -> 'message_id')
    from changed c
    join users u on u.bucket = c.bucket and u.id = c.user_id
   where c.after in ('subscribed', 'unsubscribed') and c.before is distinct from c.after
     and outbox_wants(c.workspace_id, 'user.' || c.after)
   order by c.id;
  insert into outbox_events (workspace_id, type, order_key, user_id, at, data)
  select m.workspace_id, 'message.unsubscribed', m.user_id, m.user_id, c.at,
         jsonb_build_object(
           'message_id', m.id, 'user_id', m.user_external_id, 'automation_id', m.automation_id,
           'enrollment_id', m.enrollment_id, 'step_id', m.step_id, 'list_id', m.list_id,
           'variant', m.variant, 'to', m.to_address, 'subject', m.subject)
    from (select distinct on (bucket, user_id, detail ->> 'message_id') bucket, user_id, workspace_id,
                 (detail ->> 'message_id')::uuid as message_id, at
            from changed
           where after = 'unsubscribed'
             and detail ->> 'message_id' ~ '^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$'
             and outbox_wants(workspace_id, 'message.unsubscribed')) c
    join messages m on m.bucket = c.bucket and m.id = c.message_id
   where m.user_external_id <> ''
     and not exists (select from message_events e
                      where e.bucket = m.bucket and e.message_id = m.id and e.kind = 'unsubscribed')
     and not exists (select from consent_changes o
                      where o.bucket = c.bucket and o.user_id = c.user_id
                        and o.after = 'unsubscribed' and o.detail ->> 'message_id' = m.id::text
                        and o.id not in (select id from changed));
  return null;
end
$$;
create trigger consent_changes_told after insert on consent_changes
  referencing new table as changed for each statement execute function outbox_consent_changed();

create function outbox_suppressed() returns trigger language plpgsql as $$
begin
  if not (exists (select from webhooks where is_enabled) or exists (select from outbox_streams)) then
    return null;
  end if;
  insert into outbox_events (workspace_id, type, order_key, user_id, at, data)
  select s.workspace_id, 'user.suppressed', coalesce(u.id, s.id), u.id, s.at,
         jsonb_build_object('user_id', u.external_id, 'address', s.address, 'reason', s.reason,
                            'source', s.source)
    from added s
    left join lateral (
      select id, external_id from users
       where s.kind = 'user' and id = s.user_id
         and bucket = get_byte(uuid_send(s.user_id), 15) % 64
       union all
      select id, external_id from users
       where s.kind = 'address' and workspace_id = s.workspace_id and lower(email) = s.address) u
      on true
   where coalesce(s.address, s.user_id::text) is not null
     and outbox_wants(s.workspace_id, 'user.suppressed')
   order by s.id;
  return null;
end
$$;
create trigger suppressions_told after insert on suppressions
  referencing new table as added for each statement execute function outbox_suppressed();

-- A series was published, paused or archived, a broadcast finished, or sending stopped by itself.
create function outbox_published() returns trigger language plpgsql as $$
begin
  insert into outbox_events (workspace_id, type, order_key, at, data)
  select a.workspace_id, 'series.published', a.id, new.published_at,
         jsonb_build_object('automation_id', a.id, 'name', a.name, 'version', new.number)
    from automations a
   where a.id = new.automation_id and a.type = 'series'
     and outbox_wants(a.workspace_id, 'series.published');
  return null;
end
$$;
create trigger series_versions_told after insert on series_versions
  for each row execute function outbox_published();

create function outbox_automation_moved() returns trigger language plpgsql as $$
begin
  insert into outbox_events (workspace_id, type, order_key, at, data)
  select new.workspace_id, 'series.' || new.status, new.id, new.updated_at,
         jsonb_build_object('automation_id', new.id, 'name', new.name, 'version', new.version)
   where outbox_wants(new.workspace_id, 'series.' || new.status);
  return null;
end
$$;
create trigger automations_told after update of status on automations
  for each row when (old.status <> new.status and new.status in ('paused', 'archived')
                     and new.type = 'series')
  execute function outbox_automation_moved();

create function outbox_broadcast_finished() returns trigger language plpgsql as $$
begin
  insert into outbox_events (workspace_id, type, order_key, at, data)
  select new.workspace_id, 'broadcast.finished', a.id, new.finished_at,
         jsonb_build_object('automation_id', a.id, 'name', a.name, 'state', new.state,
                            'counts', new.counts)
    from automations a
   where a.id = new.automation_id and outbox_wants(new.workspace_id, 'broadcast.finished');
  return null;
end
$$;
create trigger broadcasts_told after update of finished_at on broadcasts
  for each row when (old.finished_at is null and new.finished_at is not null)
  execute function outbox_broadcast_finished();

create function outbox_sending_paused() returns trigger language plpgsql as $$
begin
  insert into outbox_events (workspace_id, type, order_key, at, data)
  select new.workspace_id, 'sending.paused', coalesce(new.automation_id, new.workspace_id),
         new.paused_at,
         jsonb_build_object(
           'automation_id', new.automation_id, 'rule', new.rule, 'sent', new.figures -> 'sent',
           'count', new.figures -> 'count', 'percent', new.figures -> 'percent',
           'limit_percent', new.figures -> 'limitPercent', 'days', new.figures -> 'days')
   where outbox_wants(new.workspace_id, 'sending.paused');
  return null;
end
$$;
create trigger sending_pauses_told after insert on sending_pauses
  for each row execute function outbox_sending_paused();
