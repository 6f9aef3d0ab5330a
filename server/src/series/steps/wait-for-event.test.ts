import { expect, test } from 'vitest';
import { contextWith, FROM } from '../../../test/support/step-context.ts';
import type { HeardEvent, WaitForEventStep } from '../step.ts';
import { waitForEvent } from './wait-for-event.ts';

const STEP: WaitForEventStep = {
  id: 'w',
  type: 'wait_for_event',
  event_type: 'paid',
  filter: { field: 'metadata.total', operator: 'at_least', value: 10 },
  timeout: { amount: 2, unit: 'days' },
  next: 'yes',
  on_timeout: 'no',
};
const event = (id: string, total: number): HeardEvent => ({
  id,
  eventType: 'paid',
  occurredAt: FROM,
  pageUrl: null,
  elementSelector: null,
  metadata: { total },
});
const END = new Date('2026-11-22T10:00:00.000Z');

test('it holds until the time-out, goes one way for the first fitting event, the other without', () => {
  expect(waitForEvent.decide(STEP, contextWith())).toMatchObject({ kind: 'hold', until: END });
  const heard = [event('e1', 9), event('e2', 10), event('e3', 99)];
  expect(waitForEvent.decide(STEP, contextWith({ heard }))).toMatchObject({
    kind: 'go',
    to: 'yes',
    branch: 'event',
    heardEventId: 'e2',
  });
  const unfit = contextWith({ heard: [event('e1', 9)], isHeld: true, now: END });
  expect(waitForEvent.decide(STEP, unfit)).toMatchObject({ to: 'no', branch: 'timeout' });
  const early = new Date(END.getTime() - 1);
  expect(waitForEvent.decide(STEP, { ...unfit, now: early })).toMatchObject({ kind: 'hold' });
});

test('an event that is seen after the time-out counts', () => {
  const context = contextWith({ heard: [event('e1', 10)], isHeld: true, now: END });
  expect(waitForEvent.decide(STEP, context)).toMatchObject({ to: 'yes', heardEventId: 'e1' });
});

test('the time-out passes on the clock of the person', () => {
  const fromAt = new Date('2026-10-24T10:00:00Z');
  const context = contextWith({ fromAt, now: fromAt, userTimezone: 'America/New_York' });
  expect(waitForEvent.decide(STEP, context)).toMatchObject({
    until: new Date('2026-10-26T10:00:00Z'),
  });
  // The clocks of Berlin, the series' zone, go back in between.
  expect(waitForEvent.decide(STEP, { ...context, userTimezone: null })).toMatchObject({
    until: new Date('2026-10-26T11:00:00Z'),
  });
});

test('without a filter any event of the type will do', () => {
  const { filter: _, ...step } = STEP;
  const context = contextWith({ heard: [event('e1', 0)] });
  expect(waitForEvent.decide(step, context)).toMatchObject({ branch: 'event' });
  expect(waitForEvent.needs(step, context.rules)).toEqual({
    facts: null,
    waitsFor: 'paid',
    waitsFilter: null,
  });
  expect(waitForEvent.words(STEP)).toBe(
    "waits for 'paid' where metadata.total is at least 10, for 2 days at most",
  );
});

test('every fault is told with its path', () => {
  const pathsOf = (step: object) => waitForEvent.faults({ ...step }, 's').map(({ path }) => path);
  expect(pathsOf(STEP)).toEqual([]);
  expect(pathsOf({})).toEqual(['s/event_type', 's/timeout']);
  const filter = { field: 'user.plan', operator: 'is_set' };
  expect(pathsOf({ ...STEP, event_type: 'x'.repeat(101), filter })).toEqual([
    's/event_type',
    's/filter/field',
  ]);
});
