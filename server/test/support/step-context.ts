import type { Facts } from '../../src/audience/index.ts';
import { rulesOf } from '../../src/schedule/settings.ts';
import type { StepContextFacts } from '../../src/series/step.ts';

export const FROM = new Date('2026-11-20T10:00:00.000Z');

/** What is known of a person with these traits. */
export const personWith = (
  traits: Readonly<Record<string, unknown>>,
  more: Partial<Facts> = {},
): Facts => ({
  user: {
    externalId: 'u1',
    email: 'ada@example.org',
    name: 'Ada',
    timezone: 'Europe/Berlin',
    locale: null,
    signedUpAt: null,
    traits,
    context: {},
    firstSeen: FROM,
    lastSeen: FROM,
    createdAt: FROM,
    updatedAt: FROM,
  },
  company: null,
  events: [],
  emails: [],
  properties: {},
  ...more,
});

/** A step that began at `FROM` and is asked for the first time, right then. */
export const contextWith = (more: Partial<StepContextFacts> = {}): StepContextFacts => ({
  now: FROM,
  fromAt: FROM,
  dueAt: FROM,
  isHeld: false,
  rules: rulesOf({ timezone: 'Europe/Berlin' }, null),
  userTimezone: null,
  userId: '0190a000-0000-7000-8000-000000000001',
  automationId: '0190a000-0000-7000-8000-00000000000a',
  person: null,
  heard: [],
  merge: {},
  ...more,
});
