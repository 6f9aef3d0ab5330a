-- compatible
-- Who signs in to the dashboard, with what proof, and what each may do in which workspace.

create table members (
  id uuid primary key,
  name text not null,
  -- Lower case.
  email text not null,
  email_verified boolean not null default false,
  image text,
  two_factor_enabled boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index members_email on members (email);

create table member_sessions (
  id uuid primary key,
  member_id uuid not null references members (id) on delete cascade,
  -- The cookie holds it with a signature, so that reading this table signs nobody in.
  token text not null,
  address text,
  user_agent text,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index member_sessions_token on member_sessions (token);
create index member_sessions_member on member_sessions (member_id, created_at desc, id desc);
create index member_sessions_expiring on member_sessions (expires_at);

-- Proofs of a member: a password, or who they are at the identity provider.
create table member_accounts (
  id uuid primary key,
  member_id uuid not null references members (id) on delete cascade,
  -- 'credential' for a password.
  provider text not null,
  -- The provider's name for the member; of a password the member's id.
  subject text not null,
  password_hash text,
  -- Of the identity provider; not kept.
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint member_accounts_subject unique (provider, subject)
);
create index member_accounts_member on member_accounts (member_id);

-- What is under way: second steps of sign-ins, answers of the identity provider.
create table member_verifications (
  id uuid primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index member_verifications_identifier on member_verifications (identifier);
create index member_verifications_value on member_verifications (value);

create table member_second_factors (
  id uuid primary key,
  member_id uuid not null references members (id) on delete cascade,
  -- Both encrypted.
  secret text not null,
  backup_codes text not null,
  is_verified boolean not null default false,
  failure_count integer not null default 0,
  locked_until timestamptz,
  constraint member_second_factors_one unique (member_id)
);

-- A member's role holds for both sides of a workspace.
create table memberships (
  pair_id uuid not null,
  member_id uuid not null references members (id) on delete cascade,
  role text not null constraint memberships_role_known check (role in ('owner', 'editor', 'viewer')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (pair_id, member_id)
);
create index memberships_member on memberships (member_id);

create table invitations (
  id uuid primary key,
  pair_id uuid not null,
  -- Lower case.
  email text not null,
  role text not null constraint invitations_role_known check (role in ('owner', 'editor', 'viewer')),
  -- SHA-256 of what the link holds.
  token_hash bytea not null,
  invited_by uuid references members (id) on delete set null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  constraint invitations_one unique (pair_id, email)
);
create unique index invitations_token on invitations (token_hash);
create index invitations_email on invitations (email);

-- Links for members who lost their password; each replaces the one before.
create table password_resets (
  member_id uuid primary key references members (id) on delete cascade,
  -- SHA-256 of what the link holds.
  token_hash bytea not null,
  drops_second_factor boolean not null default false,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create unique index password_resets_token on password_resets (token_hash);
