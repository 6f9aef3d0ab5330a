-- The schema that the migrations make, as PostgreSQL 18 tells it. Written by a test; do not edit.
set check_function_bodies = off;

CREATE OR REPLACE FUNCTION public.address_spellings(address text)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when octet_length(address) = char_length(address) and strpos(lower(address), 'xn--') = 0
              then array[lower(address)] else address_spellings_odd(address) end
$function$
;

CREATE OR REPLACE FUNCTION public.address_spellings_odd(address text)
 RETURNS text[]
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare
  at_sign constant integer := length(address) - strpos(reverse(address), '@') + 1;
  -- Wide and composed characters, and other full stops, stand for the usual ones. Source: UTS #46.
  domain constant text := lower(normalize(
    translate(substr(address, at_sign + 1), U&'\3002\FF0E\FF61', '...'), NFKC));
  travels text;
  reads text;
begin
  select string_agg(case when octet_length(l) = length(l) then l else punycode_encoded(l) end, '.'
                    order by i),
         string_agg(case when l like 'xn--%'
                         then coalesce(punycode_decoded(substr(l, 5)), l) else l end, '.' order by i)
    into travels, reads
    from string_to_table(domain, '.') with ordinality as t (l, i);
  return array(select distinct lower(left(address, at_sign)) || d
                 from unnest(array[travels, lower(reads), domain]) d
                where d is not null
               union
               select lower(address));
end
$function$
;

