import { randomUUID } from 'node:crypto';
import { createConsentKey, hashedAsk } from '../../src/consent/index.ts';
import type { Attempt } from '../../src/delivery/sql/attempt.ts';
import type { Pool } from '../../src/platform/db.ts';
import { bucketOf, messageUuidOf } from '../../src/platform/ids.ts';

/** One email that a worker holds and has not begun to hand over. */
export interface LeasedEmail {
  readonly bucket: number;
  readonly userId: string;
  readonly externalId: string;
  readonly address: string;
  readonly enrollmentId: string;
  readonly leaseToken: string;
}

/** A live side whose emails of a list are all leased to one worker. */
export interface LeasedEmails {
  readonly workspaceId: string;
  readonly listId: string;
  readonly emails: readonly LeasedEmail[];
  readonly attemptOf: (one: LeasedEmail) => Attempt;
}

export const CONSENT_KEY = createConsentKey(Buffer.alloc(32, 5));
const NOW = new Date('2026-11-23T09:00:00.000Z');
const WORKER = randomUUID();

/** People on an opt-in list, each with one email of it in a worker's hands. */
export async function leasedEmails(
  db: Pool,
  { count, stepType = 'email' }: { count: number; stepType?: string },
): Promise<LeasedEmails> {
  const workspaceId = randomUUID();
  const automationId = randomUUID();
  const listId = randomUUID();
  await db`
    insert into workspaces (id, pair_id, side, name, created_at, updated_at)
    values (${workspaceId}, ${workspaceId}, 'live', 'Tidewater', ${NOW}, ${NOW})
  `;
  await db`
    insert into automations (id, workspace_id, type, name, status, draft, version, created_at, updated_at)
    values (${automationId}, ${workspaceId}, 'series', 'News', 'active', '{}', 1, ${NOW}, ${NOW})
  `;
  await db`
    insert into series_versions (automation_id, number, settings, steps, published_at)
    values (${automationId}, 1, '{}', ${db.json([{ id: 'mail', type: stepType }])}, ${NOW})
  `;
  await db`
    insert into lists (id, workspace_id, name, kind, created_at, updated_at)
    values (${listId}, ${workspaceId}, 'News', 'opt_in', ${NOW}, ${NOW})
  `;
  const emails = Array.from({ length: count }, (_, n): LeasedEmail => {
    const userId = randomUUID();
    const externalId = `person-${n}`;
    const bucket = bucketOf(userId);
    return {
      bucket,
      userId,
      externalId,
      address: `${externalId}@example.com`,
      enrollmentId: enrollmentIdIn(bucket),
      leaseToken: randomUUID(),
    };
  });
  await insertPeople(db, { workspaceId, automationId, listId, emails });
  return {
    workspaceId,
    listId,
    emails,
    attemptOf: (one) => attemptOf(one, { workspaceId, automationId, listId }),
  };
}

/** Rows of a person share one bucket, and an id tells its bucket. */
function enrollmentIdIn(bucket: number): string {
  const id = randomUUID();
  const last = Number.parseInt(id.slice(-2), 16);
  return id.slice(0, -2) + ((last & 0xc0) | bucket).toString(16).padStart(2, '0');
}

interface Ids {
  readonly workspaceId: string;
  readonly automationId: string;
  readonly listId: string;
}

async function insertPeople(
  db: Pool,
  { workspaceId, automationId, listId, emails }: Ids & { emails: readonly LeasedEmail[] },
): Promise<void> {
  const buckets = emails.map(({ bucket }) => bucket);
  const userIds = emails.map(({ userId }) => userId);
  const enrollmentIds = emails.map(({ enrollmentId }) => enrollmentId);
  await db`
    insert into users (bucket, id, workspace_id, external_id, email, first_seen, last_seen,
                       created_at, updated_at)
    select bucket, id, ${workspaceId}, external_id, email, ${NOW}, ${NOW}, ${NOW}, ${NOW}
      from unnest(${buckets}::smallint[], ${userIds}::uuid[],
                  ${emails.map(({ externalId }) => externalId)}::text[],
                  ${emails.map(({ address }) => address)}::text[]) as u (bucket, id, external_id, email)
  `;
  await db`
    insert into preferences (bucket, user_id, list_id, workspace_id, state, source, at)
    select bucket, id, ${listId}, ${workspaceId}, 'subscribed', 'test', ${NOW}
      from unnest(${buckets}::smallint[], ${userIds}::uuid[]) as u (bucket, id)
  `;
  await db`
    insert into enrollments (bucket, id, workspace_id, user_id, automation_id, version, run, state,
                             entered_at)
    select bucket, id, ${workspaceId}, user_id, ${automationId}, 1, 1, 'active', ${NOW}
      from unnest(${buckets}::smallint[], ${enrollmentIds}::uuid[], ${userIds}::uuid[])
           as e (bucket, id, user_id)
  `;
  await db`
    insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, version,
                            step_id, live, status, due_at, from_at, timezone, tz_version, reasons,
                            worker_id, lease_token)
    select bucket, enrollment_id, 1, ${workspaceId}, ${automationId}, user_id, 1, 'mail', true,
           'processing', ${NOW}, ${NOW}, 'UTC', '', '[]', ${WORKER}, lease_token
      from unnest(${buckets}::smallint[], ${enrollmentIds}::uuid[], ${userIds}::uuid[],
                  ${emails.map(({ leaseToken }) => leaseToken)}::uuid[])
           as r (bucket, enrollment_id, user_id, lease_token)
  `;
}

const attemptOf = (
  { bucket, userId, externalId, address, enrollmentId, leaseToken }: LeasedEmail,
  { workspaceId, automationId, listId }: Ids,
): Attempt => ({
  bucket,
  id: messageUuidOf(enrollmentId, 1),
  workspaceId,
  enrollmentId,
  seq: 1,
  automationId,
  userId,
  userExternalId: externalId,
  stepId: 'mail',
  variant: null,
  listId: null,
  transport: 'smtp',
  from: 'news@example.com',
  to: address,
  subject: 'News',
  html: 'News',
  text: 'News',
  headers: {},
  messageId: `<${enrollmentId}@example.com>`,
  scheduledFor: NOW,
  now: NOW,
  leaseToken,
  workerId: WORKER,
  closesAt: null,
  userTimezone: null,
  consent: hashedAsk(CONSENT_KEY, { address, userId, purpose: 'marketing', listId }),
});
