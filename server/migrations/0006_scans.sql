-- compatible
-- Looking through many people in small pieces: who enters a series by its audience, and whom the mere
-- passing of time concerns.

create table series_scans (
  automation_id uuid not null references automations (id) on delete cascade,
  -- 'activation' looks through all users of the side once, after activating, publishing or resuming;
  -- 'sweep' does so again and again, where the audience depends on the clock; 'leaving' looks through
  -- those under way, where the goal or an exit rule does.
  kind text not null constraint series_scans_kind_known
    check (kind in ('activation', 'sweep', 'leaving')),
  -- Several workers look through parts of the same side: users with bucket % lanes = lane.
  lane smallint not null default 0,
  lanes smallint not null default 1,
  workspace_id uuid not null,
  -- The version whose audience is looked for.
  version integer not null,
  -- The last one looked at, in the order of users_by_age or recipients_by_series; null at the beginning.
  cursor_at timestamptz,
  cursor_id uuid,
  -- How many are looked at in the next transaction: as many as it can do in a fraction of a second.
  chunk integer not null default 500,
  looked bigint not null default 0,
  entered bigint not null default 0,
  -- About how many there are to look at.
  total bigint,
  -- By the clock of the side, as are the next two.
  started_at timestamptz not null,
  -- When the sweep before this one began.
  since timestamptz,
  finished_at timestamptz,
  -- By the database's clock: when a worker does the next piece; null for never, or for when the clock of
  -- the test side is moved.
  next_at timestamptz,
  -- The transaction that planned it, and when: until all are gone that began before, changes may be
  -- under way which do not know yet that this series listens. Null once it has begun.
  planned_in xid8,
  planned_at timestamptz,
  primary key (automation_id, kind, lane)
);
create index series_scans_next on series_scans (next_at) where next_at is not null;
create index series_scans_by_side on series_scans (workspace_id);
