import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MESSAGE_CODES } from '../../delivery/explain-message.ts';
import type { Message } from '../../delivery/index.ts';
import { rulesOf } from '../../schedule/settings.ts';
import { graphOf } from '../../series/graph.ts';
import type { Automation, AutomationStatus, PublishedSeries } from '../../series/index.ts';
import { AUTOMATION_STATUSES } from '../../series/index.ts';
import { settingsOf } from '../../series/settings.ts';
import { ENROLLMENT_STATES } from '../schema.ts';
import * as codes from './codes.ts';
import { entryPlace } from './entry.ts';
import { explanationOf } from './explain.ts';
import type { ExplainFacts, LastPassage, PastStep, WaitingRow } from './facts.ts';
import { placeOf } from './place.ts';
import { doubtPlace, stepPlace } from './step.ts';

/**
 * Goal: every state that somebody can be in has a code of its own and a sentence, and every code is of
 * use. Method: for each code the facts that lead to it, as production has them; then random facts.
 */

/** Tuesday, 25 March 2025; 09:00 in Berlin. */
const NOW = new Date('2025-03-25T08:00:00.000Z');
const hours = (count: number): Date => new Date(NOW.getTime() + count * 3_600_000);
const filter = { field: 'user.plan', operator: 'equals', value: 'pro' };

const STEPS = [
  { id: 'mail', type: 'email', subject: 'Hi', html: '<p>Hi</p>' },
  {
    id: 'late',
    type: 'email',
    subject: 'Hi',
    html: '<p>Hi</p>',
    delay: { amount: 2, unit: 'days' },
  },
  { id: 'wait', type: 'wait', delay: { amount: 1, unit: 'days' } },
  { id: 'nine', type: 'wait', until: { time: '09:00' } },
  { id: 'trial', type: 'wait', until: { date: 'user.trial_ends_at' } },
  {
    id: 'buys',
    type: 'wait_for_event',
    event_type: 'bought',
    timeout: { amount: 1, unit: 'days' },
    on_timeout: null,
  },
  { id: 'pro', type: 'condition', filter, yes: 'way', no: null },
  {
    id: 'way',
    type: 'split',
    branches: [
      { weight: 1, next: 'mark' },
      { weight: 1, next: null },
    ],
  },
  { id: 'mark', type: 'update_user', set: { seen: true } },
  { id: 'call', type: 'webhook', url: 'https://example.com/hook' },
];

function seriesWith(settings: object = {}): PublishedSeries {
  const rules = rulesOf(settings, 'Europe/Paris');
  const version = { automationId: 'a', number: 2, graph: graphOf(STEPS), rules };
  return { ...version, settings: settingsOf({ ...settings }) } as unknown as PublishedSeries;
}

const ROW: WaitingRow = {
  seq: 1,
  stepId: 'wait',
  status: 'pending',
  parked: false,
  held: false,
  advances: true,
  attempts: 0,
  dueAt: hours(20),
  fromAt: hours(-4),
  reasons: [],
  isWorkerAlive: true,
};

const PASSAGE: LastPassage = {
  id: 'e',
  bucket: 1,
  version: 2,
  run: 1,
  state: 'active',
  enteredAt: hours(-4),
  endedAt: null,
  endReason: null,
  enteredBy: 'api',
  entryEventType: null,
};

const USER = {
  bucket: 1,
  id: 'u',
  workspaceId: 'w',
  externalId: 'ada',
  email: 'ada@example.com',
  timezone: 'Europe/Berlin',
  traits: {},
  createdAt: hours(-100),
} as unknown as ExplainFacts['user'];

const ENTRY = {
  isKnown: true,
  userTimezone: 'Europe/Berlin',
  seriesAtOnce: null,
  now: NOW,
  isActive: false,
  lastRun: 0,
  completedCount: 0,
  lastCompletedAt: null,
  leftCount: 0,
  lastLeftAt: null,
  isLastCompleted: false,
};

interface Scene extends Partial<Omit<ExplainFacts, 'row' | 'passage' | 'trigger' | 'entry'>> {
  readonly status?: AutomationStatus;
  readonly settings?: object;
  readonly row?: Partial<WaitingRow> | null;
  readonly passage?: Partial<LastPassage> | null;
  readonly trigger?: Partial<ExplainFacts['trigger']>;
  readonly entry?: Partial<ExplainFacts['entry']>;
}

