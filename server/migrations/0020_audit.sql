-- compatible
-- The audit log. Triggers on the tables of what is configured write one entry for each thing that a
-- transaction changes, in that transaction: no change without its entry, whichever code made it.
-- Who made it, and with which call, is in milepost.cause, which is local to the transaction and JSON:
-- {actor_kind, actor_id, actor_name, reason, action, request_id, address}. Where there is none, it was
-- the system. What people do, and what is known of them, has histories of its own.

create table audit_entries (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null,
  at timestamptz not null,
  actor_kind text not null constraint audit_entries_actor_known
    check (actor_kind in ('member', 'key', 'code', 'system')),
  actor_id text,
  -- The address of a member, the hint of a key, the command of code.
  actor_name text,
  -- Why, where nobody ordered it.
  reason text,
  -- noun.verb
  action text not null,
  target_kind text not null,
  target_id text not null,
  target_name text,
  -- Only the members that differ.
  before jsonb,
  after jsonb,
  -- Something was too long: its length and hash stand in its place.
  is_cut boolean not null default false,
  request_id text,
  address text
);
create index audit_entries_by_age on audit_entries (workspace_id, at desc, id desc);
create index audit_entries_by_kind
  on audit_entries (workspace_id, target_kind, at desc, id desc);
create index audit_entries_by_target on audit_entries (workspace_id, target_id, at desc, id desc);
create index audit_entries_by_action on audit_entries (workspace_id, action, at desc, id desc);
create index audit_entries_by_actor on audit_entries (workspace_id, actor_id, at desc, id desc);
create index audit_entries_by_actor_name
  on audit_entries (workspace_id, actor_name, at desc, id desc);
-- What is old enough to go, of all sides. It has no order, so that no page is read by it.
create index audit_entries_old on audit_entries using brin (at);

-- What stands for something long: enough to tell whether it is the same.
create function audit_digest(value text) returns jsonb language sql immutable parallel safe as $$
  select jsonb_build_object('length', length(value),
                            'sha256', encode(sha256(convert_to(value, 'UTF8')), 'hex'))
$$;

-- A value as the log may hold it: no secret by its name, no password in an address, and of a long
-- text, such as the body of an email, length and hash.
create function audit_shown(value jsonb, name text default '') returns jsonb
language plpgsql immutable parallel safe as $$
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
$$;

-- The same within so many bytes; inner parts give way first.
create function audit_bounded(value jsonb, bytes_max integer) returns jsonb
language plpgsql immutable parallel safe as $$
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
$$;

-- A list of things with ids, such as steps, as an object of them; null for any other list.
create function audit_by_id(list jsonb) returns jsonb language sql immutable parallel safe as $$
  select case when count(*) = 0 then '{}'::jsonb
              when count(*) = count(distinct e.value ->> 'id')
              then jsonb_object_agg(e.value ->> 'id', e.value)
                     filter (where e.value ->> 'id' is not null) end
    from jsonb_array_elements(list) e
$$;

-- What differs, and nothing else: member by member, and step by step. Null where there is nothing.
create function audit_difference(old jsonb, new jsonb, out before jsonb, out after jsonb)
language plpgsql immutable parallel safe as $$
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
$$;

-- Hides the values of some members, and those inside of others: that they changed may be known.
create function audit_hidden(value jsonb, secret text[], holders text[]) returns jsonb
language sql immutable parallel safe as $$
  select case when value is null then null else coalesce((
    select jsonb_object_agg(m.key, case
             when m.value = 'null' then m.value
             when m.key = any (secret) then '"•••"'::jsonb
             when m.key = any (holders) and jsonb_typeof(m.value) = 'object' then coalesce(
               (select jsonb_object_agg(i.key, '•••') from jsonb_each(m.value) i), '{}')
             else m.value end)
      from jsonb_each(value) m), '{}') end
$$;

-- Writes an entry, or adds to the one that this transaction has written about the same thing.
-- The verb is that of the call, where the call is about such a thing; else the one given.
-- is_part: the row is a part of the thing, and its coming says nothing about the thing's.
create function audit_record(p_workspace uuid, p_action text, p_kind text, p_id text, p_name text,
                             p_before jsonb, p_after jsonb, p_is_part boolean default false)
