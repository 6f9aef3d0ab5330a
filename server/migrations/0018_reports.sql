-- compatible
-- What was sent and what came of it, by day: for reports, which must not read every message there is.
--
-- Whatever is counted writes a row of its own in the same transaction, into a table that has no key and
-- no index: nobody waits for anybody. A worker adds these up now and then, in one statement that takes
-- them away and raises the sums, so that both together are always exact.

-- The list that a message was sent to; null when it belonged to none.
alter table messages add column list_id uuid;

-- Whether the draft was changed since it was published; false before the first time.
alter table automations add column has_edits boolean not null default false;
update automations a
   set has_edits = true
  from series_versions v
 where v.automation_id = a.id and v.number = a.version and a.type = 'series'
   and (a.draft -> 'steps' is distinct from v.steps or a.draft -> 'settings' is distinct from v.settings);

create table report_deltas (
  workspace_id uuid not null,
  automation_id uuid not null,
  -- 'message', 'step' or 'passage': which of the sums below.
  what text not null,
  -- Of a message what happened to it, of a step its outcome, of a passage its state.
  kind text not null,
  step_id text not null default '',
  variant text not null default '',
  list_id uuid not null default '00000000-0000-0000-0000-000000000000',
  reason text not null default '',
  -- By the clock of the side, to the quarter of an hour, in which all time zones have their midnights:
  -- when the message began to leave, the step ended, the passage began.
  at timestamptz not null,
  -- When the passage ended.
  ended_at timestamptz,
  count integer not null
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);

-- Messages by the day on which they began to leave, so that what came of them stands beside them. Days
-- are those of the side's time zone as it was when they were added up.
create table message_days (
  workspace_id uuid not null,
  day date not null,
  automation_id uuid not null,
  step_id text not null,
  -- Empty: the email has no variants.
  variant text not null,
  -- Nil: no list.
  list_id uuid not null,
  sent integer not null default 0,
  delivered integer not null default 0,
  bounced_hard integer not null default 0,
  bounced_soft integer not null default 0,
  blocked integer not null default 0,
  complained integer not null default 0,
  unsubscribed integer not null default 0,
  replied integer not null default 0,
  dropped integer not null default 0,
  opened integer not null default 0,
  opened_by_machine integer not null default 0,
  clicked integer not null default 0,
  clicked_by_machine integer not null default 0,
  primary key (workspace_id, day, automation_id, step_id, variant, list_id)
) with (fillfactor = 70);
create index message_days_by_automation on message_days (automation_id, day);

-- Steps by the day on which they ended, and why, where they were skipped or failed.
create table step_days (
  workspace_id uuid not null,
  day date not null,
  automation_id uuid not null,
  step_id text not null,
  outcome text not null,
  reason text not null,
  count integer not null,
  primary key (workspace_id, day, automation_id, step_id, outcome, reason)
) with (fillfactor = 70);
create index step_days_by_automation on step_days (automation_id, day);
create index step_days_failed on step_days (workspace_id, day) where outcome = 'failed';

-- Passages by the day they began, their state, and the day they ended; 'infinity' while under way.
create table passage_days (
  workspace_id uuid not null,
  automation_id uuid not null,
  entered_day date not null,
  state text not null,
  ended_day date not null,
  count integer not null,
  primary key (automation_id, entered_day, state, ended_day)
) with (fillfactor = 70);
create index passage_days_active on passage_days (automation_id) include (count)
  where state = 'active';
create index passage_days_by_end on passage_days (automation_id, ended_day);
create index passage_days_by_side on passage_days (workspace_id, entered_day);

-- How long it took to the goal, of those who entered last.
create index enrollments_goals on enrollments (automation_id, entered_at desc) include (ended_at)
  where state = 'goal_reached';

create function quarter_hour_of(at timestamptz) returns timestamptz
language sql immutable parallel safe as $$ select date_bin('15 minutes', at, '2000-01-01T00:00:00Z') $$;

