import { expect, test } from 'vitest';
import { createLog, maskAddress, type LogLevel } from './log.ts';

function logged({ level = 'debug', pretty = false }: { level?: LogLevel; pretty?: boolean } = {}) {
  const lines: string[] = [];
  const log = createLog({ level, pretty, sink: { write: (line) => lines.push(line) } });
  return { log, lines };
}

test('a line is one JSON object: level, time, fields, event', () => {
  const { log, lines } = logged();
  log.child({ worker: 'w1' }).info({ count: 3 }, 'messages sent');
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    worker: 'w1',
    count: 3,
    event: 'messages sent',
  });
  expect(lines[0]?.endsWith('}\n')).toBe(true);
});

test('lines below the level are not written', () => {
  const { log, lines } = logged({ level: 'warn' });
  log.info({}, 'unimportant');
  log.warn({}, 'important');
  expect(lines).toHaveLength(1);
});

test('an error shows its code, constraint and causes, never the data a database repeats', () => {
  const { log, lines } = logged();
  const refusal = Object.assign(new Error('duplicate key'), {
    code: '23505',
    constraint_name: 'users_email',
    detail: 'Key (email)=(ada@example.com) already exists.',
    where: 'ada@example.com',
  });
  const err = new AggregateError([refusal], 'both failed', { cause: refusal });
  log.error({ err }, 'tick failed');
  expect(lines[0]).not.toContain('ada@example.com');
  const fields = JSON.parse(lines[0] ?? '') as { err: Record<string, unknown> };
  const told = { message: 'duplicate key', code: '23505', constraint: 'users_email' };
  expect(fields.err).toMatchObject({ message: 'both failed', errors: [told], cause: told });
});

test('a circle of causes ends', () => {
  const { log, lines } = logged();
  const error = new Error('round');
  error.cause = error;
  log.error({ err: error }, 'tick failed');
  expect(lines).toHaveLength(1);
});

test('pretty lines are short, with the stack of an error below', () => {
  const { log, lines } = logged({ pretty: true });
  log.info({ port: 4400, url: 'http://localhost', words: 'a b' }, 'listening');
  // oxlint-disable-next-line no-control-regex -- colours begin with an escape
  const plain = (line = '') => line.replaceAll(/\u001b\[\d+m/g, '');
  expect(plain(lines[0])).toMatch(
    /^\d\d:\d\d:\d\d info  listening  port=4400  url=http:\/\/localhost  words="a b"\n$/,
  );
  log.error({ err: new Error('oh', { cause: new Error('deep') }) }, 'tick failed');
  expect(plain(lines[1])).toMatch(/ error tick failed\n {4}Error: oh\n(.|\n)* {4}Error: deep\n/);
});

test('a masked address keeps the first letter and the domain', () => {
  expect(maskAddress('ada@example.com')).toBe('a***@example.com');
  expect(maskAddress('a@b@example.com')).toBe('a***@example.com');
  expect(maskAddress('not an address')).toBe('***');
  expect(maskAddress('@example.com')).toBe('***');
});
