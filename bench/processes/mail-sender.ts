import nodemailer from 'nodemailer';
import type { User } from '../../server/src/audience/index.ts';
import { composeAll, trialKit } from '../../server/src/delivery/index.ts';
import { messageUuidOf, uuidv7 } from '../../server/src/platform/ids.ts';
import { createRenderer, type EmailContent } from '../../server/src/template/index.ts';
import { transportOf, type OutgoingMessage } from '../../server/src/transport/index.ts';
import { answerCalls } from '../child.ts';
import { EMAIL } from '../mail.ts';
import { FROM } from '../workspace.ts';

/** Waiting for each connection, so that none ever waits for the next message. */
const LANES_PER_CONNECTION = 2;

/** In threads, as the server renders: the main thread writes MIME and speaks SMTP meanwhile. */
const kit = trialKit(createRenderer({ threads: 1 }).render);
const content: EmailContent = EMAIL;
const now = new Date(Date.UTC(2027, 0, 1));
const workspaceId = uuidv7(now);
const automationId = uuidv7(now);
let ready: OutgoingMessage[] = [];

interface Sending {
  readonly port: number;
  readonly connections: number;
  readonly count: number;
}

answerCalls({
  /** Composes messages beforehand. */
  prepare: ({ count }: { count: number }) => {
    ready = Array.from({ length: count }, (_, i) => messageAt(i));
    return ready.reduce((bytes, { raw }) => bytes + raw.length, 0) / count;
  },

  /** nodemailer's own pool, with bytes that are ready. */
  nodemailer: async ({ port, connections, count }: Sending) => {
    const pool = nodemailer.createTransport({
      host: '127.0.0.1',
      port,
      ignoreTLS: true,
      pool: true,
      maxConnections: connections,
      maxMessages: Number.POSITIVE_INFINITY,
    });
    const ms = await timed(connections, count, async (i) => {
      const { envelope, raw } = ready[i] as OutgoingMessage;
      await pool.sendMail({ envelope: { from: envelope.from, to: [...envelope.to] }, raw });
    });
    pool.close();
    return ms;
  },

  /** Our transport without a database: each message is rendered and composed when its turn comes. */
  transport: async ({ port, connections, count }: Sending) => {
    const transport = transportOf({
      smtpUrl: `smtp://127.0.0.1:${port}`,
      smtpConnections: connections,
    });
    const ms = await timed(connections, count, async (i) => {
      const handover = await transport.send(messageAt(i));
      if (handover.kind !== 'accepted') throw new Error(`${handover.kind}: ${handover.answer}`);
    });
    await transport.close();
    return ms;
  },
});

async function timed(
  connections: number,
  count: number,
  send: (i: number) => Promise<void>,
): Promise<number> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await send(next++);
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: connections * LANES_PER_CONNECTION }, lane));
  return performance.now() - startedMs;
}

function messageAt(i: number): OutgoingMessage {
  // Only what composing reads.
  const user = {
    bucket: 0,
    id: messageUuidOf(workspaceId, i),
    workspaceId,
    externalId: `user_${i}`,
    email: `user_${i}@example.org`,
    name: `Ada user_${i}`,
    timezone: 'Europe/Berlin',
    locale: null,
    signedUpAt: null,
    traits: { plan: 'pro' },
    context: {},
    companyId: null,
    firstSeen: now,
    lastSeen: now,
    createdAt: now,
    updatedAt: now,
  } as User;
  const composed = compose({
    occurrence: { bucket: 0, workspaceId, enrollmentId: user.id, seq: 1, automationId, dueAt: now },
    step: { ...EMAIL, next: null },
    email,
    user,
    properties: {},
    sender: { workspaceName: 'Bench', from: FROM, replyTo: null },
    transport: 'smtp',
    now,
  });
  if (composed.kind !== 'composed') throw new Error(`${composed.kind}: ${composed.reason}`);
  return composed.outgoing;
}