returns void language plpgsql as $$
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
$$;

-- A row of what is configured was added, changed or deleted.
-- Arguments: the noun; columns that are no change; secret columns; columns whose members are secret.
create function audit_row() returns trigger language plpgsql as $$
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
    if row_now ->> 'type' = 'confirmation' then return null; end if;
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
$$;

create trigger audit after insert or delete or update on automations
  for each row execute function audit_row('', 'type,status_at,content_revision,has_edits', '', '');
create trigger audit after insert or delete or update on lists
  for each row execute function audit_row('list', '', '', '');
create trigger audit after insert or delete or update on templates
  for each row execute function audit_row('template', '', '', '');
create trigger audit after insert or delete or update on transports
  for each row execute function audit_row('transport', '', 'sealed', 'settings');
create trigger audit after insert or delete or update on senders
  for each row execute function audit_row('sender', '', '', '');
-- What checks find, and where reading has got to, is nobody's change.
create trigger audit after insert or delete
  or update of domain, return_path_host, return_path_server, spf_mechanisms on sender_domains
  for each row execute function audit_row(
    'sender_domain', 'state,findings,checked_at,next_check_at', '', '');
create trigger audit after insert or delete
  or update of address, host, port, tls, username, password, mailbox, handled, move_to, is_enabled,
               generation on inboxes
  for each row execute function audit_row(
    'inbox', 'uid_validity,last_uid,read_at,read_count,next_read_at,failures,fault,fault_at,'
             'lease_token,leased_until', 'password', '');
create trigger audit after insert or delete or update of revoked_at on api_keys
  for each row execute function audit_row('key', '', 'hash,encrypted', '');
create trigger audit after insert or delete or update of revoked_at on identity_secrets
  for each row execute function audit_row('key', '', 'encrypted', '');
create trigger audit after insert on webhook_secrets
  for each row execute function audit_row('webhook_secret', '', 'encrypted', '');
create trigger audit_made after insert or delete on workspaces
  for each row execute function audit_row(
    'workspace', 'pair_id,clock_now,advancing_until,advancing_token,listens', '', '');
create trigger audit after update of name, timezone, settings on workspaces
  for each row execute function audit_row(
    'settings', 'pair_id,clock_now,advancing_until,advancing_token,listens', '', '');

create trigger audit after insert or delete or update on saved_filters
  for each row execute function audit_row('saved_filter', '', '', '');

-- Who may do what, and who is asked to join, is of both sides of a workspace.
create function audit_pair() returns trigger language plpgsql as $$
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
$$;
create trigger audit after insert or delete or update of role on memberships
  for each row execute function audit_pair('member');
create trigger audit after insert or delete or update on invitations
  for each row execute function audit_pair('invitation');

-- A part of a series, broadcast, template or domain was added or changed.
create function audit_part() returns trigger language plpgsql as $$
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
      if kind = 'confirmation' then return null; end if;
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
$$;

create trigger audit after insert on series_versions
  for each row execute function audit_part();
create trigger audit after insert on series_content
  for each row execute function audit_part();
create trigger audit after insert on template_versions
  for each row execute function audit_part();
create trigger audit after update of state, schedule, audience on broadcasts
  for each row when (old.state <> new.state or old.schedule is distinct from new.schedule
                     or old.audience is distinct from new.audience)
  execute function audit_part();
create trigger audit after insert on dkim_keys
  for each row execute function audit_part();
create trigger audit_made after insert on sending_pauses
  for each row execute function audit_part();
create trigger audit after update of resumed_at on sending_pauses
  for each row when (old.resumed_at is null and new.resumed_at is not null)
  execute function audit_part();

-- Entries are added and never changed: a transaction may complete its own, an erasure may take a
-- person's address out, and what is older than 400 days may be deleted.
create function audit_guard() returns trigger language plpgsql as $$
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
$$;
create trigger guard before update or delete on audit_entries
  for each row execute function audit_guard();
create trigger guard_all before truncate on audit_entries
  for each statement execute function audit_guard();
