import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { dataFolder, milepost, startMilepost, type Started } from '../support/command.ts';

/** Goal: what a person types works, and what goes wrong is told in words. Method: real processes. */
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

function folder(): string {
  const { dir, remove } = dataFolder();
  cleanUps.push(remove);
  return dir;
}

async function started(dir: string): Promise<Started> {
  const server = await startMilepost(['--port', '0', '--data-dir', dir]);
  cleanUps.push(() =>
    server.child.exitCode === null && server.child.signalCode === null
      ? server.end('SIGTERM')
      : null,
  );
  return server;
}

const CASES = readFileSync(join(import.meta.dirname, '../schedule/cases.jsonl'), 'utf8')
  .trim()
  .split('\n');
/** Later zone data than the cases were answered with: Morocco has kept UTC since then. */
const MOROCCO_SINCE = '2026-09-20';

test('schedule answers every published case to the millisecond, with reasons', async () => {
  const { status, out } = await milepost(['schedule'], { input: CASES.join('\n') });
  expect(status).toBe(0);
  const answers = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(answers).toHaveLength(CASES.length);
  const others: string[] = [];
  for (const [index, line] of CASES.entries()) {
    const expected = JSON.parse(line).scheduled_for;
    const { scheduled_for: found, timezone, reasons } = answers[index];
    expect(reasons.length).toBeGreaterThan(0);
    if (found === expected) continue;
    // The only excuse for another answer.
    expect({ line, timezone, isLater: expected >= MOROCCO_SINCE }).toEqual({
      line,
      timezone: 'Africa/Casablanca',
      isLater: true,
    });
    others.push(line);
  }
  expect(others.length).toBeLessThanOrEqual(10);
});

test('schedule names the line and the field of what is no case, and goes on', async () => {
  const bad = '{"at":"yesterday","delay":{"amount":1,"unit":"moons"}}';
  const { status, out, err } = await milepost(['schedule'], {
    input: `${bad}\n${CASES[0]}\nnot json\n`,
  });
  const [first, second, third] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(first).toMatchObject({ line: 1, error: expect.stringMatching(/at: .*delay\/unit: /) });
  expect(second.scheduled_for).toBe(JSON.parse(CASES[0] ?? '').scheduled_for);
  expect(third).toMatchObject({ line: 3 });
  expect(status).toBe(1);
  expect(err).toContain('2 of 3 lines are not cases');
});

test('all faults of the configuration are told at once, and the status is 78', async () => {
  const { status, err } = await milepost(['serve'], {
    env: { MILEPOST_PORT: 'high', DATABASE_URL: 'mysql://x', MILEPOST_SMTP_URL: 'ftp://y' },
  });
  expect(status).toBe(78);
  for (const name of [
    'MILEPOST_PORT',
    'DATABASE_URL',
    'MILEPOST_ENCRYPTION_KEY',
    'MILEPOST_SMTP_URL',
    'MILEPOST_FROM',
  ]) {
    expect(err).toContain(name);
  }
  expect(err).not.toContain('    at ');
});

test('the first start prints two commands that work as they stand, and stops in order', async () => {
  const server = await started(folder());
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  const commands = server.banner
    .split(/\n(?=curl )/)
    .slice(1)
    .map((text) => text.split('\n\n')[0] ?? '');
  expect(commands).toHaveLength(2);
  const answers = [];
  for (const command of commands) {
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      command.replace('curl ', 'curl -s '),
    ]);
    answers.push(JSON.parse(stdout));
  }
  expect(answers).toEqual([
    { success: true, created: true },
    { success: true, enrolled: true, scheduled_for: expect.stringMatching(/Z$/) },
  ]);
  const { ms, status } = await server.end('SIGINT');
  expect(status).toBe(0);
  expect(ms).toBeLessThan(10_000);
}, 300_000);

test('a second start on the same data is refused in one line; a later one finds everything', async () => {
  const dir = folder();
  const first = await started(dir);
  const second = await milepost(['start', '--port', '0', '--data-dir', dir]);
  expect(second.status).toBe(1);
  expect(second.err.trim().split('\n')).toHaveLength(1);
  expect(second.err).toContain(`runs already at ${first.url}`);
  const key = /mp_wk_test_\w+/.exec(first.banner)?.[0];
  await first.end('SIGTERM');
  const again = await started(dir);
  expect(again.banner).toContain(key);
  expect(again.banner).not.toMatch(/mp_sk_/);
}, 40_000);