function factsOf(scene: Scene): ExplainFacts {
  const {
    status = 'active',
    settings = {},
    row = {},
    passage = {},
    trigger,
    entry,
    ...rest
  } = scene;
  const series = seriesWith(settings);
  const automation = { id: 'a', name: 'Welcome', status, version: 2 } as unknown as Automation;
  return {
    now: NOW,
    side: 'live',
    automation,
    user: USER,
    series,
    entered: series,
    rules: series.rules,
    passage: passage === null ? null : { ...PASSAGE, ...passage },
    row: row === null ? null : { ...ROW, ...row },
    steps: [],
    messages: [],
    isSignalled: false,
    liveWorkers: 1,
    entry: { ...ENTRY, ...entry },
    active: [],
    trigger: { activeSince: hours(-50), events: [], person: null, scan: null, ...trigger },
    ...rest,
  };
}

const never = (scene: Scene): Scene => ({ passage: null, row: null, ...scene });
const ended = (state: LastPassage['state'], endReason: string, more: Scene = {}): Scene => ({
  passage: { state, endReason, endedAt: hours(-1) },
  row: null,
  ...more,
});
const mail = (row: Partial<WaitingRow>, settings: object = {}): Scene => ({
  row: { stepId: 'mail', ...row },
  settings,
});
const messageOf = (more: Partial<Message>): Message =>
  ({
    id: 'm',
    seq: 1,
    enrollmentId: 'e',
    stepId: 'mail',
    state: 'accepted',
    transport: 'smtp',
    ...more,
  }) as Message;
const person = (plan: string) =>
  ({ user: { ...USER, traits: { plan } } }) as unknown as NonNullable<
    ExplainFacts['trigger']['person']
  >;
const bought = (total: number, receivedAt = hours(-1)) => ({
  eventType: 'bought',
  occurredAt: receivedAt,
  receivedAt,
  pageUrl: null,
  elementSelector: null,
  metadata: { total },
});
const ON_EVENT = {
  entry_trigger: 'event',
  entry_event_name: 'bought',
  entry_filter: { field: 'metadata.total', operator: 'at_least', value: 10 },
};
const MATCH = { entry_trigger: 'segment_match', audience: filter };
const PRO = { person: person('pro') };
const EVENING = { send_window: { start: '18:00', end: '20:00' } };
const FULL = {
  entry: { seriesAtOnce: 1 },
  active: [{ enrollmentId: 'x', priority: 5, enteredAt: NOW }],
};
const retried = {
  attempts: 1,
  reasons: [{ rule: 'retry', input: 'attempt 1 was deferred: 451', outcome: '' }],
};
const told = (rule: string) => [{ rule, input: 'x', outcome: 'y' }];