-- The day of an instant; in UTC, should this database not know the zone.
create function day_in_zone(at timestamptz, zone text) returns date
language plpgsql stable parallel safe as $$
begin
  return (at at time zone zone)::date;
exception when invalid_parameter_value then
  return (at at time zone 'UTC')::date;
end
$$;

-- The beginning of the hour that a clock in a zone shows.
create function hour_in_zone(at timestamptz, zone text) returns timestamptz
language plpgsql stable parallel safe as $$
begin
  return date_trunc('hour', at, zone);
exception when invalid_parameter_value then
  return date_trunc('hour', at, 'UTC');
end
$$;

-- When a day begins.
create function day_begins(day date, zone text) returns timestamptz
language plpgsql stable parallel safe as $$
begin
  return day::timestamp at time zone zone;
exception when invalid_parameter_value then
  return day::timestamp at time zone 'UTC';
end
$$;

-- The beginning of a reason, as it is shown: what follows a colon differs from person to person.
create function reason_word_of(outcome text, reason text) returns text
language sql immutable parallel safe as $$
  select case when outcome in ('skipped', 'failed')
              then left(split_part(coalesce(reason, ''), ':', 1), 100) else '' end
$$;

create function count_steps_logged() returns trigger language plpgsql as $$
begin
  insert into report_deltas (workspace_id, automation_id, what, kind, step_id, reason, at, count)
  select workspace_id, automation_id, 'step', outcome, step_id, reason_word_of(outcome, reason),
         quarter_hour_of(at), count(*)
    from logged
   group by 1, 2, 4, 5, 6, 7;
  return null;
end
$$;
create trigger step_log_counted after insert on step_log
  referencing new table as logged for each statement execute function count_steps_logged();

create function count_passages_begun() returns trigger language plpgsql as $$
begin
  insert into report_deltas (workspace_id, automation_id, what, kind, at, ended_at, count)
  select workspace_id, automation_id, 'passage', state, quarter_hour_of(entered_at),
         quarter_hour_of(ended_at), count(*)
    from begun
   group by 1, 2, 4, 5, 6;
  return null;
end
$$;
create trigger enrollments_begun_counted after insert on enrollments
  referencing new table as begun for each statement execute function count_passages_begun();

create function count_passages_changed() returns trigger language plpgsql as $$
begin
  insert into report_deltas (workspace_id, automation_id, what, kind, at, ended_at, count)
  select workspace_id, automation_id, 'passage', state, quarter_hour_of(entered_at),
         quarter_hour_of(ended_at), sum(c.sign)
    from (select workspace_id, automation_id, state, entered_at, ended_at, -1 as sign from before
          union all
          select workspace_id, automation_id, state, entered_at, ended_at, 1 from after) c
   group by 1, 2, 4, 5, 6
  having sum(c.sign) <> 0;
  return null;
end
$$;
create trigger enrollments_changed_counted after update on enrollments
  referencing old table as before new table as after
  for each statement execute function count_passages_changed();

-- Who unsubscribed by a link of a message: the message counts once, whoever tells of it.
create function count_unsubscribed() returns trigger language plpgsql as $$
begin
  insert into report_deltas (workspace_id, automation_id, what, kind, step_id, variant, list_id, at, count)
  select m.workspace_id, m.automation_id, 'message', 'unsubscribed', m.step_id,
         coalesce(m.variant, ''), coalesce(m.list_id, '00000000-0000-0000-0000-000000000000'),
         quarter_hour_of(m.created_at), 1
    from (select distinct bucket, user_id, (detail ->> 'message_id')::uuid as message_id
            from changed
           where after = 'unsubscribed'
             and detail ->> 'message_id' ~ '^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$') c
    join messages m on m.bucket = c.bucket and m.id = c.message_id
   where not exists (select from message_events e
                      where e.bucket = m.bucket and e.message_id = m.id and e.kind = 'unsubscribed')
     and not exists (select from consent_changes o
                      where o.bucket = c.bucket and o.user_id = c.user_id and o.after = 'unsubscribed'
                        and o.detail ->> 'message_id' = c.message_id::text
                        and o.id not in (select id from changed));
  return null;
