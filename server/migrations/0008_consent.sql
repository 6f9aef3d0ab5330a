-- compatible
-- Who may be written to: lists, what people chose, what they chose before, and addresses that must not
-- be mailed. `refusal_of` is the one place that says whether an email may leave.

create table lists (
  id uuid primary key,
  workspace_id uuid not null references workspaces on delete cascade,
  name text not null,
  description text not null default '',
  kind text not null constraint lists_kind_known check (kind in ('opt_in', 'opt_out')),
  double_opt_in boolean not null default false,
  tracking jsonb not null default '{}',
  archived_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index lists_by_age on lists (workspace_id, created_at desc, id desc);

-- What a person chose last: about a list, or, under the nil UUID, about all marketing. No row: nothing
-- was chosen, and the kind of the list decides.
create table preferences (
  bucket smallint not null,
  user_id uuid not null,
  list_id uuid not null,
  workspace_id uuid not null,
  state text not null
    constraint preferences_state_known check (state in ('subscribed', 'unsubscribed', 'pending')),
  source text not null,
  at timestamptz not null,
  primary key (bucket, user_id, list_id),
  constraint preferences_all_or_nothing
    check (state <> 'pending' or list_id <> '00000000-0000-0000-0000-000000000000')
);
create index preferences_by_list on preferences (list_id, state, bucket, user_id);
create index preferences_unsubscribed on preferences (workspace_id)
  where list_id = '00000000-0000-0000-0000-000000000000' and state = 'unsubscribed';

-- The proof: every change, in order, with what was before it.
create table consent_changes (
  bucket smallint not null,
  id uuid not null,
  workspace_id uuid not null,
  user_id uuid not null,
  list_id uuid not null,
  before text,
  after text not null,
  source text not null,
  detail jsonb not null default '{}',
  at timestamptz not null,
  primary key (bucket, id)
);
create index consent_changes_by_user on consent_changes (bucket, user_id, id desc);

-- `hash` is keyed: of an address in lower case, or of a user's internal id. What it was made of stays
-- beside it until the person is erased.
create table suppressions (
  id uuid primary key,
  workspace_id uuid not null references workspaces on delete cascade,
  hash bytea not null,
  kind text not null constraint suppressions_kind_known check (kind in ('address', 'user')),
  address text,
  user_id uuid,
  reason text not null
    constraint suppressions_reason_known
    check (reason in ('hard_bounce', 'complaint', 'manual', 'import', 'unsubscribe')),
  source text not null,
  detail jsonb not null default '{}',
  at timestamptz not null,
  constraint suppressions_once unique (workspace_id, hash, reason),
  constraint suppressions_of_one check (
    case kind when 'address' then user_id is null else address is null end)
);
create index suppressions_by_age on suppressions (workspace_id, at desc, id desc);
create index suppressions_by_address on suppressions (workspace_id, address text_pattern_ops)
  where address is not null;

create table suppression_changes (
  id uuid primary key,
  workspace_id uuid not null references workspaces on delete cascade,
  hash bytea not null,
  change text not null constraint suppression_changes_known check (change in ('added', 'removed')),
  reason text not null,
  source text not null,
  note text,
  at timestamptz not null
);
create index suppression_changes_by_hash on suppression_changes (workspace_id, hash, id desc);

-- Why an email may not go to a person, or null when it may.
--
-- Whatever is not known refuses: a purpose or a hash that is missing, a list that is not there or
-- belongs to another workspace. Transactional mail asks for suppressions that stop everything, and for
-- nothing else. `person` names a user by the internal id, `list` is null where an email has none.
create function refusal_of(workspace uuid, user_bucket smallint, person uuid, address_hash bytea,
                           person_hash bytea, purpose text, list uuid)
returns text language sql stable parallel safe as $$
  select coalesce(
    case when workspace is null or user_bucket is null or person is null
           or address_hash is null or person_hash is null
           or purpose is null or purpose not in ('marketing', 'transactional')
         then 'consent_unreadable' end,
    (select 'suppressed:' || s.reason
       from suppressions s
      where s.workspace_id = workspace and s.hash in (address_hash, person_hash)
        and (s.reason <> 'unsubscribe' or purpose = 'marketing')
      order by array_position(
                 array['complaint', 'hard_bounce', 'manual', 'import', 'unsubscribe'], s.reason)
      limit 1),
    (select 'unsubscribed'
       from preferences p
      where purpose = 'marketing' and p.bucket = user_bucket and p.user_id = person
        and p.list_id = '00000000-0000-0000-0000-000000000000' and p.state <> 'subscribed'),
    case when purpose = 'marketing' and list is not null then
      nullif(coalesce(
        (select case when l.archived_at is not null then 'list_archived'
                     when p.state = 'unsubscribed' then 'unsubscribed:list'
                     when p.state = 'pending' then 'not_confirmed'
                     when p.state = 'subscribed' or l.kind = 'opt_out' then 'none'
                     else 'not_subscribed' end
           from lists l
           left join preferences p
             on p.bucket = user_bucket and p.user_id = person and p.list_id = l.id
          where l.id = list and l.workspace_id = workspace),
        'list_missing'), 'none')
    end)
$$;

-- Double opt-in: the list's own email asks for the confirmation, on the way that every email takes.

-- Null: the email that comes with the server.
alter table lists add column confirmation jsonb;

alter table automations drop constraint automations_type_known;
alter table automations add constraint automations_type_known
  check (type in ('series', 'broadcast', 'confirmation'));

-- The books are kept of whatever sends.
create or replace view ledger as
select a.id as automation_id, a.workspace_id, l.*
  from automations a
 cross join lateral ledger_of(a.id) l;

-- How many confirmations were asked of an address since an instant: nobody may flood somebody else's
-- mailbox by subscribing its address. Old rows go as new ones come.
create table confirmation_counts (
  workspace_id uuid not null references workspaces on delete cascade,
  hash bytea not null,
  since timestamptz not null,
  count int not null,
  primary key (workspace_id, hash)
);
create index confirmation_counts_by_age on confirmation_counts (since);
