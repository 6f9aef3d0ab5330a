import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import nodemailer from 'nodemailer';
import {
  compileEmail,
  composeMessage,
  messageIdOf,
  renderEmail,
} from '../server/src/template/index.ts';
import {
  createSmtpTransport,
  parseSmtpUrl,
  type OutgoingMessage,
} from '../server/src/transport/index.ts';
import { alternate, median, perSecond, type Measure, type Row } from './measure.ts';

const SINK = join(import.meta.dirname, '../server/test/support/smtp-sink.ts');
const CONNECTIONS = 10;

const PARAGRAPH =
  '<tr><td style="padding:12px 24px;font-family:Helvetica,Arial,sans-serif;font-size:16px">' +
  'Your workspace is ready. Invite the people you work with, connect your first project and ' +
  'look around — everything you change can be changed back. Questions? Just answer this mail.' +
  '</td></tr>\n';
/** About 6 kB, as a welcome mail has; its text part is made from it. */
const HTML =
  '<!doctype html><html><body><table role="presentation" width="600">' +
  `<tr><td><h1>Welcome, {{ user.name | default: 'there' }}</h1></td></tr>\n${PARAGRAPH.repeat(18)}` +
  '<tr><td>{% if user.plan == "pro" %}Thank you for going pro.{% else %}' +
  '<a href="https://app.example.com/upgrade?u={{ user.id | url_encode }}">Upgrade</a>{% endif %}' +
  '</td></tr><tr><td>{{ workspace.name }}</td></tr></table></body></html>';

const email = compileEmail({ subject: "Welcome, {{ user.name | default: 'there' }}", html: HTML });
const date = new Date(0);

function rendered(i: number): { subject: string; html: string; text: string } {
  const result = renderEmail(email, {
    user: { id: `u${i}`, name: `Ada ${i}`, plan: i % 2 === 0 ? 'pro' : 'free' },
    traits: {},
    workspace: { name: 'Acme' },
    now: date.toISOString(),
  });
  if (result.kind === 'failed') throw new Error(result.reason);
  return result;
}

function message(i: number, parts = rendered(i)): OutgoingMessage {
  const messageId = messageIdOf('0198a1c2-0000-7000-8000-000000000000', i, 'example.com');
  const composed = composeMessage({
    from: { address: 'hello@example.com', name: 'Acme' },
    to: { address: `user${i}@example.org` },
    ...parts,
    messageId,
    date,
  });
  if (composed.kind === 'failed') throw new Error(composed.reason);
  return { id: String(i), envelope: composed.envelope, raw: composed.raw, messageId };
}

/** Rendering, composing and handing over, beside nodemailer's own pool with the same bytes. */
export const smtp: Measure = {
  name: 'smtp',
  what: 'messages through SMTP to a sink in another process',
  run: async ({ isQuick }) => {
    const [count, rounds] = isQuick ? [1_000, 1] : [5_000, 5];
    const sink = await startSink();
    try {
      const ready = Array.from({ length: count }, (_, i) => message(i));
      const timed = async (work: () => Promise<void>): Promise<number> => {
        const startedAt = performance.now();
        await work();
        return perSecond(count, performance.now() - startedAt);
      };
      const sides = {
        pool: () => timed(() => throughPool(sink.port, ready)),
        bytes: () => timed(() => throughTransport(sink.port, count, (i) => ready[i])),
        whole: () => timed(() => throughTransport(sink.port, count, message)),
      };
      // Once to warm up.
      await alternate(1, sides);
      const { pool, bytes, whole } = await alternate(rounds, sides);
      const peer = { name: "nodemailer's pool, ready bytes", values: pool };
      const row = (what: string, ours: number[]): Row => {
        const target = { kind: 'ratio', atLeast: 0.85 } as const;
        return { what, unit: '/s', ours, peer, target };
      };
      return [
        row('rendered messages through SMTP, without a database', whole),
        row('ready bytes through SMTP', bytes),
        ...inProcess(isQuick ? 2_000 : 20_000),
      ];
    } finally {
      sink.child.kill();
    }
  },
};

/** What one core makes of emails before anything is sent. */
function inProcess(count: number): Row[] {
  const parts = rendered(1);
  const row = (what: string, work: (i: number) => void): Row => {
    for (let i = 0; i < count / 4; i += 1) work(i);
    const startedAt = performance.now();
    for (let i = 0; i < count; i += 1) work(i);
    const ours = [perSecond(count, performance.now() - startedAt)];
    return { what, unit: '/s', ours, peer: null, target: null };
  };
  return [
    row('emails rendered: subject, HTML and text', rendered),
    row('messages composed', (i) => message(i, parts)),
  ];
}

async function throughPool(port: number, ready: readonly OutgoingMessage[]): Promise<void> {
  const pool = nodemailer.createTransport({
    host: '127.0.0.1',
    port,
    ignoreTLS: true,
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: Number.POSITIVE_INFINITY,
  });
  await spread(ready.length, async (i) => {
    const { envelope, raw } = ready[i]!;
    await pool.sendMail({ envelope: { from: envelope.from, to: [...envelope.to] }, raw });
  });
  pool.close();
}

async function throughTransport(
  port: number,
  count: number,
  messageAt: (i: number) => OutgoingMessage | undefined,
): Promise<void> {
  const url = parseSmtpUrl(`smtp://127.0.0.1:${port}`);
  if (url.kind === 'fault') throw new Error(url.message);
  const transport = createSmtpTransport({
    server: url.server,
    connections: CONNECTIONS,
    messagesPerConnection: Number.POSITIVE_INFINITY,
  });
  await spread(count, async (i) => {
    const handover = await transport.send(messageAt(i)!);
    if (handover.kind !== 'accepted') throw new Error(`${handover.kind}: ${handover.answer}`);
  });
  await transport.close();
}

/** Does `count` pieces of work, twice as many at a time as there are connections. */
async function spread(count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: CONNECTIONS * 2 }, lane));
}

async function startSink(): Promise<{ port: number; child: ChildProcess }> {
  const child = spawn(process.execPath, [SINK], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill());
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { port: (JSON.parse(line) as { port: number }).port, child };
}

if (import.meta.main) {
  const isQuick = process.argv.includes('--quick');
  const rows = await smtp.run({ isQuick, say: () => undefined } as never);
  for (const { what, ours, peer, unit } of rows) {
    const other = peer === null ? '' : `   ${Math.round(median(peer.values))} ${peer.name}`;
    console.log(
      `${what.padEnd(52)}${String(Math.round(median(ours))).padStart(8)} ${unit}${other}`,
    );
  }
}
