import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createConsentKey } from '../../server/src/consent/index.ts';
import { createImportDuty, readImport, receiveImport } from '../../server/src/data/index.ts';
import { connect, type Pool } from '../../server/src/platform/db.ts';
import { answerCalls } from '../child.ts';

const ROWS_AT_ONCE = 500;
const LOOK_MS = 50;

let db: Pool;

answerCalls({
  start: async ({ url }: { url: string }) => {
    db = connect(url, { max: 4 });
  },

  import: async ({ workspaceId, users }: { workspaceId: string; users: number }) => {
    const now = (): Date => new Date();
    const tick = createImportDuty({
      db,
      consent: { db, key: createConsentKey(randomBytes(32)), withdraw: async () => {} },
      log: { error: (data) => process.stderr.write(`${JSON.stringify(data)}\n`) },
      docsUrl: () => '',
      sideNow: async () => now(),
      replanUser: async () => 0,
      onSignalled: () => {},
    });
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), LOOK_MS);
    const options = { isDryRun: false, mayStart: false, isConfirmed: false, listId: null };
    const startedMs = performance.now();
    const id = await receiveImport(
      { db, onReceived: () => {} },
      { workspaceId, kind: 'users', format: 'csv', source: 'milepost', mapping: {}, options },
      { body: fileOf(users), now: now() },
    );
    while ((await tick()) > 0);
    const busySeconds = (await busyMs()) / 1_000;
    const seconds = (performance.now() - startedMs) / 1_000;
    clearInterval(watch);
    const { counts, bytes, state } = await readImport(db, { workspaceId, id });
    if (counts.created !== users || state !== 'done') {
      throw new Error(`${counts.created} of ${users} were created, and it is ${state}`);
    }
    return {
      seconds,
      busySeconds,
      grownMb: (most - before) / 1_048_576,
      fileMb: bytes / 1_048_576,
    };
  },
});

async function* fileOf(users: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from('user_id,email,name,timezone,locale,signed_up_at,Plan,Seats\n');
  for (let from = 0; from < users; from += ROWS_AT_ONCE) {
    let text = '';
    for (let at = from; at < Math.min(from + ROWS_AT_ONCE, users); at += 1) {
      const day = String(1 + (at % 28)).padStart(2, '0');
      text += `user-${at},person${at}@example.com,"Person, ${at}",Europe/Berlin,en-GB,2024-03-${day}T10:00:00Z,team,${at % 50}\n`;
    }
    yield Buffer.from(text);
  }
}

/** Of one of the kernel's ticks. Source: getconf CLK_TCK. */
const TICK_MS = 10;

/** Processor time of this process and of its sessions in the database: what a machine that does nothing else would need. */
async function busyMs(): Promise<number> {
  const { user, system } = process.cpuUsage();
  const sessions = await db<{ pid: number }[]>`
    select pid from pg_stat_activity where datname = current_database()
  `;
  const ticks = sessions.map(({ pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  });
  return (user + system) / 1_000 + ticks.reduce((sum, count) => sum + count, 0) * TICK_MS;
}
