-- compatible
-- One email to many people, once. A broadcast is an automation; what is its own stands here.

create table broadcasts (
  automation_id uuid primary key references automations (id) on delete cascade,
  workspace_id uuid not null,
  state text not null default 'draft' constraint broadcasts_state_known
    check (state in ('draft', 'scheduled', 'sending', 'paused', 'sent', 'cancelled')),
  -- To whom and when, as it was when it was scheduled: the draft may be read, but not changed any more.
  audience jsonb,
  schedule jsonb,
  -- When there is something to do next, by the clock of the side; null when there is nothing.
  due_at timestamptz,
  -- When a worker looks at it next, by the database's clock; null when nobody needs to.
  look_at timestamptz,
  -- By the clock of the side. Everybody's local time is judged by the beginning.
  started_at timestamptz,
  snapshot_at timestamptz,
  finished_at timestamptz,
  -- The last user the snapshot has looked at, in the order of users_by_age; null at the beginning.
  cursor_at timestamptz,
  cursor_id uuid,
  chunk integer not null default 2000,
  looked bigint not null default 0,
  estimate bigint,
  -- How many are to get it, and how many not, by reason.
  counts jsonb not null default '{}',
  -- The last recipient that is in the queue, or has been, in the order of broadcast_recipients_due.
  fed_at timestamptz,
  fed_id uuid,
  fed bigint not null default 0,
  -- Of these, how many were erased before their turn came.
  gone bigint not null default 0,
  -- How many leave a second, and from what that was reckoned.
  rate real not null default 0,
  measured_at timestamptz,
  left_queue bigint not null default 0
);
create index broadcasts_look on broadcasts (look_at) where look_at is not null;
create index broadcasts_by_side on broadcasts (workspace_id) where due_at is not null;

-- The audience as it was at the start: when each is to get it, or why they are not to. A row is written
-- once. Who has been taken into the queue is said by the broadcast: everybody up to (fed_at, fed_id).
create table broadcast_recipients (
  bucket smallint not null,
  automation_id uuid not null,
  user_id uuid not null,
  due_at timestamptz not null,
  exclusion text,
  primary key (bucket, automation_id, user_id)
);
create index broadcast_recipients_due on broadcast_recipients (automation_id, due_at, user_id)
  where exclusion is null;
create index broadcast_recipients_excluded on broadcast_recipients (automation_id, exclusion, user_id)
  where exclusion is not null;

-- Who is suppressed is asked for many people at once, by what is known of them beside the hash.
create index suppressions_by_user on suppressions (user_id) where user_id is not null;
create index suppressions_erased on suppressions (workspace_id)
  where address is null and user_id is null;

-- Broadcasts that were drafts before this.
insert into broadcasts (automation_id, workspace_id)
select id, workspace_id from automations where type = 'broadcast';

-- The books are kept for broadcasts too.
create or replace view ledger as
select a.id as automation_id, a.workspace_id, l.*
  from automations a
 cross join lateral ledger_of(a.id) l;
