-- compatible
-- What comes back about messages, where their links lead, counts of both, and pauses because of them.

-- The highest state that others told of the message; null until something came back.
alter table messages add column told text;

-- The state that holds when a message is in one and another was told. It is the higher of the two, so
-- that no order of telling matters. What we are about to do ourselves goes on until it has an answer.
create function message_state_after(state text, told text) returns text
language sql immutable parallel safe as $$
  select case
    when told is null or state in ('sending', 'scheduled', 'cancelled') then state
    when state = 'in_doubt' then told
    when array_position(array['accepted', 'rejected', 'delivered', 'bounced', 'complained'], told)
       > array_position(array['accepted', 'rejected', 'delivered', 'bounced', 'complained'], state)
    then told
    else state
  end
$$;

-- Told before it was settled, and settled by somebody who did not look: there should be none for long.
create index messages_behind on messages (bucket, id)
  where told is not null and message_state_after(state, told) <> state;

-- Where click links lead. The id follows from workspace and address, so that writing needs no reading.
create table links (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id) on delete cascade,
  url text not null,
  created_at timestamptz not null
);

-- Messages to which something happened, each counted once, by the hour in which we learnt of it. Slots
-- keep transactions that count at the same time from waiting for each other; the sum counts.
create table message_counts (
  workspace_id uuid not null,
  hour timestamptz not null,
  automation_id uuid not null,
  step_id text not null,
  slot smallint not null,
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
  updated_at timestamptz not null,
  primary key (workspace_id, hour, automation_id, step_id, slot)
) with (fillfactor = 70);
create index message_counts_by_series on message_counts (automation_id, step_id);
create index message_counts_by_hour on message_counts (hour, workspace_id);

-- Sending that was stopped because too much came back: of one series, or (null) of the whole side.
create table sending_pauses (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id) on delete cascade,
  automation_id uuid references automations (id) on delete cascade,
  rule text not null constraint sending_pauses_rule_known check (rule in ('bounces', 'complaints')),
  -- What was counted, and the limit that was reached.
  figures jsonb not null,
  paused_at timestamptz not null,
  resumed_at timestamptz,
  -- What the hour of resuming had counted by then: it does not count again.
  counted_before jsonb,
  -- When the next call to tell of it is due; null when it was told, or nobody wants to be.
  alert_due_at timestamptz,
  alert_attempts smallint not null default 0,
  alert_answer text
);
create unique index sending_pauses_open on sending_pauses
  (workspace_id, coalesce(automation_id, '00000000-0000-0000-0000-000000000000'))
  where resumed_at is null;
create index sending_pauses_last on sending_pauses (workspace_id, resumed_at desc)
  where resumed_at is not null;
create index sending_pauses_alert on sending_pauses (alert_due_at) where alert_due_at is not null;
