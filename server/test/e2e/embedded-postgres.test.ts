import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect } from '../../src/platform/db.ts';
import {
  findEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/platform/embedded-postgres.ts';
import { chooseRunAs, mayEnter } from '../../src/platform/embedded-postgres/run-as.ts';
import { silentLog } from '../../src/platform/log.ts';
import { isAlive } from '../../src/platform/process-identity.ts';

/**
 * Goal: whatever became of the process that used the embedded database, the next start works, keeps
 * the data, and leaves no process behind. Method: real servers, and real processes that are killed.
 */
const CHILD = join(import.meta.dirname, '../support/embedded-postgres-child.ts');
/** An ordinary user that every Linux has. */
const NOBODY = 65_534;
/** For what takes long only on a machine that is busy with other things. */
const POLL_MS = 30_000;
const isRoot = process.getuid?.() === 0;

let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'milepost-e2e-'));
  chmodSync(dataDir, 0o755);
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  if (existsSync(join(dataDir, 'postgres/PG_VERSION'))) {
    const left = await start();
    await left.stop('immediate');
  }
  rmSync(dataDir, { recursive: true, force: true });
});

const start = (dir = dataDir): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({ dataDir: dir, log: silentLog });

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly pid: number;
  readonly adopted: boolean;
  readonly progress: string[];
}

