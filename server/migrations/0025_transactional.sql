-- compatible
-- Transactional email: one message to one address, asked for by a call. Each is a passage through one
-- hidden automation of its side, so that whatever holds for an email of a series holds for it.

alter table automations drop constraint automations_type_known;
alter table automations add constraint automations_type_known
  check (type in ('series', 'broadcast', 'confirmation', 'transactional'));

-- A person may be on the way to many such messages at once, and in any other automation once.
drop index enrollments_one_active;
create unique index enrollments_one_active on enrollments
  (bucket, user_id, automation_id, (case when entered_by = 'transactional' then run else 0 end))
  where state = 'active';

-- What such a message says, until it has left for good.
create table transactional_emails (
  bucket smallint not null,
  enrollment_id uuid not null,
  workspace_id uuid not null,
  -- Where it goes; null for the address of its user when it leaves.
  to_address text,
  -- Fields of the email as those of a step, and its body as it was built.
  step jsonb not null,
  content jsonb not null,
  headers jsonb not null default '{}',
  -- SHA-256 of the key under which it was asked for, for a day: a call that was cut off after its commit
  -- and is repeated finds its message.
  key_hash bytea,
  created_at timestamptz not null,
  primary key (bucket, enrollment_id)
);
create unique index transactional_emails_key on transactional_emails (workspace_id, key_hash)
  where key_hash is not null;
create index transactional_emails_by_age on transactional_emails (created_at);

-- The hidden automation is nobody's configuration, and a passage through it is told as its message.
do $$
declare
  changed record;
begin
  for changed in
    select * from (values
      ('audit_row()', $q$row_now ->> 'type' = 'confirmation'$q$,
       $q$row_now ->> 'type' in ('confirmation', 'transactional')$q$),
      ('audit_part()', $q$kind = 'confirmation'$q$, $q$kind in ('confirmation', 'transactional')$q$),
      ('outbox_enrollment_data(enrollments)', $q$and a.id = e.automation_id$q$,
       $q$and a.id = e.automation_id and a.type <> 'transactional'$q$)
    ) as f (name, was, becomes)
  loop
    if position(changed.was in pg_get_functiondef(changed.name::regprocedure)) = 0 then
      raise exception '% is not as expected', changed.name;
    end if;
    execute replace(pg_get_functiondef(changed.name::regprocedure), changed.was, changed.becomes);
  end loop;
end
$$;

-- What follows from a piece of an import that was committed: who gets less mail now, and whose zone is
-- another one. Written with the piece, and gone once it is done; a worker that died leaves it to others.
create table import_follow_ups (
  import_id uuid not null references imports on delete cascade,
  position integer not null,
  workspace_id uuid not null,
  -- [[bucket, user id], …]
  declined jsonb not null,
  moved jsonb not null,
  written_at timestamptz not null,
  primary key (import_id, position)
);
create index import_follow_ups_by_age on import_follow_ups (written_at);

-- An endpoint that was disabled by itself is told of at alerts_url: when next, and how often it was tried.
alter table webhooks
  add column alert_due_at timestamptz,
  add column alert_attempts integer not null default 0;
create index webhooks_alert on webhooks (alert_due_at) where alert_due_at is not null;
drop trigger audit on webhooks;
create trigger audit after insert or delete
  or update of url, event_types, description, is_enabled, secret_hint on webhooks
  for each row execute function audit_row(
    'webhook',
    'disabled_at,failures,failing_since,secret,previous_secret,previous_valid_until,alert_due_at,'
    'alert_attempts', '', '');
