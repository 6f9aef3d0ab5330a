-- compatible
-- What assistants ask members to allow, and what became of it. Nothing is done by a row of this table:
-- it only says that a call, exactly as it stands here, may be made once, by the key that asked.

create table confirmations (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id) on delete cascade,
  -- Who asked, and who alone may use what is issued.
  key_id uuid not null,
  key_hint text not null,
  -- Told in the conversation and shown on the page, so that a member sees that both are the same.
  code text not null,
  tool text not null,
  arguments jsonb not null,
  -- Of the tool and its arguments.
  call_hash bytea not null,
  -- Of what the call is about, as it was when it was asked for: the draft that would be published.
  subject_hash bytea not null,
  -- What would be done, a sentence each.
  words text[] not null,
  -- How many people it touches at once; null where that is not known beforehand.
  people_count bigint,
  -- What a member must be at least to issue it.
  role text not null constraint confirmations_role_known check (role in ('editor', 'owner')),
  state text not null default 'waiting' constraint confirmations_state_known
    check (state in ('waiting', 'issued', 'refused', 'used', 'lapsed')),
  requested_at timestamptz not null,
  -- Of the question while it waits; of the token once it is issued.
  expires_at timestamptz not null,
  decided_at timestamptz,
  -- The address of the member.
  decided_by text,
  token_hash bytea,
  used_at timestamptz,
  -- What the call came to: done, or the code of what refused it.
  outcome text,
  constraint confirmations_token_issued check ((token_hash is not null) = (state in ('issued', 'used')))
);
create index confirmations_by_age on confirmations (workspace_id, requested_at desc, id desc);
-- The same question is asked once, however often an assistant repeats it.
create unique index confirmations_waiting on confirmations (key_id, call_hash)
  where state = 'waiting';
create unique index confirmations_by_token on confirmations (token_hash)
  where token_hash is not null;
create index confirmations_old on confirmations using brin (requested_at);