const PEOPLE: Record<codes.PersonCodeName, Scene> = {
  not_entered_draft: never({ status: 'draft', entered: null }),
  not_entered_paused: never({ status: 'paused' }),
  not_entered_series_completed: never({ status: 'completed' }),
  not_entered_archived: never({ status: 'archived' }),
  not_entered_never_called: never({}),
  not_entered_not_in_audience: never({ settings: MATCH, trigger: { person: person('free') } }),
  not_entered_event_not_seen: never({ settings: ON_EVENT }),
  not_entered_event_filtered: never({ settings: ON_EVENT, trigger: { events: [bought(9)] } }),
  not_entered_event_before: never({
    settings: ON_EVENT,
    trigger: { events: [bought(10, hours(-60))] },
  }),
  not_entered_event_missed: never({ settings: ON_EVENT, trigger: { events: [bought(10)] } }),
  not_entered_known_before: never({ settings: { entry_trigger: 'user_created' } }),
  not_entered_created_quietly: never({
    settings: { entry_trigger: 'user_created' },
    trigger: { activeSince: hours(-200) },
  }),
  not_entered_manual: never({
    settings: { entry_trigger: 'manual', audience: filter },
    trigger: PRO,
  }),
  not_entered_signal_pending: never({ settings: MATCH, trigger: PRO, isSignalled: true }),
  not_entered_scan_running: never({
    settings: MATCH,
    trigger: { ...PRO, scan: { looked: 500, total: 10_000 } },
  }),
  not_entered_next_look: never({ settings: MATCH, trigger: PRO }),
  not_entered_series_limit: never({ settings: MATCH, trigger: PRO, ...FULL }),
  waiting_delay: { row: {} },
  waiting_until: { row: { stepId: 'nine', held: true } },
  waiting_until_date: { row: { stepId: 'trial', held: true } },
  waiting_event: { row: { stepId: 'buys', held: true } },
  waiting_window: mail({ reasons: told('window') }, EVENING),
  waiting_business_day: mail({}, { business_days_only: true, business_days: [1, 3] }),
  waiting_holiday: {
    ...mail({}, { business_days_only: true, holidays: { country: 'DE' } }),
    // Good Friday.
    now: new Date('2025-04-18T08:00:00.000Z'),
    row: { stepId: 'mail', dueAt: new Date('2025-04-22T08:00:00.000Z') },
  },
  waiting_spread: mail(
    { reasons: told('spread'), dueAt: hours(0.2) },
    { send_window: { start: '08:00', end: '20:00' }, spread_minutes: 120 },
  ),
  waiting_frequency_cap: mail({ reasons: told('frequency_cap') }),
  waiting_retry: mail(retried),
  waiting_webhook_retry: { row: { ...retried, stepId: 'call' } },
  waiting_webhook_room: { row: { stepId: 'call', reasons: told('webhook') } },
  waiting_planned: mail({}),
  waiting_resend: { ...ended('completed', 'finished'), row: { stepId: 'mail', advances: false } },
  waiting_signal: { row: { dueAt: hours(-1) }, isSignalled: true },
  waiting_no_worker: { row: { dueAt: hours(-1) }, liveWorkers: 0 },
  waiting_queue: { row: { dueAt: hours(-1) } },
  ending_archived: { status: 'archived' },
  orphaned: { row: null },
  sending_prepared: mail({ status: 'processing' }),
  sending_handover: {
    ...mail({ status: 'processing' }),
    messages: [messageOf({ state: 'sending' })],
  },
  sending_worker_lost: mail({ status: 'processing', isWorkerAlive: false }),
  webhook_calling: { row: { stepId: 'call', status: 'processing' } },
  webhook_worker_lost: { row: { stepId: 'call', status: 'processing', isWorkerAlive: false } },
  paused: { status: 'paused' },
  paused_overdue: { status: 'paused', row: { dueAt: hours(-1), parked: true } },
  completed: ended('completed', 'finished'),
  completed_in_doubt: ended('completed', 'finished', {
    messages: [messageOf({ state: 'in_doubt' })],
  }),
  goal_reached: ended('goal_reached', 'goal'),
  exited_filter: ended('exited', 'filter'),
  exited_event: ended('exited', 'event'),
  exited_unsubscribe: ended('exited', 'unsubscribe'),
  exited_hard_bounce: ended('exited', 'hard_bounce'),
  exited_complaint: ended('exited', 'complaint'),
  exited_entered_series: ended('exited', 'entered:b'),
  exited_displaced: ended('exited', 'displaced'),
  exited_late: ended('exited', 'late'),
  exited_otherwise: ended('exited', 'something new'),
  removed: ended('removed', 'removed'),
  ended_archived: ended('ended', 'series_archived'),
  ended_unknown_step: ended('ended', 'unknown_step'),
  ended_otherwise: ended('ended', 'something new'),
};