end
$$;
create trigger consent_changes_counted after insert on consent_changes
  referencing new table as changed for each statement execute function count_unsubscribed();

-- What message_days, step_days and passage_days have to hold, from the messages, steps and passages
-- themselves. Reads all of them: for the beginning, and for whoever wants to check the sums.
create function recount_messages() returns table (
  workspace_id uuid, automation_id uuid, step_id text, variant text, list_id uuid, at timestamptz,
  kind text, count bigint
) language sql stable as $$
  select m.workspace_id, m.automation_id, m.step_id, coalesce(m.variant, ''),
         coalesce(m.list_id, '00000000-0000-0000-0000-000000000000'), quarter_hour_of(m.created_at),
         h.kind, count(*)
    from messages m
   cross join lateral (
     select 'sent' as kind
      where m.state in ('accepted', 'delivered', 'bounced', 'complained')
         or m.state = 'rejected' and exists (
              select from message_events e
               where e.bucket = m.bucket and e.message_id = m.id and e.kind in ('bounced', 'dropped'))
     union
     select case e.kind
              when 'bounced' then case e.detail ->> 'class' when 'hard' then 'bounced_hard'
                                    when 'soft' then 'bounced_soft' else 'blocked' end
              when 'opened' then case when e.detail -> 'machine' = 'true' then 'opened_by_machine'
                                   else 'opened' end
              when 'clicked' then case when e.detail -> 'machine' = 'true' then 'clicked_by_machine'
                                    else 'clicked' end
              else e.kind end
       from message_events e
      where e.bucket = m.bucket and e.message_id = m.id
        and e.kind in ('delivered', 'bounced', 'complained', 'unsubscribed', 'replied', 'dropped',
                       'opened', 'clicked')
     union
     select 'unsubscribed'
      where exists (select from consent_changes c
                     where c.bucket = m.bucket and c.user_id = m.user_id and c.after = 'unsubscribed'
                       and c.detail ->> 'message_id' = m.id::text)
   ) h
   group by 1, 2, 3, 4, 5, 6, 7
$$;

-- Takes deltas away and adds them to the sums; how many it took. One caller at a time.
create function fold_report_deltas(most integer) returns integer language plpgsql as $$
declare
  taken integer;
