-- compatible
-- Who mail is from: the domains of a side, the keys that sign for them, and the senders.

create table sender_domains (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id) on delete cascade,
  -- Lower case, in ASCII.
  domain text not null,
  state text not null default 'pending' constraint sender_domains_state_known
    check (state in ('pending', 'verified', 'failing')),
  -- The domain of the envelope's sender, to which bounces go; null when that is the domain itself.
  return_path_host text,
  -- The server that takes mail for it; null when that is not known here.
  return_path_server text,
  -- What SPF has to allow on top of what the side's transports ask for.
  spf_mechanisms text[] not null default '{}',
  -- What the last check found.
  findings jsonb not null default '[]',
  checked_at timestamptz,
  next_check_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index sender_domains_domain on sender_domains (workspace_id, domain);
create index sender_domains_due on sender_domains (next_check_at);

create table dkim_keys (
  id uuid primary key,
  domain_id uuid not null references sender_domains (id) on delete cascade,
  selector text not null,
  algorithm text not null constraint dkim_keys_algorithm_known
    check (algorithm in ('rsa-2048', 'ed25519')),
  -- As its record has it, in base64.
  public_key text not null,
  -- PEM, sealed for the row; null once the key is retired.
  private_key bytea,
  -- A key signs while it is active, which it is not before its record was seen.
  state text not null default 'pending' constraint dkim_keys_state_known
    check (state in ('pending', 'active', 'retiring', 'retired')),
  -- Checks in a row that found no good record.
  misses integer not null default 0,
  created_at timestamptz not null,
  seen_at timestamptz,
  activated_at timestamptz,
  -- Until when its record has to stay, for mail that is still on its way.
  retires_at timestamptz,
  constraint dkim_keys_selector unique (domain_id, selector),
  constraint dkim_keys_retired check ((private_key is null) = (state = 'retired')),
  constraint dkim_keys_seen check (state <> 'active' or seen_at is not null)
);
create unique index dkim_keys_one_active on dkim_keys (domain_id, algorithm) where state = 'active';
create unique index dkim_keys_one_pending on dkim_keys (domain_id, algorithm) where state = 'pending';

create table senders (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id) on delete cascade,
  -- What is shown beside the address; empty for nothing.
  name text not null,
  address text not null,
  -- The domain of the address: lower case, in ASCII.
  domain text not null,
  reply_to text,
  is_default boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index senders_listed on senders (workspace_id, created_at desc, id desc);
create unique index senders_one_default on senders (workspace_id) where is_default;
