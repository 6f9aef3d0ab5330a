-- compatible
-- What lists of many people and companies are read by, and the filters that members keep.

-- The day of last_seen. An index over last_seen itself would make every event of a person write all the
-- indexes of their row: a value that moves within its page is free only while no index holds it.
alter table users add column seen_on date not null default '1970-01-01';
update users set seen_on = (last_seen at time zone 'UTC')::date;

create index users_by_seen on users (workspace_id, seen_on desc, id desc);
-- In one collation, so that they serve what begins with a text as well as an order.
create index users_by_email on users (workspace_id, (lower(coalesce(email, '')) collate "C"), id);
create index users_by_external on users (workspace_id, (lower(external_id) collate "C"));
create index users_by_name on users (workspace_id, (lower(name) collate "C")) where name is not null;

create index companies_by_name on companies (workspace_id, (lower(coalesce(name, '')) collate "C"), id);
create index companies_by_external on companies (workspace_id, (lower(external_id) collate "C"));

create table saved_filters (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id) on delete cascade,
  name text not null,
  kind text not null constraint saved_filters_kind_known check (kind in ('users', 'companies')),
  filter jsonb,
  columns text[] not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index saved_filters_by_age on saved_filters (workspace_id, created_at desc, id desc);