begin
  if not pg_try_advisory_xact_lock(4400000018) then return 0; end if;
  with gone as (
    delete from report_deltas
     where ctid = any (array(select ctid from report_deltas limit most))
    returning *
  ), dated as materialized (
    select g.*, day_in_zone(g.at, w.timezone) as day, day_in_zone(g.ended_at, w.timezone) as ended_day
      from (select workspace_id, automation_id, what, kind, step_id, variant, list_id, reason, at,
                   ended_at, sum(gone.count)::integer as count
              from gone group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10) g
      join workspaces w on w.id = g.workspace_id
  ), messages_added as (
    insert into message_days as d (
      workspace_id, day, automation_id, step_id, variant, list_id, sent, delivered, bounced_hard,
      bounced_soft, blocked, complained, unsubscribed, replied, dropped, opened, opened_by_machine,
      clicked, clicked_by_machine)
    select workspace_id, day, automation_id, step_id, variant, list_id,
           coalesce(sum(count) filter (where kind = 'sent'), 0),
           coalesce(sum(count) filter (where kind = 'delivered'), 0),
           coalesce(sum(count) filter (where kind = 'bounced_hard'), 0),
           coalesce(sum(count) filter (where kind = 'bounced_soft'), 0),
           coalesce(sum(count) filter (where kind = 'blocked'), 0),
           coalesce(sum(count) filter (where kind = 'complained'), 0),
           coalesce(sum(count) filter (where kind = 'unsubscribed'), 0),
           coalesce(sum(count) filter (where kind = 'replied'), 0),
           coalesce(sum(count) filter (where kind = 'dropped'), 0),
           coalesce(sum(count) filter (where kind = 'opened'), 0),
           coalesce(sum(count) filter (where kind = 'opened_by_machine'), 0),
           coalesce(sum(count) filter (where kind = 'clicked'), 0),
           coalesce(sum(count) filter (where kind = 'clicked_by_machine'), 0)
      from dated
     where what = 'message'
     group by 1, 2, 3, 4, 5, 6
        on conflict (workspace_id, day, automation_id, step_id, variant, list_id) do update
           set sent = d.sent + excluded.sent, delivered = d.delivered + excluded.delivered,
               bounced_hard = d.bounced_hard + excluded.bounced_hard,
               bounced_soft = d.bounced_soft + excluded.bounced_soft,
               blocked = d.blocked + excluded.blocked,
               complained = d.complained + excluded.complained,
               unsubscribed = d.unsubscribed + excluded.unsubscribed,
               replied = d.replied + excluded.replied, dropped = d.dropped + excluded.dropped,
               opened = d.opened + excluded.opened,
               opened_by_machine = d.opened_by_machine + excluded.opened_by_machine,
               clicked = d.clicked + excluded.clicked,
               clicked_by_machine = d.clicked_by_machine + excluded.clicked_by_machine
  ), steps_added as (
    insert into step_days as d (workspace_id, day, automation_id, step_id, outcome, reason, count)
    select workspace_id, day, automation_id, step_id, kind, reason, sum(dated.count)
      from dated
     where what = 'step'
     group by 1, 2, 3, 4, 5, 6
        on conflict (workspace_id, day, automation_id, step_id, outcome, reason) do update
           set count = d.count + excluded.count
  ), passages_added as (
    insert into passage_days as d (workspace_id, automation_id, entered_day, state, ended_day, count)
    select workspace_id, automation_id, day, kind, coalesce(ended_day, 'infinity'), sum(dated.count)
      from dated
     where what = 'passage'
     group by 1, 2, 3, 4, 5
        on conflict (automation_id, entered_day, state, ended_day) do update
           set count = d.count + excluded.count
  )
  select count(*) into taken from gone;
  return taken;
end
$$;

-- What was there before this. Lists of messages sent before are those of their steps.
update messages m
   set list_id = l.id
  from (select distinct on (e.bucket, e.id, s ->> 'id') e.bucket, e.id, s ->> 'id' as step_id,
               s ->> 'list_id' as list_id, e.workspace_id
          from series_versions v
         cross join lateral jsonb_array_elements(v.steps) s
          join enrollments e on e.automation_id = v.automation_id and e.version = v.number
         where s ->> 'list_id' is not null and coalesce(s ->> 'purpose', 'marketing') = 'marketing') v
  join lists l on l.id::text = v.list_id and l.workspace_id = v.workspace_id
 where m.bucket = v.bucket and m.enrollment_id = v.id and m.step_id = v.step_id;

insert into report_deltas (workspace_id, automation_id, what, kind, step_id, variant, list_id, at, count)
select workspace_id, automation_id, 'message', kind, step_id, variant, list_id, at, count
  from recount_messages();
insert into report_deltas (workspace_id, automation_id, what, kind, step_id, reason, at, count)
select workspace_id, automation_id, 'step', outcome, step_id, reason_word_of(outcome, reason),
       quarter_hour_of(at), count(*)
  from step_log
 group by 1, 2, 4, 5, 6, 7;
insert into report_deltas (workspace_id, automation_id, what, kind, at, ended_at, count)
select workspace_id, automation_id, 'passage', state, quarter_hour_of(entered_at),
       quarter_hour_of(ended_at), count(*)
  from enrollments
 group by 1, 2, 4, 5, 6;
select fold_report_deltas(2147483647);
