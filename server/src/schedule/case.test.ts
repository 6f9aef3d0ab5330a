import { expect, test } from 'vitest';
import { answerCase } from './case.ts';

const line = {
  at: '2026-11-20T09:00:00Z',
  delay: { amount: 1, unit: 'business_days' },
  timezone: 'asia/calcutta',
  settings: {
    timezone: 'Europe/Berlin',
    use_user_timezone: true,
    send_window: { start: '09:00', end: '17:00' },
    business_days_only: true,
  },
};

/** The paths of the faults of a changed line. */
function faultsIn(change: Record<string, unknown>): string[] {
  const answer = answerCase({ ...line, ...change });
  return 'faults' in answer ? answer.faults.map(({ path }) => path) : [];
}

test('a case is answered with the time, the zone and the reasons', () => {
  expect(answerCase(JSON.stringify(line))).toEqual({
    scheduled_for: '2026-11-23T09:00:00.000Z',
    timezone: 'Asia/Calcutta',
    reasons: [
      { rule: 'zone', input: "user's timezone 'asia/calcutta'", outcome: 'Asia/Calcutta' },
      {
        rule: 'delay',
        input: '1 business day after Fri 2026-11-20 14:30',
        outcome: 'Mon 2026-11-23 14:30',
      },
      { rule: 'window', input: '09:00–17:00, Mon–Fri', outcome: 'open; no change' },
    ],
  });
});

test('what is left out has its default, and other fields are ignored', () => {
  expect(
    answerCase({ at: '2026-11-20T10:00:00.1239+01:00', scheduled_for: 1, note: {} }),
  ).toMatchObject({
    scheduled_for: '2026-11-20T09:00:00.123Z',
    timezone: 'UTC',
  });
});

test('every faulty field is named', () => {
  expect(faultsIn({ at: '2026-11-20', delay: 5, timezone: 5, settings: [] })).toEqual([
    'at',
    'delay',
    'timezone',
    'settings',
  ]);
  expect(faultsIn({ settings: { send_window: { start: '09:00', end: '09:00' } } })).toEqual([
    'settings/send_window/end',
  ]);
  expect(faultsIn({ delay: { amount: 1, unit: 'months' } })).toEqual(['delay/unit']);
  expect(answerCase({ ...line, delay: { amount: -1, unit: 'days' } })).toMatchObject({
    error: 'delay/amount: must be an integer from 0 to 1825 for days',
  });
});

test('only instants count as such', () => {
  const wrong = [
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-12-31T23:59:60Z',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00:00+25:00',
    '2026-01-01T00:00:00Z[UTC]',
    ' 2026-01-01T00:00:00Z',
    '+275760-09-13T00:00:00Z',
    'now',
    '',
    0,
    null,
    undefined,
  ];
  for (const at of wrong) expect(faultsIn({ at }), String(at)).toEqual(['at']);
  for (const at of ['2026-01-01T00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999-12:00']) {
    expect(faultsIn({ at }), at).toEqual([]);
  }
});

test('a line that is no case is a fault, never an error', () => {
  for (const value of ['', '{', 'null', '[]', '5', null, undefined, 5, [], '{"at":1}', '\uD800']) {
    expect(answerCase(value)).toHaveProperty('error');
  }
  expect(answerCase('{"at":"2026-01-01T00:00:00Z"')).toMatchObject({ faults: [{ path: 'line' }] });
});
