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

/** As the server prepares them: so many at a time, and so many times that ahead of what has left. */
const BATCH = 16;
const AHEAD = 4;

/** In threads, as the server renders: the main thread writes MIME and speaks SMTP meanwhile. */
const kit = trialKit(createRenderer({ threads: 1 }).render);
const content: EmailContent = EMAIL;
const now = new Date(Date.UTC(2027, 0, 1));
const workspaceId = uuidv7(now);
const automationId = uuidv7(now);
let ready: OutgoingMessage[] = [];

type Composing = Parameters<typeof composeAll>[1][number];

interface Sending {
  readonly port: number;
  readonly connections: number;
  readonly count: number;
}

answerCalls({
  /** Composes messages beforehand. */
  prepare: async ({ count }: { count: number }) => {
    const messageAt = composedAhead(count);
    ready = [];
    for (let i = 0; i < count; i += 1) ready.push(await messageAt(i));
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

  /** Our transport without a database: messages are composed a little ahead of their turn. */
  transport: async ({ port, connections, count }: Sending) => {
    const transport = transportOf({
      smtpUrl: `smtp://127.0.0.1:${port}`,
      smtpConnections: connections,
    });
    const messageAt = composedAhead(count);
    const ms = await timed(connections, count, async (i) => {
      const handover = await transport.send(await messageAt(i));
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

/** Messages `0` … `count - 1`, asked for in that order: each batch is composed a few before its turn. */
function composedAhead(count: number): (i: number) => Promise<OutgoingMessage> {
  const batches = new Map<number, Promise<OutgoingMessage[]>>();
  const batchMax = Math.ceil(count / BATCH);
  let next = 0;
  return async (i) => {
    const place = Math.floor(i / BATCH);
    for (; next < batchMax && next <= place + AHEAD; next += 1) {
      const from = next * BATCH;
      batches.set(next, composeSome(from, Math.min(BATCH, count - from)));
      batches.delete(next - 2 * AHEAD);
    }
    const message = (await batches.get(place))?.[i % BATCH];
    if (message === undefined) throw new Error(`message ${i} was not composed`);
    return message;
  };
}

async function composeSome(from: number, count: number): Promise<OutgoingMessage[]> {
  const items = Array.from({ length: count }, (_, i) => composingAt(from + i));
  const composed = await composeAll(kit, items);
  return composed.map((one) => {
    if (one.kind !== 'composed') throw new Error(`${one.kind}: ${one.reason}`);
    return one.outgoing;
  });
}

function composingAt(i: number): Composing {
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
  return {
    occurrence: {
      bucket: 0,
      workspaceId,
      enrollmentId: user.id,
      seq: 1,
      automationId,
      dueAt: now,
      enteredAt: now,
    },
    step: { ...EMAIL, next: null },
    content,
    user,
    company: null,
    variant: null,
    properties: {},
    sender: { workspaceName: 'Bench', from: FROM, replyTo: null },
    transport: 'smtp',
    now,
  };
}
