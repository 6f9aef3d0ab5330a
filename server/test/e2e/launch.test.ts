import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';

/**
 * Goal: a script in front of the server (npm start) is not noticed: signals reach the server once,
 * its status is carried over, and neither outlives the other. Method: the real script code in front
 * of a small program that stops as the server does.
 */
const SCRIPTS = join(import.meta.dirname, '../../../scripts/lib');
const PROGRAM = join(import.meta.dirname, '../support/stoppable.ts');
/** Longer than it takes the script to find out that nobody acknowledged a signal. */
const WORK_MS = 1_200;

/** Less apart, two signals are one press. */
const TWO_PRESSES_MS = 150;

const groups: number[] = [];

afterEach(() => {
  for (const group of groups.splice(0)) kill(-group, 'SIGKILL');
});

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

/** The script in a group of its own, as a shell starts it, with the program behind it. */
async function launch(workMs: number) {
  const code = `
    import { runInstead } from ${JSON.stringify(join(SCRIPTS, 'run.mjs'))};
    const args = [${JSON.stringify(PROGRAM)}, '${workMs}'];
    process.exit(await runInstead(process.execPath, args, { acknowledges: true }));
  `;
  const script = spawn(process.execPath, ['--input-type=module', '-e', code], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = script.pid ?? 0;
  groups.push(pid);
  const said: string[] = [];
  const lines = createInterface({ input: script.stdout });
  lines.on('line', (line) => said.push(line));
  const ended = once(script, 'exit').then(([status]) => status as number | null);
  const closed = once(lines, 'close');
  await once(lines, 'line');
  return { pid, said, ended, closed };
}

test('Ctrl-C, which reaches script and program alike, counts once', async () => {
  const { pid, said, ended } = await launch(WORK_MS);
  kill(-pid, 'SIGINT');
  // npm passes it on to the script once more.
  kill(pid, 'SIGINT');
  expect(await ended).toBe(0);
  expect(said).toEqual(['ready', 'stopping SIGINT', 'stopped']);
});

test('a signal to the script alone is passed on', async () => {
  const { pid, said, ended } = await launch(WORK_MS);
  kill(pid, 'SIGTERM');
  expect(await ended).toBe(0);
  expect(said).toEqual(['ready', 'stopping SIGTERM', 'stopped']);
});

test('a second Ctrl-C ends both at once, and the status is the program’s', async () => {
  const { pid, said, ended } = await launch(60_000);
  kill(-pid, 'SIGINT');
  await expect.poll(() => said, { timeout: 30_000 }).toContain('stopping SIGINT');
  await sleep(TWO_PRESSES_MS);
  kill(-pid, 'SIGINT');
  expect(await ended).toBe(130);
});

test('the program stops in order when the script is killed', async () => {
  const { pid, said, closed } = await launch(10);
  kill(pid, 'SIGKILL');
  await closed;
  expect(said).toEqual(['ready', 'stopping SIGTERM', 'stopped']);
});

test('packages count as installed when each that this system needs has its version', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'install-'));
  mkdirSync(join(dir, 'node_modules'));
  const lock = {
    '': { version: '1.0.0' },
    server: { version: '1.0.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/windows-only': { version: '1.0.0', optional: true, os: ['win32'] },
    'node_modules/for-wasm': { version: '1.0.0', optional: true },
    [`node_modules/${process.platform}-only`]: {
      version: '1.0.0',
      optional: true,
      os: [process.platform],
      cpu: [process.arch],
    },
  };
  const here = { version: '1.0.0' };
  const native = `node_modules/${process.platform}-only`;
  const write = (path: string, packages: object): void =>
    writeFileSync(join(dir, path), JSON.stringify({ packages }));
  write('package-lock.json', lock);
  try {
    expect(await isInstalled(dir)).toBe(false);
    write('node_modules/.package-lock.json', { 'node_modules/a': here, [native]: here });
    expect(await isInstalled(dir)).toBe(true);
    write('node_modules/.package-lock.json', { 'node_modules/a': here });
    expect(await isInstalled(dir)).toBe(false);
    const older = { version: '0.9.0' };
    write('node_modules/.package-lock.json', { 'node_modules/a': older, [native]: here });
    expect(await isInstalled(dir)).toBe(false);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

async function isInstalled(dir: string): Promise<boolean> {
  const path = join(SCRIPTS, 'install.mjs');
  const scripts = (await import(path)) as { isInstalled: (dir: string) => boolean };
  return scripts.isInstalled(dir);
}
