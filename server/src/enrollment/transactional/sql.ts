import type { Db, Transaction } from '../../platform/db.ts';
import type { Reason } from '../../schedule/reason.ts';
import type { TransactionalEmail } from './email.ts';

/** The hidden automation of a side; what it says is the same for ever. */
interface NewAutomation {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly settings: object;
  readonly steps: readonly object[];
}

/** Makes the hidden automation of a side, unless it is there. Whoever comes second waits. */
export async function insertTransactional(
  db: Db,
  { id, workspaceId, name, settings, steps }: NewAutomation,
): Promise<void> {
  await db`
    with made as (
      insert into automations (id, workspace_id, type, name, status, draft, version, created_at, updated_at)
      values (${id}, ${workspaceId}, 'transactional', ${name}, 'active',
              ${db.json({ settings, steps } as never)}, 1, db_now(), db_now())
          on conflict (id) do nothing
      returning id
    )
    insert into series_versions (automation_id, number, settings, steps, published_at)
    select id, 1, ${db.json(settings as never)}, ${db.json(steps as never)}, db_now() from made
  `;
}

/** Orders those who send to one person. Any number, but always this. */
const PERSON_LOCK = 4_400_026;

/**
 * Lets those who send to one person at this moment come one after another: each passage has a number.
 *
 * Locks: an advisory lock of the person, until the transaction ends.
 */
export async function lockSending(tx: Transaction, userId: string): Promise<void> {
  await tx`select pg_advisory_xact_lock(${PERSON_LOCK}::int, hashtext(${userId}::text))`;
}

/** Keys are kept as long as the answers under them. */
const KEY_HOURS = 24;

/** Frees a key under which something was asked for longer ago than answers are kept. */
export async function freeOldKey(
  tx: Transaction,
  { workspaceId, keyHash }: { workspaceId: string; keyHash: Uint8Array },
): Promise<void> {
  await tx`
    update transactional_emails set key_hash = null
     where workspace_id = ${workspaceId} and key_hash = ${keyHash}
       and created_at < db_now() - ${KEY_HOURS}::integer * interval '1 hour'
  `;
}

/** The passage that was asked for under a key. Index: transactional_emails_key. */
export async function enrollmentOfKey(
  tx: Transaction,
  { workspaceId, keyHash }: { workspaceId: string; keyHash: Uint8Array },
): Promise<string | null> {
  const rows = await tx<{ id: string }[]>`
    select enrollment_id as id from transactional_emails
     where workspace_id = ${workspaceId} and key_hash = ${keyHash}
  `;
  return rows[0]?.id ?? null;
}

/** A message that is to be sent, as it was composed when it was asked for. */
export interface NewSending extends TransactionalEmail {
  readonly bucket: number;
  readonly enrollmentId: string;
  readonly messageUuid: string;
  readonly workspaceId: string;
  readonly automationId: string;
  readonly userId: string;
  readonly userExternalId: string;
  readonly live: boolean;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly keyHash: Uint8Array | null;
  /** By the clock of the side. */
  readonly now: Date;
  readonly timezone: string;
  readonly tzVersion: string;
  readonly reasons: readonly Reason[];
  readonly shown: {
    readonly from: string;
    readonly to: string;
    readonly subject: string;
    readonly html: string;
    readonly text: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly messageId: string;
  };
}

/**
 * Writes the passage, its row in the queue, what it says, and the message, which waits for its first
 * attempt: one statement. The caller has called `lockSending`.
 *
 * @returns false where something was asked for under this key before: nothing is written
 */
