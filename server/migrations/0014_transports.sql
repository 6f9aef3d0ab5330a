-- compatible
-- The ways by which a side's mail leaves, and how fast: paced in the database, for all workers together.

create table transports (
  id            uuid primary key,
  workspace_id  uuid not null references workspaces (id) on delete cascade,
  kind          text not null,
  name          text not null,
  -- What its kind asks for, without secrets; those are sealed.
  settings      jsonb not null,
  sealed        bytea,
  -- Lower ones first; those of the same position take turns by their shares.
  position      int not null default 0,
  share         int not null default 100,
  is_enabled    boolean not null default true,
  -- {"per_second", "per_provider": {"google": 5, "*": 20}, "warmup": {"from", "per_day": [50, 100, …]}}
  limits        jsonb not null default '{}',
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  constraint transports_share_range check (share between 1 and 1000)
);
create index transports_by_workspace on transports (workspace_id, position);

-- When the next handover of a kind may begin. Not logged: after a crash of the database pacing starts
-- afresh, a second's worth at most.
create unlogged table throttles (
  key         text collate "C" primary key,
  next_at     timestamptz not null,
  -- 1 is the full rate; less after a server asked us to slow down.
  pace        double precision not null default 1,
  paced_at    timestamptz not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);

-- Handovers of a day, for plans that warm a sender up.
create table throttle_days (
  key   text not null,
  day   date not null,
  used  int not null,
  constraint throttle_days_pkey primary key (key, day)
);

-- Gives each handover the instant from which it may begin, or says when to ask again.
--
-- A handover has up to two paces: that of its transport, and that of the provider it goes to. It gets
-- the first instant that both allow, at most `horizon` ahead, and is told to come back otherwise. A
-- flow that has as much as half of that ahead of it may only look half as far: so whoever has little
-- to send always finds room between the two, however much others have.
--
-- p_keys2 and p_rates2, p_days and p_day_max may hold nulls. Rates are handovers a second.
-- Locks: the rows of the keys, in their order.
create function take_slots(
  p_keys text[], p_rates double precision[], p_keys2 text[], p_rates2 double precision[],
  p_days text[], p_day_max int[], p_flows text[], p_lead interval, p_horizon interval
) returns table (place int, starts_at timestamptz, ask_at timestamptz)
language plpgsql as $$
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
end $$;
