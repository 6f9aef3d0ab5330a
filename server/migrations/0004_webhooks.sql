-- compatible
-- The secrets that sign webhooks, and every attempt to call one.

create table webhook_secrets (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id) on delete cascade,
  encrypted bytea not null,
  -- The last four characters, to tell secrets apart.
  hint text not null,
  created_at timestamptz not null,
  -- Until when it signs beside its successor; null for the present one.
  valid_until timestamptz
);
create unique index webhook_secrets_present on webhook_secrets (workspace_id)
  where valid_until is null;
create index webhook_secrets_workspace on webhook_secrets (workspace_id);

-- What became of each call of a webhook step's occurrence. Append-only; the backoff bounds how many
-- there are of one.
create table webhook_attempts (
  bucket smallint not null,
  enrollment_id uuid not null,
  seq integer not null,
  -- In order of the calls' ends.
  id uuid not null,
  workspace_id uuid not null,
  at timestamptz not null,
  outcome text not null constraint webhook_attempts_outcome_known
    check (outcome in ('answered', 'deferred', 'refused', 'failed')),
  -- Null when there was no answer.
  status smallint,
  reason text,
  ms integer not null,
  primary key (bucket, enrollment_id, seq, id)
);
