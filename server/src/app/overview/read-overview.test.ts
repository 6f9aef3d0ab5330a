import { expect, test } from 'vitest';
import { transportsOf } from './read-overview.ts';

const row = (kind: string, isEnabled = true) => ({ id: kind, kind, name: kind, isEnabled });
const fared = (kind: string, count: number, putOff: number) => ({
  kind,
  count,
  putOff,
  inDoubt: 0,
  lastAt: new Date(0),
  lastAnswer: putOff > 0 ? '421 later' : null,
});
const statesOf = (...args: Parameters<typeof transportsOf>) =>
  transportsOf(...args).map(({ kind, state }) => [kind, state]);

test('a transport fails when most of what went by it was put off', () => {
  const rows = [row('smtp'), row('ses'), row('mailgun'), row('resend', false)];
  const recent = [fared('smtp', 10, 6), fared('ses', 10, 5)];
  expect(statesOf({ side: 'live', ownTransport: null, rows, recent })).toEqual([
    ['smtp', 'failing'],
    ['ses', 'working'],
    ['mailgun', 'idle'],
    ['resend', 'off'],
  ]);
});

test('a side without transports sends by that of the installation, and a test side by none', () => {
  const none = { rows: [], recent: [] };
  expect(statesOf({ side: 'live', ownTransport: 'smtp', ...none })).toEqual([['smtp', 'idle']]);
  expect(statesOf({ side: 'live', ownTransport: null, ...none })).toEqual([['capture', 'idle']]);
  expect(statesOf({ side: 'test', ownTransport: 'smtp', ...none })).toEqual([]);
});
