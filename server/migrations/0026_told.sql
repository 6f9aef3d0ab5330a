-- compatible
-- What waited for another attempt, or for its first, and will not leave after all is told like any other
-- end of a message; and members are mailed of an endpoint that was disabled by itself.

-- A transactional message is kept when it is asked for, so that whoever asked has to hear that it will
-- not leave: somebody suppressed the address in between, or the person was erased.
create function outbox_message_cancelled() returns trigger language plpgsql as $$
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
$$;
create trigger messages_cancelled_told after update of state on messages
  for each row when (old.state <> 'cancelled' and new.state = 'cancelled')
  execute function outbox_message_cancelled();

-- Whether members have still to be mailed of it: once for each time that it is disabled by itself.
alter table webhooks add column notice_due boolean not null default false;
drop trigger audit on webhooks;
create trigger audit after insert or delete
  or update of url, event_types, description, is_enabled, secret_hint on webhooks
  for each row execute function audit_row(
    'webhook',
    'disabled_at,failures,failing_since,secret,previous_secret,previous_valid_until,alert_due_at,'
    'alert_attempts,notice_due', '', '');

-- One address may be written in two ways: its domain as it is read (münchen.de), or as it travels
-- (xn--mnchen-3ya.de). Suppressions keep the second, users whichever came. Source: RFC 3492.
create function punycode_adapt(delta bigint, points integer, is_first boolean) returns integer
language plpgsql immutable parallel safe as $$
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
$$;

create function punycode_encoded(label text) returns text language plpgsql immutable parallel safe as $$
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
$$;

-- Null for what no encoder writes.
create function punycode_decoded(code text) returns text language plpgsql immutable parallel safe as $$
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
$$;

create function address_spellings_odd(address text) returns text[]
language plpgsql immutable parallel safe as $$
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
$$;

-- The ways in which an address may be written, in lower case: one for almost all.
create function address_spellings(address text) returns text[]
language sql immutable parallel safe as $$
  select case when octet_length(address) = char_length(address) and strpos(lower(address), 'xn--') = 0
              then array[lower(address)] else address_spellings_odd(address) end
$$;

-- Whoever has the address is told of, however they spell it.
do $$
declare
  was constant text := 'lower(email) = s.address)';
  found text := pg_get_functiondef('outbox_suppressed()'::regprocedure);
begin
  if position(was in found) = 0 then
    raise exception 'outbox_suppressed() is not as expected';
  end if;
  execute replace(found, was, 'lower(email) = any (address_spellings(s.address)))');
end
$$;