const SENTENCE = /^[A-Z"].*\.$/;

describe('where somebody is', () => {
  test.each(Object.entries(PEOPLE))('%s', (code, scene) => {
    const place = placeOf(factsOf(scene));
    expect(place).toMatchObject({ code, sentence: expect.stringMatching(SENTENCE) });
    expect(place.sentence).not.toMatch(/undefined|null|\[object|\(\)|  /);
    const { state } = codes.PERSON_CODES[code as codes.PersonCodeName];
    expect(place.state).toBe(state);
  });

  test('no code is without facts, and no state without a code', () => {
    expect(Object.keys(PEOPLE).toSorted()).toEqual(Object.keys(codes.PERSON_CODES).toSorted());
    const states = new Set(Object.values(codes.PERSON_CODES).map(({ state }) => state));
    expect([...states].toSorted()).toEqual([...codes.PERSON_STATES].toSorted());
  });

  test('names the instant, the zone and whose zone it is', () => {
    const says = (scene: Scene) => placeOf(factsOf(scene)).sentence;
    expect(says({})).toBe(
      'Waits at step "wait" (waits 1 day) until ' +
        "Wed 2025-03-26 05:00 (Europe/Berlin, the user's zone).",
    );
    const series = { timezone: 'Asia/Tokyo', use_user_timezone: false };
    expect(says({ settings: series })).toContain("13:00 (Asia/Tokyo, the series' zone)");
    const nobody = { user: { ...USER, timezone: null } };
    expect(says(nobody)).toContain("05:00 (Europe/Paris, the workspace's zone)");
    expect(explanationOf(factsOf(nobody)).zone.sentence).toBe(
      "Times are reckoned in Europe/Paris, the workspace's zone: the user's is not known.",
    );
  });

  test('whatever the facts are, there is an answer, and it is whole', () => {
    const scenes = fc.record({
      status: fc.constantFrom(...AUTOMATION_STATUSES),
      settings: fc.constantFrom({}, EVENING, MATCH, ON_EVENT, {
        entry_trigger: 'manual',
        audience: filter,
      }),
      passage: fc.option(
        fc.record({
          state: fc.constantFrom(...ENROLLMENT_STATES),
          endReason: fc.constantFrom(null, 'goal', 'late', 'entered:x', 'what'),
          endedAt: fc.constantFrom(null, hours(-1)),
        }),
      ),
      row: fc.option(
        fc.record({
          stepId: fc.constantFrom(...STEPS.map(({ id }) => id), 'nothing'),
          status: fc.constantFrom('pending' as const, 'processing' as const),
          held: fc.boolean(),
          advances: fc.boolean(),
          attempts: fc.constantFrom(0, 1),
          dueAt: fc.constantFrom(hours(-1), NOW, hours(1), hours(1_000)),
        }),
      ),
      isSignalled: fc.boolean(),
      liveWorkers: fc.constantFrom(0, 1),
    });
    fc.assert(
      fc.property(scenes, (scene) => {
        const { passage, row } = scene;
        const why = explanationOf(factsOf({ ...scene, row: passage === null ? null : row }));
        expect(why.code in codes.PERSON_CODES).toBe(true);
        expect(why.sentence).toMatch(SENTENCE);
        expect(why.entry.sentence).toMatch(SENTENCE);
        expect(why.reasons.map(({ rule }) => rule)).toContain('zone');
        // What waits has a next step, and nothing else has.
        const moves = ['waiting', 'sending', 'calling', 'paused'].includes(why.state);
        if (why.code !== 'orphaned') expect(why.next !== null).toBe(moves);
      }),
      { numRuns: 500 },
    );
  });
});

const ENTRIES: Record<codes.EntryCodeName, Scene> = {
  may_enter: {},
  already_in: { entry: { isActive: true } },
  reenrollment_off: { entry: { completedCount: 1 } },
  too_soon: {
    settings: { reenrollment: { enabled: true, cooldown: { amount: 1, unit: 'weeks' } } },
    entry: { completedCount: 1, isLastCompleted: true, lastCompletedAt: hours(-1) },
  },
  too_often: {
    settings: { reenrollment: { enabled: true, max_runs: 1 } },
    entry: { completedCount: 1, isLastCompleted: true },
  },
  series_limit: FULL,
  series_draft: { status: 'draft' },
  series_paused: { status: 'paused' },
  series_completed: { status: 'completed' },
  series_archived: { status: 'archived' },
};

describe('whether a call would let somebody in', () => {
  test.each(Object.entries(ENTRIES))('%s', (code, scene) => {
    const place = entryPlace(factsOf(scene));
    expect(place).toMatchObject({ code, sentence: expect.stringMatching(SENTENCE) });
  });

  test('no code is without facts', () => {
    expect(Object.keys(ENTRIES).toSorted()).toEqual(Object.keys(codes.ENTRY_CODES).toSorted());
  });
});

type Past = Partial<PastStep> & { readonly message?: Partial<Message> };
const passed = (stepId: string, more: Past = {}): Past => ({ stepId, outcome: 'passed', ...more });
const skipped = (reason: string): Past => ({ outcome: 'skipped', reason });
const failed = (reason: string, stepId = 'mail'): Past => ({ stepId, outcome: 'failed', reason });

const PAST: Record<Exclude<codes.StepCodeName, 'in_doubt'>, Past> = {
  sent: passed('mail', { message: { state: 'accepted' } }),
  captured: passed('mail', { message: { transport: 'capture' } }),
  delivered: passed('mail', { message: { state: 'delivered' } }),
  bounced: passed('mail', { message: { state: 'bounced' } }),
  complained: passed('mail', { message: { state: 'complained' } }),
  waited: passed('wait'),
  event_happened: passed('buys', { branch: 'event' }),
  event_timed_out: passed('buys', { branch: 'timeout' }),
  condition_yes: passed('pro', { branch: 'yes' }),
  condition_no: passed('pro', { branch: 'no' }),
  branch_taken: passed('way', { branch: '1' }),
  user_updated: passed('mark'),
  webhook_answered: passed('call'),
  webhook_captured: passed('call', { reason: 'captured: a test side calls nobody' }),
  passed: passed('gone'),
  skipped_no_address: skipped('no_address'),
  skipped_invalid_address: skipped('invalid_address'),
  skipped_suppressed: skipped('suppressed:hard_bounce'),
  skipped_unsubscribed: skipped('unsubscribed'),
  skipped_left_list: skipped('unsubscribed:list'),
  skipped_not_subscribed: skipped('not_subscribed'),
  skipped_not_confirmed: skipped('not_confirmed'),
  skipped_list_gone: skipped('list_archived'),
  skipped_user_erased: skipped('user_erased'),
  skipped_late: skipped('late'),
  skipped_frequency_cap: skipped('frequency_cap'),
  skipped_already_sent: skipped('already_sent: mail was sent in an earlier version'),
  skipped_step_removed: skipped('step_removed: version 3 goes on without mail'),
  skipped_unknown_step: skipped('unknown_step: no version at hand has mail here'),
  skipped_otherwise: skipped('something new'),
  failed_template: failed('subject: no such filter'),
  failed_update_refused: failed('update_refused: email is not a valid email address', 'mark'),
  failed_webhook_refused: failed('webhook_refused: a private address', 'call'),
  failed_webhook: failed('webhook_failed: 410', 'call'),
  failed_webhook_given_up: failed('webhook_failed: given up after 24 hours: 503', 'call'),
  failed_no_open_slot: failed('no_open_slot: nothing opens within 800 days'),
  failed_rejected: failed('rejected: 550 no such user'),
  failed_given_up: failed('rejected: given up after 24 hours: 451 later'),
  failed_user_erased: failed('user_erased', 'mark'),
  failed_step_missing: failed('step gone is not in version 2', 'gone'),
  failed_otherwise: failed('something new', 'wait'),
  cancelled: { outcome: 'cancelled', reason: 'removed' },
};

describe('what became of a step', () => {
  const step: PastStep = {
    seq: 1,
    stepId: 'mail',
    outcome: 'passed',
    reason: null,
    branch: null,
    dueAt: NOW,
    at: NOW,
    reasons: [],
  };
  const series = seriesWith();

  test.each(Object.entries(PAST))('%s', (code, { message, ...past }) => {
    const sent = message === undefined ? null : messageOf(message);
    const place = stepPlace({ ...step, ...past }, { series, message: sent });
    expect(place).toMatchObject({ code, sentence: expect.stringMatching(SENTENCE) });
    expect(place.sentence).not.toMatch(/undefined|null|\(\)|  /);
  });

  test('nobody knows: it has no line in the log, and is told all the same, in its place', () => {
    const message = messageOf({
      state: 'in_doubt',
      answer: 'the worker died',
      updatedAt: NOW,
      seq: 2,
    });
    expect(doubtPlace(message, series)).toMatchObject({ code: 'in_doubt' });
    const steps = [step, { ...step, seq: 3, stepId: 'wait' }];
    const why = explanationOf(factsOf({ steps, messages: [message] }));
    expect(why.steps.map(({ seq, code }) => [seq, code])).toEqual([
      [1, 'sent'],
      [2, 'in_doubt'],
      [3, 'waited'],
    ]);
  });

  test('no code is without facts', () => {
    const known = [...Object.keys(PAST), 'in_doubt'].toSorted();
    expect(known).toEqual(Object.keys(codes.STEP_CODES).toSorted());
  });
});

test('docs/explain.md lists every code, once, and no other', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/explain.md'), 'utf8');
  const listed = [...page.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code ?? '');
  const all = [codes.PERSON_CODES, codes.ENTRY_CODES, codes.STEP_CODES, MESSAGE_CODES];
  expect(listed.toSorted()).toEqual(all.flatMap((each) => Object.keys(each)).toSorted());
});
