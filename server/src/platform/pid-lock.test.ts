import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { noteOfHolder, takePidLock, takePidLockPatiently } from './pid-lock.ts';
import { withPidLock, type PidLock } from './pid-lock.ts';
import { identityOf } from './process-identity.ts';

let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lock-'));
  path = join(dir, 'milepost.pid');
});
afterEach(() => rmSync(dir, { recursive: true }));

function take(): PidLock {
  const lock = takePidLock(path);
  if (!lock.taken) throw new Error(`held by ${lock.pid}`);
  return lock;
}

test('whoever comes second is told who has the lock and the note it left', () => {
  const lock = take();
  const holder = { taken: false, pid: process.pid, note: '', isLeaving: false };
  expect(takePidLock(path)).toEqual(holder);
  lock.setNote('http://localhost:4400');
  expect(takePidLock(path)).toMatchObject({ taken: false, note: 'http://localhost:4400' });
  lock.release();
  take().release();
  expect(readdirSync(dir)).toEqual([]);
});

test('the note is there for as long as its process holds the lock, and means to stay', () => {
  expect(noteOfHolder(path)).toBeNull();
  const lock = take();
  expect(noteOfHolder(path)).toBeNull();
  lock.setNote('http://localhost:4400');
  expect(noteOfHolder(path)).toBe('http://localhost:4400');
  lock.setLeaving();
  expect(noteOfHolder(path)).toBeNull();
  lock.release();
  writeFileSync(path, '999999 of another boot\nhttp://localhost:1\n');
  expect(noteOfHolder(path)).toBeNull();
});

test('the lock of a process that was killed is taken over', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  writeFileSync(path, `${identityOf(child.pid ?? 0)}\n`);
  expect(takePidLock(path)).toMatchObject({ taken: false, pid: child.pid });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(take().taken).toBe(true);
});

test('a number that another process has by now, or a torn file, counts for nothing', () => {
  const [, boot] = (identityOf(process.pid) ?? '').split(' ');
  for (const stale of [`${process.pid} ${boot} 1\n`, `${process.pid} other-boot 1\n`, '', 'junk']) {
    writeFileSync(path, stale);
    const lock = take();
    expect(readFileSync(path, 'utf8')).toBe(`${identityOf(process.pid)}\n`);
    lock.release();
  }
});

test('of many that find a stale lock exactly one takes over', async () => {
  writeFileSync(path, '1 stale 1\n');
  const script = `
    import { takePidLock } from ${JSON.stringify(join(import.meta.dirname, 'pid-lock.ts'))};
    console.log(takePidLock(${JSON.stringify(path)}).taken);
    await new Promise((resolve) => process.stdin.once('end', resolve).resume());
  `;
  const children = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  const answers = await Promise.all(
    children.map(async ({ stdout }) => {
      const [chunk] = (await once(stdout, 'data')) as [Buffer];
      return chunk.toString().trim();
    }),
  );
  for (const child of children) child.stdin.end();
  expect(answers.filter((answer) => answer === 'true')).toHaveLength(1);
});

test('waiting for a lock ends with it, or with the name of the process that keeps it', async () => {
  const lock = take();
  await expect(withPidLock(path, 50, () => Promise.resolve())).rejects.toThrow(
    `Process ${process.pid} has held ${path}`,
  );
  const waiting = withPidLock(path, 5_000, () => Promise.resolve('mine'));
  lock.release();
  expect(await waiting).toBe('mine');
  await expect(withPidLock(path, 50, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  take().release();
});

test('a holder that is leaving is waited for, one that stays only for a moment', async () => {
  const lock = take();
  lock.setNote('http://localhost:4400');
  expect(await takePidLockPatiently(path)).toMatchObject({ note: 'http://localhost:4400' });

  lock.setLeaving();
  const waiting = takePidLockPatiently(path);
  setTimeout(() => lock.release(), 2_000);
  const next = await waiting;
  expect(next.taken).toBe(true);
  if (next.taken) next.release();
});
