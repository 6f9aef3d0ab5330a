import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, type Child } from '../child.ts';
import type { Database } from '../cluster.ts';
import { MAIL_SERIES, SMTP_CONNECTIONS } from '../mail.ts';
import { alternate, perSecond, type Measure } from '../measure.ts';
import { createSide, insertUsers, makeDue } from '../workspace.ts';

const POLL_MS = 5;
const WAIT_MS_MAX = 120_000;
const PEER = "nodemailer's pool, ready bytes";

/** A worker that mails what is due, against nodemailer's pool that only has to send. */
export const mail: Measure = {
  name: 'mail',
  what: 'mails per second through SMTP to a local sink',
  run: async ({ cluster, isQuick, say }) => {
    const rounds = isQuick ? 2 : 5;
    const count = isQuick ? 2_000 : 6_000;
    const database = await cluster.create('bench_mail');
    const side = await createSide(database, MAIL_SERIES);
    await insertUsers(database.db, { workspaceId: side.workspaceId, prefix: 'user', count });
    await database.settle('users');

    const [sink, sender, worker] = [
      startChild('mail-sink.ts'),
      startChild('mail-sender.ts'),
      startChild('worker.ts'),
    ];
    const port = await sink.call<number>('start');
    const bytes = await sender.call<number>('prepare', { count });
    await worker.call('prepare', { url: database.url });
    const sending = { port, connections: SMTP_CONNECTIONS, count };
    const runs = {
      worker: async () => {
        await makeDue(database.db, side, 'e1');
        await database.settle('recipients', 'enrollments');
        return perSecond(count, await work(worker, { sink, port, database, count }));
      },
      nodemailer: async () => perSecond(count, await sender.call<number>('nodemailer', sending)),
      transport: async () => perSecond(count, await sender.call<number>('transport', sending)),
    };
    say('warming up');
    for (const run of Object.values(runs)) await run();
    say('measuring');
    const figures = await alternate(rounds, runs);
    await Promise.all([sink, sender, worker].map((child) => child.stop()));
    await database.drop();
    const peer = { name: PEER, values: figures.nodemailer };
    return [
      {
        what: 'mails through SMTP: claim, render, commit, send, settle',
        unit: '/s',
        ours: figures.worker,
        peer,
        target: { kind: 'ratio', atLeast: 0.85 },
        note:
          `${SMTP_CONNECTIONS} connections each, ${(bytes / 1_000).toFixed(1)} kB a mail; the worker commits ` +
          'before each handover and after it, nodemailer writes nothing down',
      },
      {
        what: 'the same without the database: render, send',
        unit: '/s',
        ours: figures.transport,
        peer,
        target: { kind: 'ratio', atLeast: 0.85 },
      },
    ];
  },
};

/** Milliseconds from the worker's start until everything due has been mailed and settled. */
async function work(
  worker: Child,
  { sink, port, database, count }: { sink: Child; port: number; database: Database; count: number },
): Promise<number> {
  const before = await sink.call<number>('count');
  const startedMs = performance.now();
  await worker.call('start', { smtpPort: port, connections: SMTP_CONNECTIONS });
  await untilMailed(sink, before + count);
  await untilSettled(database);
  const ms = performance.now() - startedMs;
  await worker.call('stop');
  const [row] = await database.db<{ passed: number; unaccounted: number }[]>`
    select passed, unaccounted from ledger
  `;
  if (row?.passed !== count || row.unaccounted !== 0) {
    throw new Error(`the ledger is not exact: ${JSON.stringify(row)}`);
  }
  return ms;
}

/** Waits until the sink has accepted so many messages. */
export async function untilMailed(sink: Child, count: number): Promise<void> {
  const startedMs = performance.now();
  while ((await sink.call<number>('count')) < count) {
    if (performance.now() - startedMs > WAIT_MS_MAX) throw new Error('the mails do not come');
    await sleep(POLL_MS);
  }
}

/** Waits until no message is in a worker's hands. */
export async function untilSettled({ db }: Database): Promise<void> {
  const startedMs = performance.now();
  for (;;) {
    const held = await db`select from recipients where status = 'processing' limit 1`;
    if (held.length === 0) return;
    if (performance.now() - startedMs > WAIT_MS_MAX) throw new Error('the mails are not settled');
    await sleep(POLL_MS);
  }
}