CREATE OR REPLACE FUNCTION public.audit_bounded(value jsonb, bytes_max integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare
  bounded jsonb := value;
begin
  if value is null or octet_length(value::text) <= bytes_max then return value; end if;
  if jsonb_typeof(value) = 'object' and not value ? 'sha256' then
    select jsonb_object_agg(m.key, audit_bounded(m.value, bytes_max / 4)) into bounded
      from jsonb_each(value) m;
  end if;
  if octet_length(bounded::text) <= bytes_max then return bounded; end if;
  return audit_digest(value::text);
end
$function$
;

CREATE OR REPLACE FUNCTION public.audit_by_id(list jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when count(*) = 0 then '{}'::jsonb
              when count(*) = count(distinct e.value ->> 'id')
              then jsonb_object_agg(e.value ->> 'id', e.value)
                     filter (where e.value ->> 'id' is not null) end
    from jsonb_array_elements(list) e
$function$
;

CREATE OR REPLACE FUNCTION public.audit_difference(old jsonb, new jsonb, OUT before jsonb, OUT after jsonb)
 RETURNS record
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare
  name text;
  part record;
  old_ids text[];
  new_ids text[];
begin
  if old is not distinct from new then return; end if;
  if jsonb_typeof(old) = 'object' and jsonb_typeof(new) = 'object' then
    for name in select jsonb_object_keys(old) union select jsonb_object_keys(new) loop
      part := audit_difference(old -> name, new -> name);
      if part.before is not null then
        before := coalesce(before, '{}') || jsonb_build_object(name, part.before);
      end if;
      if part.after is not null then
        after := coalesce(after, '{}') || jsonb_build_object(name, part.after);
      end if;
    end loop;
    return;
  end if;
  if jsonb_typeof(old) = 'array' and jsonb_typeof(new) = 'array'
     and audit_by_id(old) is not null and audit_by_id(new) is not null then
    part := audit_difference(audit_by_id(old), audit_by_id(new));
    before := part.before;
    after := part.after;
    select array_agg(e.value ->> 'id' order by e.ordinality)
             filter (where audit_by_id(new) ? (e.value ->> 'id'))
      into old_ids from jsonb_array_elements(old) with ordinality e;
    select array_agg(e.value ->> 'id' order by e.ordinality)
             filter (where audit_by_id(old) ? (e.value ->> 'id'))
      into new_ids from jsonb_array_elements(new) with ordinality e;
    if old_ids is distinct from new_ids then
      before := coalesce(before, '{}') || jsonb_build_object('(order)', old_ids);
      after := coalesce(after, '{}') || jsonb_build_object('(order)', new_ids);
    end if;
    return;
  end if;
  before := old;
  after := new;
end
$function$
;

CREATE OR REPLACE FUNCTION public.audit_digest(value text)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select jsonb_build_object('length', length(value),
                            'sha256', encode(sha256(convert_to(value, 'UTF8')), 'hex'))
$function$
;

CREATE OR REPLACE FUNCTION public.audit_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  fixed text[] := '{target_id,target_name,actor_name,address,before,after}';
begin
  if tg_op = 'DELETE' and old.at < db_now() - interval '400 days' then return old; end if;
  if tg_op = 'UPDATE' then
    if position(old.id::text in coalesce(current_setting('milepost.audited', true), '')) > 0 then
      return new;
    end if;
    if current_setting('milepost.audit_erases', true) = 'on'
       and to_jsonb(old) - fixed = to_jsonb(new) - fixed then
      return new;
    end if;
  end if;
  raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
end
$function$
;

CREATE OR REPLACE FUNCTION public.audit_hidden(value jsonb, secret text[], holders text[])
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when value is null then null else coalesce((
    select jsonb_object_agg(m.key, case
             when m.value = 'null' then m.value
             when m.key = any (secret) then '"•••"'::jsonb
             when m.key = any (holders) and jsonb_typeof(m.value) = 'object' then coalesce(
               (select jsonb_object_agg(i.key, '•••') from jsonb_each(m.value) i), '{}')
             else m.value end)
      from jsonb_each(value) m), '{}') end
$function$
;

CREATE OR REPLACE FUNCTION public.audit_pair()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  noun text := tg_argv[0];
  ignored text[] := '{id,pair_id,member_id,created_at,updated_at}';
  old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  row_now jsonb := coalesce(new_row, old_row);
  is_ordered boolean := coalesce(current_setting('milepost.cause', true), '') <> '';
  verb text;
  named text := row_now ->> 'email';
  part record;
  side uuid;
begin
  -- An invitation that has expired is tidied away.
  if tg_op = 'DELETE' and (row_now ->> 'expires_at')::timestamptz < db_now() then return null; end if;
  verb := case noun || ' ' || tg_op
    when 'member INSERT' then 'join' when 'member UPDATE' then 'change_role'
    when 'member DELETE' then 'remove'
    when 'invitation DELETE' then case when is_ordered then 'revoke' else 'accept' end
    else 'create' end;
  part := audit_difference(old_row - ignored, new_row - ignored);
  if part.before is null and part.after is null then return null; end if;
  if named is null then
    select m.email into named from members m where m.id = (row_now ->> 'member_id')::uuid;
  end if;
  -- Whoever accepts an invitation makes themself a member.
  if verb = 'join' and not is_ordered then
    perform set_config('milepost.cause', jsonb_build_object('actor_kind', 'member',
      'actor_id', row_now ->> 'member_id', 'actor_name', named)::text, true);
  end if;
  for side in select w.id from workspaces w where w.pair_id = (row_now ->> 'pair_id')::uuid loop
    perform audit_record(
      side, noun || '.' || verb, noun, coalesce(row_now ->> 'member_id', row_now ->> 'id'), named,
      audit_hidden(part.before, '{token_hash}', '{}'),
      audit_hidden(part.after, '{token_hash}', '{}'));
  end loop;
  if not is_ordered then perform set_config('milepost.cause', '', true); end if;
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.audit_part()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  kind text;
  workspace uuid;
  thing uuid;
  named text;
  verb text := 'change';
  part record;
begin
  case tg_table_name
    when 'series_versions' then
      select a.type, a.workspace_id, a.id, a.name into kind, workspace, thing, named
        from automations a where a.id = new.automation_id;
      if kind in ('confirmation', 'transactional') then return null; end if;
      part := audit_difference(
        (select jsonb_build_object('settings', v.settings, 'steps', v.steps) from series_versions v
          where v.automation_id = new.automation_id and v.number < new.number
          order by v.number desc limit 1),
        jsonb_build_object('settings', new.settings, 'steps', new.steps));
    when 'series_content' then
      kind := 'series';
      select a.workspace_id, a.id, a.name into workspace, thing, named
        from automations a where a.id = new.automation_id;
      part := audit_difference(null, jsonb_build_object('content of ' || new.step_id, new.fields));
    when 'template_versions' then
      kind := 'template';
      workspace := new.workspace_id;
      thing := new.template_id;
      select t.name into named from templates t
       where t.workspace_id = new.workspace_id and t.id = new.template_id;
      part := audit_difference(
        (select jsonb_build_object('body', v.body) from template_versions v
          where v.workspace_id = new.workspace_id and v.template_id = new.template_id
            and v.number < new.number
          order by v.number desc limit 1),
        jsonb_build_object('body', new.body));
    when 'broadcasts' then
      kind := 'broadcast';
      workspace := new.workspace_id;
      thing := new.automation_id;
      select a.name into named from automations a where a.id = new.automation_id;
      verb := case new.state when 'sending' then 'begin' when 'sent' then 'complete'
              else 'change' end;
      part := audit_difference(
        jsonb_build_object('state', old.state, 'schedule', old.schedule, 'audience', old.audience),
        jsonb_build_object('state', new.state, 'schedule', new.schedule, 'audience', new.audience));
    when 'dkim_keys' then
      kind := 'sender_domain';
      select d.workspace_id, d.id, d.domain into workspace, thing, named
        from sender_domains d where d.id = new.domain_id;
      part := audit_difference(null, jsonb_build_object('key ' || new.selector, new.algorithm));
    when 'sending_pauses' then
      kind := 'sending';
      workspace := new.workspace_id;
      thing := coalesce(new.automation_id, new.workspace_id);
      select a.name into named from automations a where a.id = new.automation_id;
      verb := case tg_op when 'INSERT' then 'pause' else 'resume' end;
      part := audit_difference(
        case tg_op when 'INSERT' then '{"is_paused": false}'::jsonb else '{"is_paused": true}' end,
        case tg_op when 'INSERT' then
          jsonb_build_object('is_paused', true, 'rule', new.rule, 'figures', new.figures)
        else '{"is_paused": false}'::jsonb end);
  end case;
  if part.before is null and part.after is null then return null; end if;
  perform audit_record(workspace, kind || '.' || verb, kind, thing::text, named, part.before,
                       part.after, true);
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.audit_record(p_workspace uuid, p_action text, p_kind text, p_id text, p_name text, p_before jsonb, p_after jsonb, p_is_part boolean DEFAULT false)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  cause jsonb := coalesce(nullif(current_setting('milepost.cause', true), '')::jsonb, '{}');
  written jsonb := coalesce(nullif(current_setting('milepost.audited', true), '')::jsonb, '{}');
  place text := p_workspace || ' ' || p_kind || ' ' || p_id;
  asked text := cause ->> 'action';
  verb text := split_part(p_action, '.', 2);
  chosen text := p_action;
  v_before jsonb := audit_shown(p_before);
  v_after jsonb := audit_shown(p_after);
  entry audit_entries;
  v_cut boolean;
begin
  if split_part(asked, '.', 1) = p_kind and
     (p_is_part or split_part(asked, '.', 2) not in ('create', 'change', 'delete')
      or split_part(asked, '.', 2) = verb or verb not in ('create', 'change', 'delete')) then
    chosen := asked;
  end if;
  if written ? place then
    select * into entry from audit_entries where id = (written ->> place)::uuid;
  end if;
  if entry.id is not null then
    -- What this transaction made has no before.
    select jsonb_object_agg(m.key, m.value) into v_before
      from jsonb_each(coalesce(v_before, '{}')) m
     where not coalesce(entry.after, '{}') ? m.key;
    v_before := nullif(coalesce(v_before, '{}') || coalesce(entry.before, '{}'), '{}');
    v_after := nullif(coalesce(entry.after, '{}') || coalesce(v_after, '{}'), '{}');
    if p_is_part or verb not in ('create', 'delete') then chosen := entry.action; end if;
    if verb = 'create' and not p_is_part then v_before := null; end if;
  end if;
  v_cut := octet_length(v_before::text) > 32768 or octet_length(v_after::text) > 32768;
  v_before := audit_bounded(v_before, 32768);
  v_after := audit_bounded(v_after, 32768);
  if entry.id is not null then
    update audit_entries
       set action = chosen, target_name = coalesce(p_name, entry.target_name), before = v_before,
           after = v_after, is_cut = entry.is_cut or coalesce(v_cut, false)
     where id = entry.id;
    return;
  end if;
  insert into audit_entries as e (workspace_id, at, actor_kind, actor_id, actor_name, reason, action,
                                  target_kind, target_id, target_name, before, after, is_cut,
                                  request_id, address)
  values (p_workspace, db_now(), coalesce(cause ->> 'actor_kind', 'system'), cause ->> 'actor_id',
          cause ->> 'actor_name', cause ->> 'reason', chosen, p_kind, p_id, p_name, v_before, v_after,
          coalesce(v_cut, false), cause ->> 'request_id', cause ->> 'address')
  returning e.id into entry.id;
  -- Of a transaction that changes very many things, the last are remembered.
  if octet_length(written::text) > 8192 then written := '{}'; end if;
  perform set_config('milepost.audited', (written || jsonb_build_object(place, entry.id))::text, true);
end
$function$
;

CREATE OR REPLACE FUNCTION public.audit_row()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  noun text := tg_argv[0];
  ignored text[] := string_to_array('id,workspace_id,created_at,updated_at,' || tg_argv[1], ',');
  old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  row_now jsonb := coalesce(new_row, old_row);
  verb text := case tg_op when 'INSERT' then 'create' when 'DELETE' then 'delete' else 'change' end;
  part record;
begin
  if tg_table_name = 'automations' then
    -- The series behind a confirmation is made by the system: what it says is the list's.
    if row_now ->> 'type' in ('confirmation', 'transactional') then return null; end if;
    noun := row_now ->> 'type';
    if tg_op = 'UPDATE' and old_row ->> 'status' <> new_row ->> 'status' then
      verb := case new_row ->> 'status' when 'active' then 'activate' when 'paused' then 'pause'
              when 'archived' then 'archive' when 'completed' then 'complete' else 'change' end;
    end if;
  elsif tg_table_name = 'identity_secrets' then
    new_row := new_row || '{"kind": "identity"}';
    old_row := old_row || '{"kind": "identity"}';
  end if;
  if tg_op = 'UPDATE' and old_row ->> 'revoked_at' is null and new_row ->> 'revoked_at' is not null then
    verb := 'revoke';
  end if;
  part := audit_difference(old_row - ignored, new_row - ignored);
  if tg_op = 'UPDATE' and part.before is null and part.after is null then return null; end if;
  if tg_op = 'INSERT' then part.after := jsonb_strip_nulls(part.after); end if;
  if tg_op = 'DELETE' then part.before := jsonb_strip_nulls(part.before); end if;
  perform audit_record(
    coalesce(row_now ->> 'workspace_id', row_now ->> 'id')::uuid,
    noun || '.' || verb, noun, row_now ->> 'id',
    coalesce(row_now ->> 'name', row_now ->> 'address', row_now ->> 'domain', row_now ->> 'hint'),
    audit_hidden(part.before, string_to_array(tg_argv[2], ','), string_to_array(tg_argv[3], ',')),
    audit_hidden(part.after, string_to_array(tg_argv[2], ','), string_to_array(tg_argv[3], ',')));
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.audit_shown(value jsonb, name text DEFAULT ''::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare
  words text;
begin
  if jsonb_typeof(value) not in ('null', 'boolean') and name ~*
     '(^|[_-])(password|secret|token|authorization|api[_-]?key|private[_-]?key|credentials?|cookie)$'
  then
    return '"•••"';
  end if;
  case jsonb_typeof(value)
    when 'object' then
      return coalesce((select jsonb_object_agg(m.key, audit_shown(m.value, m.key))
                         from jsonb_each(value) m), '{}');
    when 'array' then
      return coalesce((select jsonb_agg(audit_shown(e.value, name) order by e.ordinality)
                         from jsonb_array_elements(value) with ordinality e), '[]');
    when 'string' then
      words := value #>> '{}';
      if length(words) > 1000 then return audit_digest(words); end if;
      return to_jsonb(regexp_replace(words, '(://[^/:@\s]*):[^/@\s]+@', '\1:•••@', 'g'));
    else
      return value;
  end case;
end
$function$
;

CREATE OR REPLACE FUNCTION public.count_passages_begun()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into report_deltas (workspace_id, automation_id, what, kind, at, ended_at, count)
  select workspace_id, automation_id, 'passage', state, quarter_hour_of(entered_at),
         quarter_hour_of(ended_at), count(*)
    from begun
   group by 1, 2, 4, 5, 6;
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.count_passages_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.count_steps_logged()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into report_deltas (workspace_id, automation_id, what, kind, step_id, reason, at, count)
  select workspace_id, automation_id, 'step', outcome, step_id, reason_word_of(outcome, reason),
         quarter_hour_of(at), count(*)
    from logged
   group by 1, 2, 4, 5, 6, 7;
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.count_unsubscribed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.day_begins(day date, zone text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE
AS $function$
begin
  return day::timestamp at time zone zone;
exception when invalid_parameter_value then
  return day::timestamp at time zone 'UTC';
end
$function$
;

CREATE OR REPLACE FUNCTION public.day_in_zone(at timestamp with time zone, zone text)
 RETURNS date
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE
AS $function$
begin
  return (at at time zone zone)::date;
exception when invalid_parameter_value then
  return (at at time zone 'UTC')::date;
end
$function$
;

CREATE OR REPLACE FUNCTION public.db_now()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select coalesce(nullif(current_setting('milepost.now', true), '')::timestamptz,
                  date_trunc('milliseconds', statement_timestamp()))
$function$
;

CREATE OR REPLACE FUNCTION public.fold_report_deltas(most integer)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
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

CREATE OR REPLACE FUNCTION public.hour_in_zone(at timestamp with time zone, zone text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE
AS $function$
begin
  return date_trunc('hour', at, zone);
exception when invalid_parameter_value then
  return date_trunc('hour', at, 'UTC');
end
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

CREATE OR REPLACE FUNCTION public.outbox_automation_moved()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into outbox_events (workspace_id, type, order_key, at, data)
  select new.workspace_id, 'series.' || new.status, new.id, new.updated_at,
         jsonb_build_object('automation_id', new.id, 'name', new.name, 'version', new.version)
   where outbox_wants(new.workspace_id, 'series.' || new.status);
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_broadcast_finished()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into outbox_events (workspace_id, type, order_key, at, data)
  select new.workspace_id, 'broadcast.finished', a.id, new.finished_at,
         jsonb_build_object('automation_id', a.id, 'name', a.name, 'state', new.state,
                            'counts', new.counts)
    from automations a
   where a.id = new.automation_id and outbox_wants(new.workspace_id, 'broadcast.finished');
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_consent_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_enrollments_begun()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_enrollments_ended()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_fan_out()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_instant(at timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_message_cancelled()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into outbox_events (workspace_id, type, order_key, user_id, at, data)
  select new.workspace_id, 'message.cancelled', new.user_id, new.user_id, new.updated_at,
         jsonb_build_object(
           'message_id', new.id, 'user_id', new.user_external_id, 'automation_id', new.automation_id,
           'enrollment_id', new.enrollment_id, 'step_id', new.step_id, 'list_id', new.list_id,
           'variant', new.variant, 'to', new.to_address, 'subject', new.subject,
           'reason', new.answer)
   where outbox_wants(new.workspace_id, 'message.cancelled');
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_message_doubted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_message_events()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_published()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into outbox_events (workspace_id, type, order_key, at, data)
  select a.workspace_id, 'series.published', a.id, new.published_at,
         jsonb_build_object('automation_id', a.id, 'name', a.name, 'version', new.number)
    from automations a
   where a.id = new.automation_id and a.type = 'series'
     and outbox_wants(a.workspace_id, 'series.published');
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_sending_paused()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_suppressed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
       where s.kind = 'address' and workspace_id = s.workspace_id and lower(email) = any (address_spellings(s.address))) u
      on true
   where coalesce(s.address, s.user_id::text) is not null
     and outbox_wants(s.workspace_id, 'user.suppressed')
   order by s.id;
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_users_created()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_users_erased()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_users_updated()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_wants(workspace uuid, wanted text)
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select exists (select from webhooks w
                  where w.workspace_id = workspace and w.is_enabled
                    and w.event_types && array[wanted, '*'])
      or exists (select from outbox_streams)
$function$
;

CREATE OR REPLACE FUNCTION public.punycode_adapt(delta bigint, points integer, is_first boolean)
 RETURNS integer
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare
  d bigint := case when is_first then delta / 700 else delta / 2 end;
  k integer := 0;
begin
  d := d + d / points;
  while d > 455 loop
    d := d / 35;
    k := k + 36;
  end loop;
  return k + (36 * d / (d + 38))::integer;
end
$function$
;

CREATE OR REPLACE FUNCTION public.punycode_decoded(code text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare
  -- Where the last hyphen is, which ends what is plain.
  basic constant integer := length(code) - strpos(reverse(code) || '-', '-');
  points integer[] := case when basic > 0
    then (select array_agg(ascii(c) order by i)
            from regexp_split_to_table(left(code, basic), '') with ordinality as t (c, i))
    else '{}' end;
  place integer := case when basic > 0 then basic + 2 else 1 end;
  n bigint := 128;
  i bigint := 0;
  bias integer := 72;
  before bigint;
  weight bigint;
  digit integer;
  k integer;
  t integer;
begin
  while place <= length(code) loop
    before := i;
    weight := 1;
    k := 36;
    loop
      digit := strpos('abcdefghijklmnopqrstuvwxyz0123456789', substr(code, place, 1)) - 1;
      if place > length(code) or digit < 0 or weight > 2147483647 then
        return null;
      end if;
      place := place + 1;
      i := i + digit * weight;
      t := greatest(1, least(26, k - bias));
      exit when digit < t;
      weight := weight * (36 - t);
      k := k + 36;
    end loop;
    bias := punycode_adapt(i - before, cardinality(points) + 1, before = 0);
    n := n + i / (cardinality(points) + 1);
    i := i % (cardinality(points) + 1);
    if n > 1114111 or n between 55296 and 57343 then
      return null;
    end if;
    points := points[1:i] || n::integer || points[i + 1:];
    i := i + 1;
  end loop;
  return (select string_agg(chr(p), '' order by o) from unnest(points) with ordinality as u (p, o));
end
$function$
;

CREATE OR REPLACE FUNCTION public.punycode_encoded(label text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare
  points integer[] := (select array_agg(ascii(c) order by i)
                         from regexp_split_to_table(label, '') with ordinality as t (c, i));
  digits constant text := 'abcdefghijklmnopqrstuvwxyz0123456789';
  made text := (select coalesce(string_agg(chr(p), '' order by i), '')
                  from unnest(points) with ordinality as t (p, i) where p < 128);
  basic constant integer := length(made);
  done integer := basic;
  n integer := 128;
  next_n integer;
  delta bigint := 0;
  bias integer := 72;
  point integer;
  q bigint;
  k integer;
  t integer;
begin
  if basic > 0 then
    made := made || '-';
  end if;
  while done < cardinality(points) loop
    select min(p) into next_n from unnest(points) p where p >= n;
    delta := delta + (next_n - n)::bigint * (done + 1);
    n := next_n;
    foreach point in array points loop
      if point < n then
        delta := delta + 1;
      elsif point = n then
        q := delta;
        k := 36;
        loop
          t := greatest(1, least(26, k - bias));
          exit when q < t;
          made := made || substr(digits, (t + (q - t) % (36 - t) + 1)::integer, 1);
          q := (q - t) / (36 - t);
          k := k + 36;
        end loop;
        made := made || substr(digits, (q + 1)::integer, 1);
        bias := punycode_adapt(delta, done + 1, done = basic);
        delta := 0;
        done := done + 1;
      end if;
    end loop;
    delta := delta + 1;
    n := n + 1;
  end loop;
  return 'xn--' || made;
end
$function$
;

CREATE OR REPLACE FUNCTION public.quarter_hour_of(at timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select date_bin('15 minutes', at, '2000-01-01T00:00:00Z') $function$
;

CREATE OR REPLACE FUNCTION public.reason_word_of(outcome text, reason text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when outcome in ('skipped', 'failed')
              then left(split_part(coalesce(reason, ''), ':', 1), 100) else '' end
$function$
;

CREATE OR REPLACE FUNCTION public.recount_messages()
 RETURNS TABLE(workspace_id uuid, automation_id uuid, step_id text, variant text, list_id uuid, at timestamp with time zone, kind text, count bigint)
 LANGUAGE sql
 STABLE
AS $function$
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

create table audit_entries (
  id uuid default gen_random_uuid() not null,
  workspace_id uuid not null,
  at timestamp with time zone not null,
  actor_kind text not null,
  actor_id text,
  actor_name text,
  reason text,
  action text not null,
  target_kind text not null,
  target_id text not null,
  target_name text,
  before jsonb,
  after jsonb,
  is_cut boolean default false not null,
  request_id text,
  address text,
  constraint audit_entries_actor_known CHECK ((actor_kind = ANY (ARRAY['member'::text, 'key'::text, 'code'::text, 'system'::text]))),
  constraint audit_entries_pkey PRIMARY KEY (id)
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
  has_edits boolean default false not null,
  constraint automations_pkey PRIMARY KEY (id),
  constraint automations_status_known CHECK ((status = ANY (ARRAY['draft'::text, 'active'::text, 'paused'::text, 'completed'::text, 'archived'::text]))),
  constraint automations_type_known CHECK ((type = ANY (ARRAY['series'::text, 'broadcast'::text, 'confirmation'::text, 'transactional'::text])))
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

create table confirmations (
  id uuid not null,
  workspace_id uuid not null,
  key_id uuid not null,
  key_hint text not null,
  code text not null,
  tool text not null,
  arguments jsonb not null,
  call_hash bytea not null,
  subject_hash bytea not null,
  words text[] not null,
  people_count bigint,
  role text not null,
  state text default 'waiting'::text not null,
  requested_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  decided_at timestamp with time zone,
  decided_by text,
  token_hash bytea,
  used_at timestamp with time zone,
  outcome text,
  constraint confirmations_pkey PRIMARY KEY (id),
  constraint confirmations_role_known CHECK ((role = ANY (ARRAY['editor'::text, 'owner'::text]))),
  constraint confirmations_state_known CHECK ((state = ANY (ARRAY['waiting'::text, 'issued'::text, 'refused'::text, 'used'::text, 'lapsed'::text]))),
  constraint confirmations_token_issued CHECK (((token_hash IS NOT NULL) = (state = ANY (ARRAY['issued'::text, 'used'::text]))))
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

create table import_chunks (
  import_id uuid not null,
  "position" integer not null,
  first_line integer not null,
  content text not null,
  constraint import_chunks_pkey PRIMARY KEY (import_id, "position")
);

create table import_faults (
  import_id uuid not null,
  line integer not null,
  is_warning boolean not null,
  field text not null,
  reason text not null,
  constraint import_faults_pkey PRIMARY KEY (import_id, line, field, reason)
);

create table import_follow_ups (
  import_id uuid not null,
  "position" integer not null,
  workspace_id uuid not null,
  declined jsonb not null,
  moved jsonb not null,
  written_at timestamp with time zone not null,
  constraint import_follow_ups_pkey PRIMARY KEY (import_id, "position")
);

create table imports (
  id uuid not null,
  workspace_id uuid not null,
  kind text not null,
  format text not null,
  source text not null,
  options jsonb not null,
  columns jsonb default '[]'::jsonb not null,
  mapping jsonb not null,
  state text not null,
  bytes bigint default 0 not null,
  line_count integer default 0 not null,
  next_position integer default 0 not null,
  revision integer default 0 not null,
  handled_count integer default 0 not null,
  created_count integer default 0 not null,
  changed_count integer default 0 not null,
  unchanged_count integer default 0 not null,
  bad_count integer default 0 not null,
  warned_count integer default 0 not null,
  failures integer default 0 not null,
  fault text,
  created_at timestamp with time zone not null,
  worked_at timestamp with time zone,
  ended_at timestamp with time zone,
  constraint imports_format_known CHECK ((format = ANY (ARRAY['csv'::text, 'jsonl'::text]))),
  constraint imports_kind_known CHECK ((kind = ANY (ARRAY['users'::text, 'companies'::text, 'events'::text, 'suppressions'::text, 'list_members'::text, 'everything'::text]))),
  constraint imports_pkey PRIMARY KEY (id),
  constraint imports_state_known CHECK ((state = ANY (ARRAY['receiving'::text, 'running'::text, 'paused'::text, 'done'::text, 'cancelled'::text, 'failed'::text])))
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

create table invitations (
  id uuid not null,
  pair_id uuid not null,
  email text not null,
  role text not null,
  token_hash bytea not null,
  invited_by uuid,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint invitations_one UNIQUE (pair_id, email),
  constraint invitations_pkey PRIMARY KEY (id),
  constraint invitations_role_known CHECK ((role = ANY (ARRAY['owner'::text, 'editor'::text, 'viewer'::text])))
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

create table member_accounts (
  id uuid not null,
  member_id uuid not null,
  provider text not null,
  subject text not null,
  password_hash text,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamp with time zone,
  refresh_token_expires_at timestamp with time zone,
  scope text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint member_accounts_pkey PRIMARY KEY (id),
  constraint member_accounts_subject UNIQUE (provider, subject)
);

create table member_second_factors (
  id uuid not null,
  member_id uuid not null,
  secret text not null,
  backup_codes text not null,
  is_verified boolean default false not null,
  failure_count integer default 0 not null,
  locked_until timestamp with time zone,
  constraint member_second_factors_one UNIQUE (member_id),
  constraint member_second_factors_pkey PRIMARY KEY (id)
);

create table member_sessions (
  id uuid not null,
  member_id uuid not null,
  token text not null,
  address text,
  user_agent text,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint member_sessions_pkey PRIMARY KEY (id)
);

create table member_verifications (
  id uuid not null,
  identifier text not null,
  value text not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint member_verifications_pkey PRIMARY KEY (id)
);

create table members (
  id uuid not null,
  name text not null,
  email text not null,
  email_verified boolean default false not null,
  image text,
  two_factor_enabled boolean default false not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint members_pkey PRIMARY KEY (id)
);

create table memberships (
  pair_id uuid not null,
  member_id uuid not null,
  role text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint memberships_pkey PRIMARY KEY (pair_id, member_id),
  constraint memberships_role_known CHECK ((role = ANY (ARRAY['owner'::text, 'editor'::text, 'viewer'::text])))
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

create table message_days (
  workspace_id uuid not null,
  day date not null,
  automation_id uuid not null,
  step_id text not null,
  variant text not null,
  list_id uuid not null,
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
  constraint message_days_pkey PRIMARY KEY (workspace_id, day, automation_id, step_id, variant, list_id)
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
  list_id uuid,
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

create table outbox_events (
  id uuid default gen_random_uuid() not null,
  seq bigint generated always as identity not null,
  workspace_id uuid not null,
  type text not null,
  order_key uuid not null,
  user_id uuid,
  at timestamp with time zone not null,
  written_at timestamp with time zone default db_now() not null,
  data jsonb not null,
  only_webhook uuid,
  constraint outbox_events_pkey PRIMARY KEY (id)
);

create table outbox_lines (
  seq bigint not null,
  event_id uuid not null,
  constraint outbox_lines_pkey PRIMARY KEY (seq)
);

create table outbox_streams (
  name text not null,
  seen_at timestamp with time zone not null,
  constraint outbox_streams_pkey PRIMARY KEY (name)
);

create table passage_days (
  workspace_id uuid not null,
  automation_id uuid not null,
  entered_day date not null,
  state text not null,
  ended_day date not null,
  count integer not null,
  constraint passage_days_pkey PRIMARY KEY (automation_id, entered_day, state, ended_day)
) with (fillfactor=70);

create table password_resets (
  member_id uuid not null,
  token_hash bytea not null,
  drops_second_factor boolean default false not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint password_resets_pkey PRIMARY KEY (member_id)
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

create table report_deltas (
  workspace_id uuid not null,
  automation_id uuid not null,
  what text not null,
  kind text not null,
  step_id text default ''::text not null,
  variant text default ''::text not null,
  list_id uuid default '00000000-0000-0000-0000-000000000000'::uuid not null,
  reason text default ''::text not null,
  at timestamp with time zone not null,
  ended_at timestamp with time zone,
  count integer not null
) with (autovacuum_vacuum_scale_factor=0.01, autovacuum_vacuum_cost_delay=0);

create table saved_filters (
  id uuid not null,
  workspace_id uuid not null,
  name text not null,
  kind text not null,
  filter jsonb,
  columns text[] default '{}'::text[] not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint saved_filters_kind_known CHECK ((kind = ANY (ARRAY['users'::text, 'companies'::text]))),
  constraint saved_filters_pkey PRIMARY KEY (id)
);

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

create table series_sources (
  automation_id uuid not null,
  workspace_id uuid not null,
  slug text not null,
  path text not null,
  fingerprint text not null,
  status text not null,
  applied_at timestamp with time zone not null,
  constraint series_sources_pkey PRIMARY KEY (automation_id),
  constraint series_sources_slug UNIQUE (workspace_id, slug)
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

create table step_days (
  workspace_id uuid not null,
  day date not null,
  automation_id uuid not null,
  step_id text not null,
  outcome text not null,
  reason text not null,
  count integer not null,
  constraint step_days_pkey PRIMARY KEY (workspace_id, day, automation_id, step_id, outcome, reason)
) with (fillfactor=70);

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

create table transactional_emails (
  bucket smallint not null,
  enrollment_id uuid not null,
  workspace_id uuid not null,
  to_address text,
  step jsonb not null,
  content jsonb not null,
  headers jsonb default '{}'::jsonb not null,
  key_hash bytea,
  created_at timestamp with time zone not null,
  constraint transactional_emails_pkey PRIMARY KEY (bucket, enrollment_id)
);

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
  seen_on date default '1970-01-01'::date not null,
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

create table webhook_deliveries (
  id uuid default gen_random_uuid() not null,
  webhook_id uuid not null,
  event_id uuid not null,
  type text not null,
  order_key uuid not null,
  seq bigint not null,
  status text default 'pending'::text not null,
  next_at timestamp with time zone default db_now() not null,
  give_up_at timestamp with time zone default (db_now() + '3 days'::interval) not null,
  lease_token uuid,
  attempts integer default 0 not null,
  attempt_log jsonb default '[]'::jsonb not null,
  created_at timestamp with time zone default db_now() not null,
  ended_at timestamp with time zone,
  constraint webhook_deliveries_once UNIQUE (event_id, webhook_id),
  constraint webhook_deliveries_pkey PRIMARY KEY (id),
  constraint webhook_deliveries_status_known CHECK ((status = ANY (ARRAY['pending'::text, 'delivered'::text, 'given_up'::text])))
) with (fillfactor=70, autovacuum_vacuum_scale_factor=0.02);

create table webhook_secrets (
  id uuid not null,
  workspace_id uuid not null,
  encrypted bytea not null,
  hint text not null,
  created_at timestamp with time zone not null,
  valid_until timestamp with time zone,
  constraint webhook_secrets_pkey PRIMARY KEY (id)
);

create table webhooks (
  id uuid not null,
  workspace_id uuid not null,
  url text not null,
  event_types text[] not null,
  description text default ''::text not null,
  is_enabled boolean default true not null,
  disabled_reason text,
  disabled_at timestamp with time zone,
  failures integer default 0 not null,
  failing_since timestamp with time zone,
  secret bytea not null,
  secret_hint text not null,
  previous_secret bytea,
  previous_valid_until timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  alert_due_at timestamp with time zone,
  alert_attempts integer default 0 not null,
  notice_due boolean default false not null,
  constraint webhooks_pkey PRIMARY KEY (id)
) with (fillfactor=70);

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

CREATE OR REPLACE FUNCTION public.outbox_enrollment_data(e enrollments)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
AS $function$
  select jsonb_build_object(
           'enrollment_id', e.id, 'user_id', u.external_id, 'automation_id', e.automation_id,
           'automation_type', a.type, 'automation_name', a.name, 'version', e.version, 'run', e.run,
           'state', e.state, 'entered_at', outbox_instant(e.entered_at),
           'ended_at', outbox_instant(e.ended_at), 'reason', e.end_reason)
    from users u, automations a
   where u.bucket = e.bucket and u.id = e.user_id and a.id = e.automation_id and a.type <> 'transactional'
$function$
;

CREATE OR REPLACE FUNCTION public.outbox_user_data(u users)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
AS $function$
  select jsonb_build_object(
    'user_id', u.external_id, 'email', u.email, 'name', u.name, 'timezone', u.timezone,
    'locale', u.locale, 'signed_up_at', outbox_instant(u.signed_up_at), 'traits', u.traits)
$function$
;

alter table api_keys add constraint api_keys_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table automations add constraint automations_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table broadcasts add constraint broadcasts_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table built_emails add constraint built_emails_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table confirmation_counts add constraint confirmation_counts_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table confirmations add constraint confirmations_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table dkim_keys add constraint dkim_keys_domain_id_fkey FOREIGN KEY (domain_id) REFERENCES sender_domains(id) ON DELETE CASCADE;

alter table identity_secrets add constraint identity_secrets_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table import_chunks add constraint import_chunks_import_id_fkey FOREIGN KEY (import_id) REFERENCES imports(id) ON DELETE CASCADE;

alter table import_faults add constraint import_faults_import_id_fkey FOREIGN KEY (import_id) REFERENCES imports(id) ON DELETE CASCADE;

alter table import_follow_ups add constraint import_follow_ups_import_id_fkey FOREIGN KEY (import_id) REFERENCES imports(id) ON DELETE CASCADE;

alter table imports add constraint imports_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table inboxes add constraint inboxes_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table invitations add constraint invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES members(id) ON DELETE SET NULL;

alter table links add constraint links_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table lists add constraint lists_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table member_accounts add constraint member_accounts_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id) ON DELETE CASCADE;

alter table member_second_factors add constraint member_second_factors_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id) ON DELETE CASCADE;

alter table member_sessions add constraint member_sessions_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id) ON DELETE CASCADE;

alter table memberships add constraint memberships_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id) ON DELETE CASCADE;

alter table outbox_lines add constraint outbox_lines_event_id_fkey FOREIGN KEY (event_id) REFERENCES outbox_events(id) ON DELETE CASCADE;

alter table password_resets add constraint password_resets_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id) ON DELETE CASCADE;

alter table saved_filters add constraint saved_filters_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table sender_domains add constraint sender_domains_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table senders add constraint senders_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table sending_pauses add constraint sending_pauses_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table sending_pauses add constraint sending_pauses_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table series_content add constraint series_content_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table series_migrations add constraint series_migrations_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table series_scans add constraint series_scans_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table series_sources add constraint series_sources_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table series_sources add constraint series_sources_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table series_versions add constraint series_versions_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table suppression_changes add constraint suppression_changes_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table suppressions add constraint suppressions_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table template_uses add constraint template_uses_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table template_uses add constraint template_uses_workspace_id_template_id_fkey FOREIGN KEY (workspace_id, template_id) REFERENCES templates(workspace_id, id) ON DELETE CASCADE;

alter table template_versions add constraint template_versions_workspace_id_template_id_fkey FOREIGN KEY (workspace_id, template_id) REFERENCES templates(workspace_id, id) ON DELETE CASCADE;

alter table templates add constraint templates_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table transports add constraint transports_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table variant_tests add constraint variant_tests_automation_id_fkey FOREIGN KEY (automation_id) REFERENCES automations(id) ON DELETE CASCADE;

alter table webhook_deliveries add constraint webhook_deliveries_event_id_fkey FOREIGN KEY (event_id) REFERENCES outbox_events(id) ON DELETE CASCADE;

alter table webhook_deliveries add constraint webhook_deliveries_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES webhooks(id) ON DELETE CASCADE;

alter table webhook_secrets add constraint webhook_secrets_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

alter table webhooks add constraint webhooks_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;

CREATE INDEX api_keys_workspace ON public.api_keys USING btree (workspace_id, created_at);

CREATE INDEX audit_entries_by_action ON public.audit_entries USING btree (workspace_id, action, at DESC, id DESC);

CREATE INDEX audit_entries_by_actor ON public.audit_entries USING btree (workspace_id, actor_id, at DESC, id DESC);

CREATE INDEX audit_entries_by_actor_name ON public.audit_entries USING btree (workspace_id, actor_name, at DESC, id DESC);

CREATE INDEX audit_entries_by_age ON public.audit_entries USING btree (workspace_id, at DESC, id DESC);

CREATE INDEX audit_entries_by_kind ON public.audit_entries USING btree (workspace_id, target_kind, at DESC, id DESC);

CREATE INDEX audit_entries_by_target ON public.audit_entries USING btree (workspace_id, target_id, at DESC, id DESC);

CREATE INDEX audit_entries_old ON public.audit_entries USING brin (at);

CREATE INDEX automations_by_age ON public.automations USING btree (workspace_id, type, created_at DESC, id DESC);

CREATE INDEX broadcast_recipients_due ON public.broadcast_recipients USING btree (automation_id, due_at, user_id) WHERE (exclusion IS NULL);

CREATE INDEX broadcast_recipients_excluded ON public.broadcast_recipients USING btree (automation_id, exclusion, user_id) WHERE (exclusion IS NOT NULL);

CREATE INDEX broadcasts_by_side ON public.broadcasts USING btree (workspace_id) WHERE (due_at IS NOT NULL);

CREATE INDEX broadcasts_look ON public.broadcasts USING btree (look_at) WHERE (look_at IS NOT NULL);

CREATE INDEX companies_by_age ON public.companies USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX companies_by_external ON public.companies USING btree (workspace_id, lower(external_id) COLLATE "C");

CREATE INDEX companies_by_name ON public.companies USING btree (workspace_id, lower(COALESCE(name, ''::text)) COLLATE "C", id);

CREATE INDEX confirmation_counts_by_age ON public.confirmation_counts USING btree (since);

CREATE INDEX confirmations_by_age ON public.confirmations USING btree (workspace_id, requested_at DESC, id DESC);

CREATE UNIQUE INDEX confirmations_by_token ON public.confirmations USING btree (token_hash) WHERE (token_hash IS NOT NULL);

CREATE INDEX confirmations_old ON public.confirmations USING brin (requested_at);

CREATE UNIQUE INDEX confirmations_waiting ON public.confirmations USING btree (key_id, call_hash) WHERE (state = 'waiting'::text);

CREATE INDEX consent_changes_by_user ON public.consent_changes USING btree (bucket, user_id, id DESC);

CREATE UNIQUE INDEX dkim_keys_one_active ON public.dkim_keys USING btree (domain_id, algorithm) WHERE (state = 'active'::text);

CREATE UNIQUE INDEX dkim_keys_one_pending ON public.dkim_keys USING btree (domain_id, algorithm) WHERE (state = 'pending'::text);

CREATE INDEX enrollments_by_series ON public.enrollments USING btree (automation_id, entered_at DESC, id DESC) INCLUDE (state, end_reason, entered_by);

CREATE INDEX enrollments_goals ON public.enrollments USING btree (automation_id, entered_at DESC) INCLUDE (ended_at) WHERE (state = 'goal_reached'::text);

CREATE UNIQUE INDEX enrollments_one_active ON public.enrollments USING btree (bucket, user_id, automation_id, (
CASE
    WHEN (entered_by = 'transactional'::text) THEN run
    ELSE 0
END)) WHERE (state = 'active'::text);

CREATE INDEX event_ids_by_age ON public.event_ids USING btree (workspace_id, received_at);

CREATE INDEX events_by_age ON ONLY public.events USING btree (workspace_id, stored_at DESC, id DESC);

CREATE INDEX events_by_type ON ONLY public.events USING btree (workspace_id, event_type, stored_at DESC, id DESC);

CREATE INDEX events_by_user ON ONLY public.events USING btree (bucket, user_id, event_type, occurred_at) WHERE (user_id IS NOT NULL);

CREATE INDEX events_heard ON ONLY public.events USING btree (bucket, user_id, event_type, received_at) WHERE (user_id IS NOT NULL);

CREATE INDEX idempotency_by_age ON public.idempotency USING btree (created_at);

CREATE INDEX identity_secrets_workspace ON public.identity_secrets USING btree (workspace_id, created_at);

CREATE INDEX import_follow_ups_by_age ON public.import_follow_ups USING btree (written_at);

CREATE INDEX imports_by_age ON public.imports USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX imports_running ON public.imports USING btree (worked_at NULLS FIRST, id) WHERE (state = 'running'::text);

CREATE INDEX imports_unfinished ON public.imports USING btree (workspace_id, id) WHERE (state = ANY (ARRAY['receiving'::text, 'running'::text, 'paused'::text, 'failed'::text]));

CREATE UNIQUE INDEX inboxes_address ON public.inboxes USING btree (workspace_id, address);

CREATE INDEX inboxes_due ON public.inboxes USING btree (next_read_at) WHERE ((host IS NOT NULL) AND is_enabled);

CREATE INDEX inboxes_listed ON public.inboxes USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX invitations_email ON public.invitations USING btree (email);

CREATE UNIQUE INDEX invitations_token ON public.invitations USING btree (token_hash);

CREATE INDEX lists_by_age ON public.lists USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX member_accounts_member ON public.member_accounts USING btree (member_id);

CREATE INDEX member_sessions_expiring ON public.member_sessions USING btree (expires_at);

CREATE INDEX member_sessions_member ON public.member_sessions USING btree (member_id, created_at DESC, id DESC);

CREATE UNIQUE INDEX member_sessions_token ON public.member_sessions USING btree (token);

CREATE INDEX member_verifications_identifier ON public.member_verifications USING btree (identifier);

CREATE INDEX member_verifications_value ON public.member_verifications USING btree (value);

CREATE UNIQUE INDEX members_email ON public.members USING btree (email);

CREATE INDEX memberships_member ON public.memberships USING btree (member_id);

CREATE INDEX message_counts_by_hour ON public.message_counts USING btree (hour, workspace_id);

CREATE INDEX message_counts_by_series ON public.message_counts USING btree (automation_id, step_id);

CREATE INDEX message_days_by_automation ON public.message_days USING btree (automation_id, day);

CREATE INDEX message_events_by_message ON public.message_events USING btree (bucket, message_id, at);

CREATE INDEX messages_behind ON public.messages USING btree (bucket, id) WHERE ((told IS NOT NULL) AND (message_state_after(state, told) <> state));

CREATE INDEX messages_by_age ON public.messages USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX messages_by_series ON public.messages USING btree (automation_id, state, step_id);

CREATE INDEX messages_by_user ON public.messages USING btree (bucket, user_id, created_at DESC);

CREATE INDEX messages_in_doubt ON public.messages USING btree (workspace_id, attempted_at) WHERE (state = 'in_doubt'::text);

CREATE INDEX messages_not_well ON public.messages USING btree (workspace_id, state, created_at DESC, id DESC) WHERE (state = ANY (ARRAY['bounced'::text, 'complained'::text, 'rejected'::text, 'cancelled'::text, 'in_doubt'::text]));

CREATE INDEX messages_of_variants ON public.messages USING btree (automation_id, step_id, created_at DESC) WHERE (variant IS NOT NULL);

CREATE INDEX messages_sending ON public.messages USING btree (worker_id) WHERE (state = 'sending'::text);

CREATE INDEX outbox_events_by_address ON public.outbox_events USING btree (workspace_id, lower((data ->> 'address'::text))) WHERE ((user_id IS NULL) AND (type = 'user.suppressed'::text));

CREATE INDEX outbox_events_by_side ON public.outbox_events USING btree (workspace_id, written_at);

CREATE INDEX outbox_events_by_user ON public.outbox_events USING btree (user_id) WHERE (user_id IS NOT NULL);

CREATE INDEX outbox_events_erased ON public.outbox_events USING btree (id) WHERE ((type = 'user.erased'::text) AND (data <> '{}'::jsonb));

CREATE INDEX outbox_events_old ON public.outbox_events USING brin (written_at);

CREATE INDEX outbox_lines_by_event ON public.outbox_lines USING btree (event_id);

CREATE INDEX passage_days_active ON public.passage_days USING btree (automation_id) INCLUDE (count) WHERE (state = 'active'::text);

CREATE INDEX passage_days_by_end ON public.passage_days USING btree (automation_id, ended_day);

CREATE INDEX passage_days_by_side ON public.passage_days USING btree (workspace_id, entered_day);

CREATE UNIQUE INDEX password_resets_token ON public.password_resets USING btree (token_hash);

CREATE INDEX preferences_by_list ON public.preferences USING btree (list_id, state, bucket, user_id);

CREATE INDEX preferences_unsubscribed ON public.preferences USING btree (workspace_id) WHERE ((list_id = '00000000-0000-0000-0000-000000000000'::uuid) AND (state = 'unsubscribed'::text));

CREATE INDEX recipients_by_series ON public.recipients USING btree (automation_id, due_at, enrollment_id) INCLUDE (step_id, version, status, parked, advances);

CREATE INDEX recipients_by_step ON public.recipients USING btree (automation_id, step_id, due_at, enrollment_id) INCLUDE (status, advances);

CREATE INDEX recipients_due ON public.recipients USING btree (bucket, due_at) WHERE ((status = 'pending'::text) AND live AND (NOT parked));

CREATE INDEX recipients_due_test ON public.recipients USING btree (workspace_id, due_at) WHERE (NOT live);

CREATE INDEX recipients_parked ON public.recipients USING btree (automation_id) WHERE parked;

CREATE INDEX recipients_processing ON public.recipients USING btree (worker_id) WHERE (status = 'processing'::text);

CREATE INDEX saved_filters_by_age ON public.saved_filters USING btree (workspace_id, created_at DESC, id DESC);

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

CREATE INDEX step_days_by_automation ON public.step_days USING btree (automation_id, day);

CREATE INDEX step_days_failed ON public.step_days USING btree (workspace_id, day) WHERE (outcome = 'failed'::text);

CREATE INDEX step_log_by_step ON public.step_log USING btree (automation_id, step_id, outcome, branch);

CREATE INDEX suppression_changes_by_hash ON public.suppression_changes USING btree (workspace_id, hash, id DESC);

CREATE INDEX suppressions_by_address ON public.suppressions USING btree (workspace_id, address text_pattern_ops) WHERE (address IS NOT NULL);

CREATE INDEX suppressions_by_age ON public.suppressions USING btree (workspace_id, at DESC, id DESC);

CREATE INDEX suppressions_by_user ON public.suppressions USING btree (user_id) WHERE (user_id IS NOT NULL);

CREATE INDEX suppressions_erased ON public.suppressions USING btree (workspace_id) WHERE ((address IS NULL) AND (user_id IS NULL));

CREATE INDEX template_uses_by_automation ON public.template_uses USING btree (automation_id);

CREATE INDEX templates_by_age ON public.templates USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX transactional_emails_by_age ON public.transactional_emails USING btree (created_at);

CREATE UNIQUE INDEX transactional_emails_key ON public.transactional_emails USING btree (workspace_id, key_hash) WHERE (key_hash IS NOT NULL);

CREATE INDEX transports_by_workspace ON public.transports USING btree (workspace_id, "position");

CREATE INDEX users_by_age ON public.users USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX users_by_company ON public.users USING btree (company_id, bucket, id) WHERE (company_id IS NOT NULL);

CREATE INDEX users_by_email ON public.users USING btree (workspace_id, lower(COALESCE(email, ''::text)) COLLATE "C", id);

CREATE INDEX users_by_external ON public.users USING btree (workspace_id, lower(external_id) COLLATE "C");

CREATE INDEX users_by_name ON public.users USING btree (workspace_id, lower(name) COLLATE "C") WHERE (name IS NOT NULL);

CREATE INDEX users_by_seen ON public.users USING btree (workspace_id, seen_on DESC, id DESC);

CREATE INDEX users_email ON public.users USING btree (workspace_id, lower(email)) WHERE (email IS NOT NULL);

CREATE INDEX variant_tests_open ON public.variant_tests USING btree (look_due_at) WHERE (winner IS NULL);

CREATE INDEX webhook_deliveries_by_age ON public.webhook_deliveries USING btree (webhook_id, created_at DESC, id DESC);

CREATE INDEX webhook_deliveries_by_status ON public.webhook_deliveries USING btree (webhook_id, status, created_at DESC, id DESC);

CREATE INDEX webhook_deliveries_due ON public.webhook_deliveries USING btree (webhook_id, next_at, seq) WHERE (status = 'pending'::text);

CREATE INDEX webhook_deliveries_in_order ON public.webhook_deliveries USING btree (webhook_id, order_key, seq) WHERE (status = 'pending'::text);

CREATE UNIQUE INDEX webhook_secrets_present ON public.webhook_secrets USING btree (workspace_id) WHERE (valid_until IS NULL);

CREATE INDEX webhook_secrets_workspace ON public.webhook_secrets USING btree (workspace_id);

CREATE INDEX webhooks_alert ON public.webhooks USING btree (alert_due_at) WHERE (alert_due_at IS NOT NULL);

CREATE INDEX webhooks_by_age ON public.webhooks USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX webhooks_enabled ON public.webhooks USING btree (workspace_id) WHERE is_enabled;

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

CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE OF revoked_at ON api_keys FOR EACH ROW EXECUTE FUNCTION audit_row('key', '', 'hash,encrypted', '');

CREATE TRIGGER guard BEFORE DELETE OR UPDATE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_guard();

CREATE TRIGGER guard_all BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION audit_guard();

CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON automations FOR EACH ROW EXECUTE FUNCTION audit_row('', 'type,status_at,content_revision,has_edits', '', '');

CREATE TRIGGER automations_told AFTER UPDATE OF status ON automations FOR EACH ROW WHEN (old.status <> new.status AND (new.status = ANY (ARRAY['paused'::text, 'archived'::text])) AND new.type = 'series'::text) EXECUTE FUNCTION outbox_automation_moved();

CREATE TRIGGER audit AFTER UPDATE OF state, schedule, audience ON broadcasts FOR EACH ROW WHEN (old.state <> new.state OR old.schedule IS DISTINCT FROM new.schedule OR old.audience IS DISTINCT FROM new.audience) EXECUTE FUNCTION audit_part();

CREATE TRIGGER broadcasts_told AFTER UPDATE OF finished_at ON broadcasts FOR EACH ROW WHEN (old.finished_at IS NULL AND new.finished_at IS NOT NULL) EXECUTE FUNCTION outbox_broadcast_finished();

CREATE TRIGGER consent_changes_counted AFTER INSERT ON consent_changes REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_unsubscribed();

CREATE TRIGGER consent_changes_told AFTER INSERT ON consent_changes REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outbox_consent_changed();

CREATE TRIGGER audit AFTER INSERT ON dkim_keys FOR EACH ROW EXECUTE FUNCTION audit_part();

CREATE TRIGGER enrollments_begun_counted AFTER INSERT ON enrollments REFERENCING NEW TABLE AS begun FOR EACH STATEMENT EXECUTE FUNCTION count_passages_begun();

CREATE TRIGGER enrollments_begun_told AFTER INSERT ON enrollments REFERENCING NEW TABLE AS begun FOR EACH STATEMENT EXECUTE FUNCTION outbox_enrollments_begun();

CREATE TRIGGER enrollments_changed_counted AFTER UPDATE ON enrollments REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_passages_changed();

CREATE TRIGGER enrollments_ended_told AFTER UPDATE ON enrollments REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION outbox_enrollments_ended();

CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE OF revoked_at ON identity_secrets FOR EACH ROW EXECUTE FUNCTION audit_row('key', '', 'encrypted', '');

CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE OF address, host, port, tls, username, password, mailbox, handled, move_to, is_enabled, generation ON inboxes FOR EACH ROW EXECUTE FUNCTION audit_row('inbox', 'uid_validity,last_uid,read_at,read_count,next_read_at,failures,fault,fault_at,lease_token,leased_until', 'password', '');

CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON invitations FOR EACH ROW EXECUTE FUNCTION audit_pair('invitation');

CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON lists FOR EACH ROW EXECUTE FUNCTION audit_row('list', '', '', '');

CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE OF role ON memberships FOR EACH ROW EXECUTE FUNCTION audit_pair('member');

CREATE TRIGGER message_events_told AFTER INSERT ON message_events REFERENCING NEW TABLE AS happened FOR EACH STATEMENT EXECUTE FUNCTION outbox_message_events();

CREATE TRIGGER messages_cancelled_told AFTER UPDATE OF state ON messages FOR EACH ROW WHEN (old.state <> 'cancelled'::text AND new.state = 'cancelled'::text) EXECUTE FUNCTION outbox_message_cancelled();

CREATE TRIGGER messages_doubted_told AFTER UPDATE OF state ON messages FOR EACH ROW WHEN (old.state <> 'in_doubt'::text AND new.state = 'in_doubt'::text) EXECUTE FUNCTION outbox_message_doubted();

CREATE TRIGGER fan_out AFTER INSERT ON outbox_events REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION outbox_fan_out();

CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON saved_filters FOR EACH ROW EXECUTE FUNCTION audit_row('saved_filter', '', '', '');

CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE OF domain, return_path_host, return_path_server, spf_mechanisms ON sender_domains FOR EACH ROW EXECUTE FUNCTION audit_row('sender_domain', 'state,findings,checked_at,next_check_at', '', '');

CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON senders FOR EACH ROW EXECUTE FUNCTION audit_row('sender', '', '', '');

CREATE TRIGGER audit AFTER UPDATE OF resumed_at ON sending_pauses FOR EACH ROW WHEN (old.resumed_at IS NULL AND new.resumed_at IS NOT NULL) EXECUTE FUNCTION audit_part();

CREATE TRIGGER audit_made AFTER INSERT ON sending_pauses FOR EACH ROW EXECUTE FUNCTION audit_part();

CREATE TRIGGER sending_pauses_told AFTER INSERT ON sending_pauses FOR EACH ROW EXECUTE FUNCTION outbox_sending_paused();

CREATE TRIGGER audit AFTER INSERT ON series_content FOR EACH ROW EXECUTE FUNCTION audit_part();

CREATE TRIGGER audit AFTER INSERT ON series_versions FOR EACH ROW EXECUTE FUNCTION audit_part();

CREATE TRIGGER series_versions_told AFTER INSERT ON series_versions FOR EACH ROW EXECUTE FUNCTION outbox_published();

CREATE TRIGGER step_log_counted AFTER INSERT ON step_log REFERENCING NEW TABLE AS logged FOR EACH STATEMENT EXECUTE FUNCTION count_steps_logged();

CREATE TRIGGER suppressions_told AFTER INSERT ON suppressions REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION outbox_suppressed();

CREATE TRIGGER audit AFTER INSERT ON template_versions FOR EACH ROW EXECUTE FUNCTION audit_part();

CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON templates FOR EACH ROW EXECUTE FUNCTION audit_row('template', '', '', '');

CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON transports FOR EACH ROW EXECUTE FUNCTION audit_row('transport', '', 'sealed', 'settings');

CREATE TRIGGER users_created_told AFTER INSERT ON users REFERENCING NEW TABLE AS created FOR EACH STATEMENT EXECUTE FUNCTION outbox_users_created();

CREATE TRIGGER users_erased_told AFTER DELETE ON users REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION outbox_users_erased();

CREATE TRIGGER users_updated_told AFTER UPDATE ON users REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION outbox_users_updated();

CREATE TRIGGER audit AFTER INSERT ON webhook_secrets FOR EACH ROW EXECUTE FUNCTION audit_row('webhook_secret', '', 'encrypted', '');

CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE OF url, event_types, description, is_enabled, secret_hint ON webhooks FOR EACH ROW EXECUTE FUNCTION audit_row('webhook', 'disabled_at,failures,failing_since,secret,previous_secret,previous_valid_until,alert_due_at,alert_attempts,notice_due', '', '');

CREATE TRIGGER audit AFTER UPDATE OF name, timezone, settings ON workspaces FOR EACH ROW EXECUTE FUNCTION audit_row('settings', 'pair_id,clock_now,advancing_until,advancing_token,listens', '', '');

CREATE TRIGGER audit_made AFTER INSERT OR DELETE ON workspaces FOR EACH ROW EXECUTE FUNCTION audit_row('workspace', 'pair_id,clock_now,advancing_until,advancing_token,listens', '', '');
