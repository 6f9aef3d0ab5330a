import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';

const PROGRAM = join(import.meta.dirname, '../../test/support/stoppable.ts');
/** Less apart, two signals are one press. */
const TWO_PRESSES_MS = 150;
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that waits for a signal, and what it has said so far. */
async function program({ workMs = 0, graceMs = 10_000 } = {}) {
  const child = fork(PROGRAM, [String(workMs), String(graceMs)], { silent: true });
  children.push(child);
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout! });
  lines.on('line', (line) => said.push(line));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  await once(lines, 'line');
  return { child, said, ended };
}

test('the first signal lets work finish, and the process ends by itself', async () => {
  const { child, said, ended } = await program({ workMs: 50 });
  const acknowledged = once(child, 'message');
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(said).toEqual(['ready', 'stopping SIGINT', 'stopped']);
  expect((await acknowledged)[0]).toEqual({ stopping: 'SIGINT' });
});

test('a second signal ends the process at once, unless it came with the first', async () => {
  const { child, said, ended } = await program({ workMs: 60_000 });
  child.kill('SIGTERM');
  await once(child, 'message');
  child.kill('SIGINT');
  await once(child, 'message');
  await sleep(TWO_PRESSES_MS);
  expect(child.exitCode).toBeNull();
  child.kill('SIGINT');
  expect(await ended).toBe(128 + 2);
  expect(said).toEqual(['ready', 'stopping SIGTERM']);
});

test('work that takes longer than the grace is cut off', async () => {
  const { child, ended } = await program({ workMs: 60_000, graceMs: 50 });
  child.kill('SIGTERM');
  expect(await ended).toBe(128 + 15);
});

test('the process stops in order when the script that started it is gone', async () => {
  const { child, said, ended } = await program({ workMs: 10 });
  child.disconnect();
  expect(await ended).toBe(0);
  expect(said).toEqual(['ready', 'stopping SIGTERM', 'stopped']);
});