/** The same in a process of its own. */
async function startElsewhere(identity: { uid?: number; gid?: number } = {}): Promise<Started> {
  const child = spawn(process.execPath, [CHILD, dataDir], {
    ...identity,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as [string];
  return { child, ...(JSON.parse(line) as Omit<Started, 'child'>) };
}

async function kill({ child }: Started): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function tell({ child }: Started, what: 'stop' | 'exit'): Promise<void> {
  child.stdin?.write(`${what}\n`);
  await once(child, 'exit');
}

async function write(url: string): Promise<void> {
  const db = connect(url, { max: 1 });
  await db`create table if not exists kept as select 1 as one`;
  await db.end();
}

async function read(url: string): Promise<unknown> {
  const db = connect(url, { max: 1 });
  try {
    return (await db`select one from kept`)[0];
  } finally {
    await db.end();
  }
}

test('a first start gives a durable database that only a socket leads to', async () => {
  const postgres = await start();
  const db = connect(postgres.url, { max: 1 });
  const [settings] = await db`
    select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
           current_setting('data_checksums') as checksums, current_setting('listen_addresses') as tcp,
           current_database() as database, pg_encoding_to_char(encoding) as encoding, datlocale
      from pg_database where datname = current_database()
  `;
  await db.end();
  expect(settings).toEqual({
    fsync: 'on',
    commit: 'on',
    checksums: 'on',
    tcp: '',
    database: 'milepost',
    encoding: 'UTF8',
    datlocale: 'C.UTF-8',
  });
  expect(await findEmbeddedPostgres(dataDir)).toEqual({ url: postgres.url, pid: postgres.pid });

  await postgres.stop();
  await postgres.stop();
  expect(isAlive(postgres.pid)).toBe(false);
  expect(await findEmbeddedPostgres(dataDir)).toBeNull();
  expect(readdirSync(join(dataDir, 'postgres.users'))).toEqual([]);
});

test('after kill -9 the orphan is adopted with its data, and stopped in the end', async () => {
  const killed = await startElsewhere();
  expect(killed.progress).toEqual(['creating the database']);
  await write(killed.url);
  await kill(killed);
  expect(isAlive(killed.pid)).toBe(true);

  const postgres = await start();
  expect(postgres).toMatchObject({ adopted: true, pid: killed.pid, url: killed.url });
  expect(await read(postgres.url)).toEqual({ one: 1 });
  await postgres.stop();
  expect(isAlive(killed.pid)).toBe(false);
});

test('an orphan that does not answer is stopped and a new server started', async () => {
  const killed = await startElsewhere();
  await write(killed.url);
  await kill(killed);
  process.kill(killed.pid, 'SIGSTOP');

  const postgres = await start();
  expect(postgres.adopted).toBe(false);
  expect(isAlive(killed.pid)).toBe(false);
  expect(await read(postgres.url)).toEqual({ one: 1 });
});

test('a server that was killed itself is followed by one that recovers', async () => {
  const postgres = await start();
  await write(postgres.url);
  process.kill(postgres.pid, 'SIGKILL');
  expect(await postgres.crashed).toContain(`process ${postgres.pid}`);

  const next = await start();
  expect(next).toMatchObject({ adopted: false, url: postgres.url });
  expect(await read(next.url)).toEqual({ one: 1 });
});

test('a postmaster.pid whose number another program has by now is cleared', async () => {
  const postgres = await start();
  await write(postgres.url);
  const pidFile = join(dataDir, 'postgres/postmaster.pid');
  const text = readFileSync(pidFile, 'utf8');
  await postgres.stop();

  // Of the server's own user: of anybody else's PostgreSQL itself knows that it is no server.
  const other = spawn('sleep', ['60'], isRoot ? { uid: NOBODY, gid: NOBODY } : {});
  children.push(other);
  for (const pid of [other.pid, process.pid, 4_000_000]) {
    writeFileSync(pidFile, text.replace(/^\d+/, String(pid)));
    expect(await findEmbeddedPostgres(dataDir)).toBeNull();
    const next = await start();
    expect(next.adopted).toBe(false);
    expect(await read(next.url)).toEqual({ one: 1 });
    await next.stop();
  }
  expect(isAlive(other.pid ?? 0)).toBe(true);
});

test('a first start that was killed half way leaves nothing in the way', async () => {
  const child = spawn(process.execPath, [CHILD, dataDir], { stdio: 'ignore' });
  children.push(child);
  const halfMade = (): string[] =>
    readdirSync(dataDir).filter((name) => name.startsWith('postgres.new-'));
  await expect.poll(halfMade, { interval: 5, timeout: POLL_MS }).toHaveLength(1);
  child.kill('SIGKILL');
  await once(child, 'exit');

  const postgres = await start();
  await write(postgres.url);
  expect(await read(postgres.url)).toEqual({ one: 1 });
  expect(halfMade()).toEqual([]);
});

test('processes share one server, and the last one to leave stops it', async () => {
  const both = await Promise.all([startElsewhere(), startElsewhere()]);
  expect(both.filter(({ adopted }) => adopted)).toHaveLength(1);
  const [first, second] = both[0].adopted ? both : both.toReversed();

  await tell(second!, 'stop');
  await write(first!.url);
  expect(await read(first!.url)).toEqual({ one: 1 });
  await tell(first!, 'stop');
  expect(isAlive(first!.pid)).toBe(false);
});

test('a process that ends without stopping the server has it stopped', async () => {
  const started = await startElsewhere();
  await tell(started, 'exit');
  await expect.poll(() => isAlive(started.pid), { timeout: POLL_MS }).toBe(false);
});

test('a copy of a folder in use gets a server of its own', async () => {
  await (await start()).stop();
  const copy = `${dataDir}-copy`;
  cpSync(dataDir, copy, { recursive: true });
  const postgres = await start();
  // As if it had been copied now: it names the process and the socket of the original.
  const pidFile = 'postgres/postmaster.pid';
  cpSync(join(dataDir, pidFile), join(copy, pidFile));
  try {
    if (isRoot) chownAll(join(copy, 'postgres'), NOBODY);
    expect(await findEmbeddedPostgres(copy)).toBeNull();
    const own = await start(copy);
    expect(own.adopted).toBe(false);
    expect(own.pid).not.toBe(postgres.pid);
    await own.stop('immediate');
    expect(isAlive(postgres.pid)).toBe(true);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

test('a path that is too long for a socket, or has odd characters, works', async () => {
  const odd = join(dataDir, `a, "b" 'c' é ${'x'.repeat(100)}`);
  const postgres = await start(odd);
  expect(postgres.url).not.toContain('xxxx');
  await write(postgres.url);
  await postgres.stop('immediate');
});

test('a folder with something else in it is refused and left alone', async () => {
  mkdirSync(join(dataDir, 'postgres'));
  writeFileSync(join(dataDir, 'postgres/notes.txt'), 'mine');
  await expect(start()).rejects.toThrow('is not empty and holds no database');
  expect(readFileSync(join(dataDir, 'postgres/notes.txt'), 'utf8')).toBe('mine');
  rmSync(join(dataDir, 'postgres'), { recursive: true });
});

test.runIf(isRoot)('root runs it where nobody else may enter', async () => {
  chmodSync(dataDir, 0o700);
  const postgres = await start();
  expect(readFileSync(`/proc/${postgres.pid}/status`, 'utf8')).toMatch(/^Uid:\t65534\t65534/m);
  await write(postgres.url);
  expect(await read(postgres.url)).toEqual({ one: 1 });
});

test.runIf(isRoot)(
  'where nobody else may enter, access(2) grants what the kernel does',
  async () => {
    const closed = join(dataDir, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    writeFileSync(join(closed, 'file'), 'text');
    const runAs = chooseRunAs(join(dataDir, 'postgres'), [closed]);
    // initdb asks by access(2) whether it may run postgres; Node asks in the same way.
    const code = `fs.accessSync(${JSON.stringify(join(closed, 'file'))}); console.log(process.getuid())`;
    const child = runAs.spawn(process.execPath, ['-e', code], 'pipe');
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [status] = await once(child, 'close');
    expect({ status, said }).toEqual({ status: 0, said: `${NOBODY}\n` });
  },
);

const sourcesAreOpen =
  mayEnter(CHILD, NOBODY, NOBODY) && mayEnter(process.execPath, NOBODY, NOBODY);

test.runIf(isRoot && sourcesAreOpen)('an ordinary user and root may use it in turn', async () => {
  chownSync(dataDir, NOBODY, NOBODY);
  const ordinary = { uid: NOBODY, gid: NOBODY };
  const first = await startElsewhere(ordinary);
  await write(first.url);
  await tell(first, 'stop');

  const second = await startElsewhere();
  expect(await read(second.url)).toEqual({ one: 1 });
  await tell(second, 'stop');

  const third = await startElsewhere(ordinary);
  expect(third.adopted).toBe(false);
  await tell(third, 'stop');
});

test.runIf(isRoot && sourcesAreOpen)('a folder of somebody else is refused clearly', async () => {
  const child = spawn(process.execPath, [CHILD, dataDir], { uid: NOBODY, gid: NOBODY });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await once(child, 'close');
  expect(said).toContain('Start as the user it belongs to, or choose another with --data-dir.');
});

/** A copy made by root belongs to root; the cluster must belong to whoever runs it. */
function chownAll(path: string, uid: number): void {
  chownSync(path, uid, uid);
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    chownSync(join(path, name), uid, uid);
  }
}
