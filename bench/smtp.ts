import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import nodemailer from 'nodemailer';
import {
  compileEmail,
  composeMessage,
  messageIdOf,
  renderEmail,
} from '../server/src/template/index.ts';
import { createSmtpTransport, parseSmtpUrl } from '../server/src/transport/index.ts';

/** Messages per second through SMTP to a sink in another process, each way in turn. */
export interface SmtpRow {
  readonly measure: string;
  readonly perSecond: number;
}

const SINK = new URL('../server/test/support/smtp-sink.ts', import.meta.url).pathname;
const PARAGRAPH =
  '<tr><td style="padding:12px 24px;font-family:Helvetica,Arial,sans-serif;font-size:16px">' +
  'Your workspace is ready. Invite the people you work with, connect your first project and ' +
  'look around — everything you change can be changed back. Questions? Just answer this mail.' +
  '</td></tr>\n';
const HTML =
  '<!doctype html><html><body><table role="presentation" width="600">' +
  `<tr><td><h1>Welcome, {{ user.name | default: 'there' }}</h1></td></tr>\n${PARAGRAPH.repeat(18)}` +
  '<tr><td>{% if user.plan == "pro" %}Thank you for going pro.{% else %}' +
  '<a href="https://app.example.com/upgrade?u={{ user.id | url_encode }}">Upgrade</a>{% endif %}' +
  '</td></tr><tr><td>{{ workspace.name }}</td></tr></table></body></html>';

const email = compileEmail({ subject: "Welcome, {{ user.name | default: 'there' }}", html: HTML });
const date = new Date(0);

function message(i: number) {
  const facts = {
    user: { id: `u${i}`, name: `Ada ${i}`, plan: i % 2 === 0 ? 'pro' : 'free' },
    traits: {},
    workspace: { name: 'Acme' },
    now: date.toISOString(),
  };
  const rendered = renderEmail(email, facts);
  if (rendered.kind === 'failed') throw new Error(rendered.reason);
  const messageId = messageIdOf('0198a1c2-0000-7000-8000-000000000000', i, 'example.com');
  const composed = composeMessage({
    from: { address: 'hello@example.com', name: 'Acme' },
    to: { address: `user${i}@example.org` },
    subject: rendered.subject,
    html: rendered.html,
    text: rendered.text,
    messageId,
    date,
  });
  if (composed.kind === 'failed') throw new Error(composed.reason);
  return { id: String(i), envelope: composed.envelope, raw: composed.raw, messageId };
}

/**
 * Measures three ways of handing over the same messages, over the same number of connections.
 *
 * @param rounds each way is measured this often, in turn; the median counts
 */
export async function measureSmtp({ messages = 5_000, connections = 10, rounds = 3 } = {}): Promise<
  SmtpRow[]
> {
  const port = await startSink();
  const ready = Array.from({ length: messages }, (_, i) => message(i));
  const ways: [string, () => Promise<void>][] = [
    ["nodemailer's own pool, ready bytes", () => throughPool(port, connections, ready)],
    ['smtp transport, ready bytes', () => throughTransport(port, connections, messages, (i) => ready[i])],
    [
      'smtp transport, rendered and composed',
      () => throughTransport(port, connections, messages, message),
    ],
  ];
  const samples = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const [measure, run] of ways) {
      const startedAt = performance.now();
      await run();
      const perSecond = (messages / (performance.now() - startedAt)) * 1_000;
      // The first round warms up.
      if (round > 0) samples.set(measure, [...(samples.get(measure) ?? []), perSecond]);
    }
  }
  return ways.map(([measure]) => ({
    measure,
    perSecond: Math.round(median(samples.get(measure) ?? [])),
  }));
}

type Ready = ReturnType<typeof message>;

async function throughPool(port: number, connections: number, ready: Ready[]): Promise<void> {
  const pool = nodemailer.createTransport({
    host: '127.0.0.1',
    port,
    ignoreTLS: true,
    pool: true,
    maxConnections: connections,
    maxMessages: Number.POSITIVE_INFINITY,
  });
  await spread(connections, ready.length, async (i) => {
    const { envelope, raw } = ready[i] as Ready;
    await pool.sendMail({ envelope: { from: envelope.from, to: [...envelope.to] }, raw });
  });
  pool.close();
}

async function throughTransport(
  port: number,
  connections: number,
  count: number,
  messageAt: (i: number) => Ready | undefined,
): Promise<void> {
  const url = parseSmtpUrl(`smtp://127.0.0.1:${port}`);
  if (url.kind === 'fault') throw new Error(url.message);
  const transport = createSmtpTransport({ server: url.server, connections });
  await spread(connections, count, async (i) => {
    const handover = await transport.send(messageAt(i) as Ready);
    if (handover.kind !== 'accepted') throw new Error(`${handover.kind}: ${handover.answer}`);
  });
  await transport.close();
}

/** Runs `count` pieces of work, twice as many at a time as there are connections. */
async function spread(
  connections: number,
  count: number,
  work: (i: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: connections * 2 }, lane));
}

async function startSink(): Promise<number> {
  const child = spawn(process.execPath, [SINK], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill());
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  child.unref();
  child.stdout.destroy();
  return (JSON.parse(line) as { port: number }).port;
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

if (import.meta.main) {
  const started = performance.now();
  for (let i = 0; i < 2_000; i += 1) message(i);
  const perSecond = Math.round((2_000 / (performance.now() - started)) * 1_000);
  const rows = [{ measure: 'rendered and composed, not sent', perSecond }, ...(await measureSmtp())];
  for (const { measure, perSecond: rate } of rows) {
    process.stdout.write(`${measure.padEnd(44)}${String(rate).padStart(8)} /s\n`);
  }
  process.exit(0);
}
