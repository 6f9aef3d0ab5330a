-- compatible
-- The mailboxes that bounces, complaints and answers come back to.

create table inboxes (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id) on delete cascade,
  -- Lower case, in ASCII; return-paths are made of it.
  address text not null,
  domain text not null,
  -- Where it is read by IMAP; null for one that mail is only posted to.
  host text,
  port integer,
  tls text constraint inboxes_tls_known check (tls in ('tls', 'starttls', 'none')),
  username text,
  -- Sealed for the row.
  password bytea,
  mailbox text not null default 'INBOX',
  -- What becomes of a mail that was read.
  handled text not null default 'mark_seen' constraint inboxes_handled_known
    check (handled in ('keep', 'mark_seen', 'move')),
  move_to text,
  is_enabled boolean not null default true,
  -- Counts the addresses for posting that were made; only the last one holds.
  generation integer not null default 1,
  -- How far it was read. UIDs hold for one UIDVALIDITY only.
  uid_validity bigint,
  last_uid bigint not null default 0,
  read_at timestamptz,
  read_count bigint not null default 0,
  next_read_at timestamptz not null,
  failures integer not null default 0,
  -- What was wrong the last time; null when nothing was.
  fault text,
  fault_at timestamptz,
  -- One worker reads at a time.
  lease_token uuid,
  leased_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint inboxes_read_whole
    check ((host is null) = (port is null) and (host is null) = (tls is null)
      and (host is null) = (username is null) and (host is null) = (password is null)),
  constraint inboxes_move_named check ((handled = 'move') = (move_to is not null))
);
create unique index inboxes_address on inboxes (workspace_id, address);
create index inboxes_listed on inboxes (workspace_id, created_at desc, id desc);
create index inboxes_due on inboxes (next_read_at) where host is not null and is_enabled;