export async function insertSending(
  tx: Transaction,
  { shown, ...sending }: NewSending,
): Promise<boolean> {
  const { bucket, enrollmentId, workspaceId, automationId, userId, now, live } = sending;
  const reasons = JSON.stringify(sending.reasons);
  const rows = await tx`
    with email as (
      insert into transactional_emails (bucket, enrollment_id, workspace_id, to_address, step, content,
                                        headers, key_hash, created_at)
      values (${bucket}, ${enrollmentId}, ${workspaceId}, ${sending.to},
              ${JSON.stringify(sending.step)}::text::jsonb,
              ${JSON.stringify(sending.content)}::text::jsonb,
              ${JSON.stringify(sending.headers)}::text::jsonb, ${sending.keyHash}, db_now())
          on conflict (workspace_id, key_hash) where key_hash is not null do nothing
      returning enrollment_id
    ), entered as (
      insert into enrollments (bucket, id, workspace_id, user_id, automation_id, version, run, state,
                               entered_at, entered_by, properties)
      select ${bucket}, enrollment_id, ${workspaceId}, ${userId}, ${automationId}, 1,
             coalesce((select max(run) from enrollments
                        where bucket = ${bucket} and user_id = ${userId}
                          and automation_id = ${automationId}), 0) + 1,
             'active', ${now}, 'transactional', ${JSON.stringify(sending.properties)}::text::jsonb
        from email
      returning id
    ), queued as (
      insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, version,
                              step_id, live, due_at, from_at, timezone, tz_version, reasons)
      select ${bucket}, id, 1, ${workspaceId}, ${automationId}, ${userId}, 1, ${sending.step.id},
             ${live}, ${now}, ${now}, ${sending.timezone}, ${sending.tzVersion},
             ${reasons}::text::jsonb
        from entered
    )
    insert into messages (
      bucket, id, workspace_id, enrollment_id, seq, automation_id, user_id, user_external_id, step_id,
      state, transport, from_address, to_address, subject, html, text, headers, message_id,
      scheduled_for, reasons, created_at, updated_at)
    select ${bucket}, ${sending.messageUuid}, ${workspaceId}, id, 1, ${automationId}, ${userId},
           ${sending.userExternalId}, ${sending.step.id}, 'scheduled', '', ${shown.from}, ${shown.to},
           ${shown.subject}, ${shown.html}, ${shown.text},
           ${JSON.stringify(shown.headers)}::text::jsonb, ${shown.messageId}, ${now},
           ${reasons}::text::jsonb, ${now}, ${now}
      from entered
    returning 1
  `;
  return rows.length === 1;
}

interface StoredEmail extends TransactionalEmail {
  readonly enrollmentId: string;
}

/** What some passages say. Index: transactional_emails_pkey. */
export async function findEmails(
  db: Db,
  refs: readonly { readonly bucket: number; readonly enrollmentId: string }[],
): Promise<StoredEmail[]> {
  return db<StoredEmail[]>`
    select t.enrollment_id as "enrollmentId", t.step, t.content, t.headers, t.to_address as "to"
      from unnest(
             ${refs.map(({ bucket }) => bucket)}::smallint[],
             ${refs.map(({ enrollmentId }) => enrollmentId)}::uuid[]
           ) as q (bucket, enrollment_id)
      join transactional_emails t on t.bucket = q.bucket and t.enrollment_id = q.enrollment_id
  `;
}

/** What a message says is kept with the message; this long it may be asked for again by its key. */
const KEPT_HOURS = 48;

/**
 * Forgets what passages said that are over: nothing of them waits, and no member has to decide.
 *
 * Across workspaces: the worker's. Index: transactional_emails_by_age, messages_step_occurrence.
 *
 * @returns how many
 */
export async function deleteOldEmails(db: Db, { limit }: { limit: number }): Promise<number> {
  const done = await db`
    delete from transactional_emails
     where (bucket, enrollment_id) in (
       select t.bucket, t.enrollment_id
         from transactional_emails t
        where t.created_at < db_now() - ${KEPT_HOURS}::integer * interval '1 hour'
          and not exists (select from recipients r
                           where r.bucket = t.bucket and r.enrollment_id = t.enrollment_id)
          and not exists (select from messages m
                           where m.bucket = t.bucket and m.enrollment_id = t.enrollment_id
                             and m.seq = 1 and m.state in ('scheduled', 'sending', 'in_doubt'))
        order by t.created_at
        limit ${limit}
          for update skip locked)
  `;
  return done.count;
}
