import { randomBytes, randomUUID } from 'node:crypto';
import { createConsentKey, type ConsentDeps } from '../../src/consent/index.ts';
import type { Pool } from '../../src/platform/db.ts';
import { bucketOf, messageUuidOf, userIdOf } from '../../src/platform/ids.ts';
import { createSeries, moveSeries } from '../../src/series/index.ts';
import type { ReturnedDeps } from '../../src/tracking/index.ts';
import type { Returned } from '../../src/transport/index.ts';
import { changeSettings, createSecretBox, createWorkspace } from '../../src/workspace/index.ts';

/** A live side with an active series, and messages of it in whatever state a test needs. */
export interface SentWorld {
  readonly workspaceId: string;
  readonly seriesId: string;
  readonly deps: ReturnedDeps;
  /** Whom consent took mail back from, one entry per call. */
  readonly withdrawn: string[][];
  readonly newSeries: (settings?: object) => Promise<string>;
  readonly newMessage: (options?: MessageOptions) => Promise<SentMessage>;
  readonly stateOf: (id: string) => Promise<string>;
  readonly eventsOf: (id: string) => Promise<{ kind: string; detail: Record<string, unknown> }[]>;
  readonly suppressions: () => Promise<{ address: string; reason: string }[]>;
}

export interface SentMessage {
  readonly id: string;
  readonly bucket: number;
  readonly userId: string;
  readonly enrollmentId: string;
  readonly address: string;
  readonly leaseToken: string;
}

export interface MessageOptions {
  readonly state?: string;
  /** Before now. Milliseconds. */
  readonly sentAgoMs?: number;
  readonly to?: SentMessage;
  readonly seriesId?: string;
}

/** @param settings of the side, in wire form */
export async function sentWorld(db: Pool, settings: object = {}): Promise<SentWorld> {
  const box = createSecretBox(randomBytes(32));
  const now = new Date();
  const { live } = await createWorkspace({ pool: db, box }, { name: 'Tidewater', now });
  const workspaceId = live.id;
  await changeSettings(
    { pool: db, forget: () => {}, isMailbox: () => true },
    { workspaceId, body: settings, now },
  );
  const withdrawn: string[][] = [];
  const consent: ConsentDeps = {
    db,
    key: createConsentKey(randomBytes(32)),
    withdraw: async (users) => void withdrawn.push(users.map(({ userId }) => userId)),
  };
  const newSeries = async (seriesSettings: object = {}): Promise<string> => {
    const steps = [{ id: 'mail', type: 'email', subject: 'Hello', html: '<p>Hello</p>' }];
    const body = { name: 'One email', settings: seriesSettings, steps };
    const { id } = await createSeries(db, { workspaceId, body, now });
    await moveSeries(db, { workspaceId, id }, { transition: 'activate', now });
    return id;
  };
  const seriesId = await newSeries();

  async function newMessage(options: MessageOptions = {}): Promise<SentMessage> {
    const { state = 'accepted', sentAgoMs = 3_600_000, to } = options;
    const externalId = randomUUID();
    const userId = to?.userId ?? userIdOf(workspaceId, externalId);
    const bucket = bucketOf(userId);
    const address = to?.address ?? `${externalId}@example.com`;
    const uuid = randomUUID();
    const tail = ((Number.parseInt(uuid.slice(-2), 16) & 0xc0) | bucket).toString(16);
    const enrollmentId = uuid.slice(0, -2) + tail.padStart(2, '0');
    const id = messageUuidOf(enrollmentId, 1);
    const leaseToken = randomUUID();
    const automationId = options.seriesId ?? seriesId;
    const isSending = state === 'sending';
    const sentAt = isSending || state === 'in_doubt' ? null : new Date(Date.now() - sentAgoMs);
    if (to === undefined) {
      await db`
        insert into users (bucket, workspace_id, id, external_id, email, first_seen, last_seen,
                           created_at, updated_at)
        values (${bucket}, ${workspaceId}, ${userId}, ${externalId}, ${address}, ${now}, ${now},
                ${now}, ${now})`;
    }
    await db`
      insert into enrollments (bucket, id, workspace_id, user_id, automation_id, version, run, state,
                               entered_at, ended_at)
      values (${bucket}, ${enrollmentId}, ${workspaceId}, ${userId}, ${automationId}, 1,
              ${Math.floor(Math.random() * 1e9)}, 'completed', ${now}, ${now})`;
    if (isSending) {
      await db`
        insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id,
                                version, step_id, live, status, due_at, from_at, timezone, tz_version,
                                reasons, lease_token)
        values (${bucket}, ${enrollmentId}, 1, ${workspaceId}, ${automationId}, ${userId}, 1, 'mail',
                true, 'processing', ${now}, ${now}, 'UTC', 'x', '[]', ${leaseToken})`;
    }
    await db`
      insert into messages (bucket, id, workspace_id, enrollment_id, seq, automation_id, user_id,
                            user_external_id, step_id, state, transport, from_address, to_address,
                            subject, html, text, headers, message_id, scheduled_for, reasons, attempt,
                            attempted_at, lease_token, sent_at, created_at, updated_at)
      values (${bucket}, ${id}, ${workspaceId}, ${enrollmentId}, 1, ${automationId}, ${userId},
              ${externalId}, 'mail', ${state}, 'smtp', 'a@b.example', ${address}, 'Hello', '', '', '{}',
              'x', ${now}, '[]', 1, ${now}, ${isSending ? leaseToken : null}, ${sentAt},
              ${new Date(Date.now() - sentAgoMs)}, ${now})`;
    return { id, bucket, userId, enrollmentId, address, leaseToken };
  }

  return {
    workspaceId,
    seriesId,
    deps: { db, consent },
    withdrawn,
    newSeries,
    newMessage,
    stateOf: async (id) => {
      const rows = await db<{ state: string }[]>`
        select state from messages where bucket = ${bucketOf(id)} and id = ${id}`;
      return rows[0]?.state ?? 'gone';
    },
    eventsOf: (id) => db`
      select kind, detail from message_events
       where bucket = ${bucketOf(id)} and message_id = ${id} order by kind, at, id`,
    suppressions: () => db`
      select address, reason from suppressions where workspace_id = ${workspaceId} order by address`,
  };
}

let keys = 0;

/** Something that came back, with a key that no other has. */
export const told = (
  kind: Returned['kind'],
  { id }: Pick<SentMessage, 'id'>,
  more: Partial<Returned> & { class?: 'hard' | 'soft' | 'blocked' } = {},
): Returned => {
  const { class: bounceClass = 'hard', ...rest } = more;
  return {
    key: `key-${(keys += 1)}`,
    kind,
    at: new Date(Date.now() - 1_000),
    messageId: id,
    recipient: null,
    bounce:
      kind === 'bounced' ? { class: bounceClass, code: '5.1.1', diagnostic: 'no such user' } : null,
    detail: {},
    ...rest,
  };
};