test('after kill -9 the next start recovers by itself', async () => {
  const dir = folder();
  const first = await started(dir);
  await first.end('SIGKILL');
  const second = await started(dir);
  expect((await fetch(`${second.url}/readyz`)).status).toBe(200);
  await second.end('SIGTERM');
}, 40_000);

test('a taken port is told in one line, before anything is started', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => other.close());
  const { port } = other.address() as AddressInfo;
  const dir = folder();
  const { status, err } = await milepost(['start', '--port', String(port), '--data-dir', dir]);
  expect(status).toBe(1);
  expect(err.trim()).toBe(
    `Port ${port} is taken by another program. Stop it, or choose another: --port ${port + 1}.`,
  );
});

test('workspaces and keys are made, listed, rotated and revoked from the command line', async () => {
  const dir = folder();
  const run = async (...args: string[]) => {
    const { status, out, err } = await milepost([...args, '--json', '--data-dir', dir]);
    expect(err).toBe('');
    expect(status).toBe(0);
    return JSON.parse(out);
  };
  const made = await run('workspace', 'create', '--name', 'Acme');
  expect(made).toEqual({
    workspace: { name: 'Acme' },
    live: sideWith('live'),
    test: sideWith('test'),
  });
  const { workspaces } = await run('workspace', 'list');
  expect(workspaces.map(({ id }: { id: string }) => id).toSorted()).toEqual(
    [made.live.id, made.test.id].toSorted(),
  );
  const { keys } = await run('keys', 'list', '--workspace', made.test.id);
  expect(keys.map(({ kind }: { kind: string }) => kind).toSorted()).toEqual([
    'identity',
    'secret',
    'widget',
  ]);
  const old = keys.find(({ kind }: { kind: string }) => kind === 'secret');
  const { key } = await run('keys', 'rotate', old.id);
  expect(key).toMatchObject({ kind: 'secret', key: expect.stringMatching(/^mp_sk_test_\w{40}$/) });
  const revoked = await run('keys', 'revoke', old.id);
  expect(revoked.key).toMatchObject({ id: old.id, revoked_at: expect.stringMatching(/Z$/) });
  const findings = await run('doctor');
  expect(findings.well).toBe(true);
  expect(findings.findings.map(({ check }: { check: string }) => check)).toEqual([
    'runtime',
    'database',
    'durability',
    'migrations',
    'schema',
    'clock',
    'time zones',
    'worker',
    'email',
  ]);
}, 300_000);

const sideWith = (side: string) => ({
  id: expect.stringMatching(/^[\da-f-]{36}$/),
  widget_key: expect.stringMatching(new RegExp(`^mp_wk_${side}_\\w{40}$`)),
  secret_key: expect.stringMatching(new RegExp(`^mp_sk_${side}_\\w{40}$`)),
  identity_secret: expect.stringMatching(new RegExp(`^mp_is_${side}_\\w{40}$`)),
});

test('doctor says what is wrong and what to do, and ends with status 1', async () => {
  const { status, out } = await milepost(['doctor', '--json'], {
    env: {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nowhere',
      MILEPOST_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
      MILEPOST_SMTP_URL: 'smtp://127.0.0.1:1',
      MILEPOST_FROM: 'a@example.com',
    },
  });
  const { well, findings } = JSON.parse(out);
  expect(status).toBe(1);
  expect(well).toBe(false);
  const faults = findings.filter((finding: { status: string }) => finding.status === 'fault');
  expect(faults.map(({ check }: { check: string }) => check)).toEqual(['database', 'email']);
  for (const { advice } of faults) expect(advice).not.toBe('');
}, 300_000);

test('every command explains itself', async () => {
  for (const command of [
    'start',
    'serve',
    'work',
    'migrate',
    'workspace',
    'keys',
    'schedule',
    'doctor',
  ]) {
    const { status, out } = await milepost([command, '--help']);
    expect(status).toBe(0);
    expect(out).toContain(`milepost ${command}`);
  }
}, 300_000);
