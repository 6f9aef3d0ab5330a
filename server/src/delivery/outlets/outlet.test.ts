import { expect, test } from 'vitest';
import type { Handover, Transport } from '../../transport/index.ts';
import { limitsOf } from './load-outlets.ts';
import { chosenOf, inOrderFor, NO_LIMITS, type Outlet } from './outlet.ts';
import { createOutletHealth } from './outlet-health.ts';
import { createProviderOf } from './provider.ts';
import { asksToSlowDown, paceOf } from './throttle.ts';

const TRANSPORT = { name: 'smtp', concurrency: 1 } as Transport;
const outlet = (id: string, more: Partial<Outlet> = {}): Outlet => ({
  id,
  transport: TRANSPORT,
  position: 0,
  share: 100,
  limits: NO_LIMITS,
  slowed: new Set(),
  ...more,
});
const deferred = (phase: 'connect' | 'auth' | 'rcpt', answer = 'no') => ({
  kind: 'deferred' as const,
  phase,
  answer,
});

test('mail is spread over the ways of one position by their shares, and a message keeps its way', () => {
  const outlets = [
    outlet('a', { share: 75 }),
    outlet('b', { share: 25 }),
    outlet('last', { position: 1 }),
  ];
  const counts: Record<string, number> = {};
  for (let n = 0; n < 4_000; n += 1) {
    const [first] = inOrderFor(outlets, `message-${n}`);
    const [again] = inOrderFor(outlets.toReversed(), `message-${n}`);
    expect(again?.id).toBe(first?.id);
    counts[first?.id ?? ''] = (counts[first?.id ?? ''] ?? 0) + 1;
  }
  // Three standard deviations of a binomial are 82.
  expect(Math.abs((counts['a'] ?? 0) - 3_000)).toBeLessThan(82);
  expect((counts['a'] ?? 0) + (counts['b'] ?? 0)).toBe(4_000);
});

test('a way that does not get on is passed over until it is tried again; with no other it is used', () => {
  const clock = { ms: 0 };
  const health = createOutletHealth(() => clock.ms);
  const outlets = [outlet('one'), outlet('two', { position: 1 })];
  const chosen = (): string => chosenOf(outlets, { messageId: 'm', isDown: health.isDown }).id;
  for (const handover of [deferred('connect'), deferred('auth')]) health.note('one', handover);
  expect(chosen()).toBe('one');
  health.note('one', deferred('connect'));
  expect(chosen()).toBe('two');
  for (let n = 0; n < 3; n += 1) health.note('two', deferred('connect'));
  expect(chosen()).toBe('one');
  clock.ms = 10_001;
  expect(health.isDown('two')).toBe(false);
  // Still away: twice as long.
  health.note('one', deferred('connect'));
  clock.ms += 19_000;
  expect(health.isDown('one')).toBe(true);
  health.note('one', { kind: 'accepted', answer: 'ok' });
  expect(health.isDown('one')).toBe(false);
});

test('what is the recipient’s or the message’s does not count against the way', () => {
  const health = createOutletHealth(() => 0);
  for (let n = 0; n < 9; n += 1) health.note('one', deferred('rcpt', '451 later'));
  expect(health.isDown('one')).toBe(false);
});

test.each<[Handover, boolean]>([
  [deferred('rcpt', '421 4.7.0 Try again later'), true],
  [deferred('rcpt', '451 4.7.500 Server busy'), true],
  [deferred('rcpt', '429 Too Many Requests'), true],
  [deferred('rcpt', '454 Throttling failure: Maximum sending rate exceeded'), true],
  [deferred('rcpt', 'the server said nothing'), false],
  [{ kind: 'rejected', phase: 'rcpt', answer: '550 5.1.1 no such user' }, false],
  [{ kind: 'accepted', answer: '250 4.7.0' }, false],
])('%o asks to slow down: %s', (handover, does) => {
  expect(asksToSlowDown(handover)).toBe(does);
});

test('addresses are grouped by who receives their mail, and a look-up that fails holds nobody up', async () => {
  const asked: string[] = [];
  const providerOf = createProviderOf(async (domain) => {
    asked.push(domain);
    if (domain === 'gone.example') throw new Error('ENOTFOUND');
    return [
      { exchange: 'backup.other.example', priority: 20 },
      { exchange: 'ASPMX.L.GOOGLE.com.', priority: 1 },
    ];
  });
  expect(await providerOf('ada@gmail.com')).toBe('google');
  expect(await providerOf('ada@Company.Example')).toBe('google');
  expect(await providerOf('bob@company.example')).toBe('google');
  expect(await providerOf('x@gone.example')).toBe('gone.example');
  expect(asked).toEqual(['company.example', 'gone.example']);
});

test('a message is paced by what limits it, and not at all without a limit', async () => {
  const providerOf = async (): Promise<string> => 'google';
  const ask = { to: 'a@b.example', workspaceId: 'w', automationId: 's', providerOf };
  expect(await paceOf(outlet('o'), ask)).toBeNull();
  const limits = { ...NO_LIMITS, perProvider: { '*': 20, google: 5 } };
  const paced = await paceOf(outlet('o', { limits }), ask);
  expect(paced?.provider?.key).toBe('o to:google');
  expect(paced?.provider?.perSecond).toBeCloseTo(4.85);
  // Nobody set a limit, but the provider asked for one.
  const slowed = await paceOf(outlet('o', { slowed: new Set(['google']) }), ask);
  expect(slowed?.provider).not.toBeNull();
  expect(await paceOf(outlet('o', { slowed: new Set(['yahoo']) }), ask)).toBeNull();
});

test('a warm-up allows what its plan says for each day, and nothing limits after its end', () => {
  const warmup = { from: '2026-04-01', per_day: [50, 200] };
  const dayOf = (iso: string): number | null => limitsOf({ warmup }, new Date(iso)).perDay;
  expect(dayOf('2026-03-31T23:59:59Z')).toBe(50);
  expect(dayOf('2026-04-01T12:00:00Z')).toBe(50);
  expect(dayOf('2026-04-02T00:00:00Z')).toBe(200);
  expect(dayOf('2026-04-03T00:00:00Z')).toBeNull();
});
