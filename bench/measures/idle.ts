import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENCRYPTION_KEY } from '../cluster.ts';
import type { Measure } from '../measure.ts';

const MAIN = join(import.meta.dirname, '../../server/src/app/main.ts');
const READY_MS = 30_000;
/** Until what a start does is over. */
const CALM_MS = 5_000;
const STATEMENT = /LOG: {2}(?:statement|execute [^:]*): (.*)/g;
const KB = 1_024;

/** What an installation costs that has nothing to do: API, worker and inbox in one process. */
export const idle: Measure = {
  name: 'idle',
  what: 'memory and queries of a server that has nothing to do',
  run: async ({ cluster, isQuick, say }) => {
    const forMs = isQuick ? 10_000 : 20_000;
    const database = await cluster.create('bench_idle');
    await database.db.unsafe("alter database bench_idle set log_statement = 'all'");
    // Its own statements would be counted too.
    await database.db.end();
    const server = spawn(process.execPath, [MAIN, 'start', '--port', '0'], {
      env: { ...process.env, DATABASE_URL: database.url, MILEPOST_ENCRYPTION_KEY: ENCRYPTION_KEY },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.once('exit', () => server.kill());
    const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
    try {
      await ready(server.stdout);
      await sleep(CALM_MS);
      say('counting');
      const log = join(cluster.dataDir, 'postgres.log');
      const before = readFileSync(log).length;
      await sleep(forMs);
      const statements = [...readFileSync(log).subarray(before).toString().matchAll(STATEMENT)];
      const queries = statements.filter(
        ([, text = '']) => !/^\s*(begin|commit)/i.test(text),
      ).length;
      const residentMb = residentBytesOf(server.pid ?? 0) / KB / KB;
      return [
        {
          what: 'idle: resident memory of the server process',
          unit: 'MB',
          ours: [residentMb],
          peer: null,
          target: { kind: 'at most', value: 200 },
        },
        {
          what: 'idle: queries, API and worker together',
          unit: '/s',
          ours: [(queries / forMs) * 1_000],
          peer: null,
          target: { kind: 'at most', value: 5 },
          note: `idle: with begin and commit ${((statements.length / forMs) * 1_000).toFixed(1)} statements/s`,
        },
      ];
    } finally {
      server.kill('SIGTERM');
      await ended;
    }
  },
};

/** Resolves when the server has said where it listens. */
async function ready(output: NodeJS.ReadableStream): Promise<void> {
  const heard = Promise.withResolvers<void>();
  let text = '';
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (text.includes('http://')) heard.resolve();
  });
  output.once('end', () => heard.reject(new Error(`the server ended: ${text}`)));
  const late = setTimeout(() => heard.reject(new Error('the server does not get ready')), READY_MS);
  await heard.promise;
  clearTimeout(late);
}

/** Linux only, like the embedded database's package. */
function residentBytesOf(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb) * KB;
}
