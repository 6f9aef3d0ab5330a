import fc from 'fast-check';
import {
  LIMITS,
  SETTINGS_COUNTS,
  STEP_KINDS,
  STEP_VARIANTS,
  stepIdOf,
  type SeriesSpec,
  type SettingsSpec,
  type StepSpec,
} from './shapes.ts';

/** A moment in a worker's work at which things go wrong more interestingly than at others. */
const MOMENTS = [
  'claiming',
  'beginning',
  'handing over',
  'settling',
  'reacting',
  'calling',
  'migrating',
] as const;
/** `waiting`: while somebody waits for an event; it is then they who do just that. */
export type Moment = (typeof MOMENTS)[number] | 'waiting';

/** When an action happens: a while after the one before it, or the next time a worker is just there. */
interface When {
  readonly afterMs: number;
  readonly amid?: Moment | null;
}

/**
 * Something that happens in a history. Amid a moment, worker 0 is the one whose moment it is, worker 1
 * the other one, and the user is the one whose step it is. Users and series are counted modulo those
 * that there are.
 */
export type Action = When &
  (
    | { readonly kind: 'enroll' | 'remove'; readonly user: number; readonly series: number }
    | { readonly kind: 'zone'; readonly user: number; readonly zone: string }
    | { readonly kind: 'address'; readonly user: number; readonly hasAddress: boolean }
    | { readonly kind: 'identify'; readonly user: number; readonly change: Change }
    | {
        readonly kind: 'event';
        readonly user: number;
        readonly name: (typeof EVENTS)[number];
        readonly n: number;
      }
    | { readonly kind: 'pause' | 'archive' | 'activate'; readonly series: number }
    | { readonly kind: 'resume'; readonly series: number; readonly late: Late }
    | {
        readonly kind: 'publish';
        readonly series: number;
        readonly draft: number;
        readonly inFlight: 'stay' | 'migrate';
      }
    | { readonly kind: 'content'; readonly series: number; readonly subject: number }
    | { readonly kind: 'kill' | 'stop'; readonly worker: number }
    | { readonly kind: 'freeze'; readonly worker: number; readonly forMs: number }
    | { readonly kind: 'cut'; readonly worker: number }
    | { readonly kind: 'restart database' }
    | { readonly kind: 'resolve'; readonly decision: 'resend' | 'mark_sent' }
  );

const EVENTS = ['start', 'ping', 'pong', 'done', 'bye'] as const;
const OFTEN = ['ping', 'ping', 'start'] as const;
const CHANGES = ['pro', 'free', 'ends soon', 'ends later', 'name'] as const;
export type Change = (typeof CHANGES)[number];
export type Late = 'as set' | 'send' | 'skip' | 'exit';

/** Everything that a history follows from. */
export interface Plan {
  /** Which of what may happen next does, and how the mail server feels. */
  readonly seed: number;
  readonly series: readonly SeriesSpec[];
  /** Which of `LIMITS`. */
  readonly limits: number;
  readonly userCount: number;
  /** Whether the last of the users is not known at first. */
  readonly hasStranger: boolean;
  readonly workerCount: number;
  /** How many of a thousand requests to the database lose their connection. */
  readonly cutsPerMille: number;
  readonly script: readonly Action[];
}

const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia', 'no/zone'];

/** Now, within a handover, within a lease, about when a worker is given up, within a wait, hours and days. */
const afterMs = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 500 }) },
  { weight: 3, arbitrary: fc.integer({ min: 500, max: 40_000 }) },
  { weight: 4, arbitrary: fc.integer({ min: 40_000, max: 3_000_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 3_000_000, max: 90_000_000 }) },
);
const amid = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: fc.constantFrom(...MOMENTS) },
);

const user = fc.nat({ max: 2 });
const series = fc.nat({ max: 2 });
const worker = fc.nat({ max: 1 });

type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>;

const seldomAmid = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Moment[]>('beginning', 'beginning', 'claiming', 'calling'),
  },
);

/** What brings work needs no moment. */
const call = (kind: string, fields: Fields) =>
  fc.record({ afterMs, kind: fc.constant(kind), ...fields });
const fault = (kind: string, fields: Fields) =>
  fc.record({ afterMs, amid, kind: fc.constant(kind), ...fields });

const CALLS = [
  { weight: 14, arbitrary: call('enroll', { user, series }) },
  {
    weight: 12,
    arbitrary: call('event', {
      amid: fc.oneof(seldomAmid, fc.constant('waiting' as const)),
      user,
      name: fc.oneof(fc.constantFrom(...EVENTS), fc.constantFrom(...OFTEN)),
      n: fc.nat({ max: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: call('identify', {
      amid: seldomAmid,
      user,
      change: fc.constantFrom(...CHANGES),
    }),
  },
  {
    weight: 2,
    arbitrary: call('address', { user, hasAddress: fc.constantFrom(true, true, false) }),
  },
  { weight: 2, arbitrary: call('activate', { series }) },
  { weight: 1, arbitrary: call('content', { series, subject: fc.nat({ max: 9 }) }) },
];

const CALLS_AMID = [
  { weight: 3, arbitrary: fault('remove', { user, series }) },
  { weight: 2, arbitrary: fault('zone', { user, zone: fc.constantFrom(...ZONES) }) },
  {
    weight: 6,
    arbitrary: fault('publish', {
      series,
      draft: fc.nat({ max: 2 }),
      inFlight: fc.constantFrom('migrate', 'migrate', 'stay'),
    }),
  },
  {
    weight: 2,
    arbitrary: call('resolve', { decision: fc.constantFrom('resend', 'mark_sent') }),
  },
];

const FAULTS = [
  { weight: 3, arbitrary: fault('pause', { series }) },
  {
    weight: 3,
    arbitrary: call('resume', {
      series,
      late: fc.constantFrom<Late[]>('as set', 'send', 'skip', 'exit'),
    }),
  },
  { weight: 1, arbitrary: fault('archive', { series }) },
  { weight: 4, arbitrary: fault('kill', { worker }) },
  { weight: 1, arbitrary: fault('stop', { worker }) },
  {
    weight: 3,
    arbitrary: fault('freeze', {
      worker,
      forMs: fc.oneof(fc.constant(60_000), fc.integer({ min: 100, max: 20_000 })),
    }),
  },
  { weight: 2, arbitrary: fault('cut', { worker }) },
  { weight: 1, arbitrary: fault('restart database', {}) },
];

const SCRIPT_MAX = 24;

const scriptOf = (...actions: readonly { weight: number; arbitrary: fc.Arbitrary<unknown> }[]) =>
  fc.array(fc.oneof(...actions) as fc.Arbitrary<Action>, { maxLength: SCRIPT_MAX, size: 'max' });

const STEP: fc.Arbitrary<StepSpec> = fc.record({
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constant('email' as const) },
    { weight: 2, arbitrary: fc.constant('wait_for_event' as const) },
    { weight: 8, arbitrary: fc.constantFrom(...STEP_KINDS) },
  ),
  name: fc.nat({ max: 2 }),
  variant: fc.nat({ max: STEP_VARIANTS - 1 }),
  jump: fc.nat({ max: 2 }),
});

const STEPS_MAX = 6;

const DRAFT = fc.uniqueArray(STEP, {
  selector: stepIdOf,
  minLength: 1,
  maxLength: STEPS_MAX,
  size: 'max',
});

const ORDER = fc.uniqueArray(fc.nat({ max: STEPS_MAX - 1 }), { maxLength: STEPS_MAX, size: 'max' });

/** The two that matter most, each in every third history at least. */
const nat = (count: number) => fc.oneof(fc.constant(0), fc.constant(1), fc.nat({ max: count - 1 }));

const SETTINGS = fc.record(
  Object.fromEntries(Object.entries(SETTINGS_COUNTS).map(([name, count]) => [name, nat(count)])),
) as unknown as fc.Arbitrary<SettingsSpec>;

const SERIES: fc.Arbitrary<SeriesSpec> = fc.record({
  settings: SETTINGS,
  steps: DRAFT,
  later: fc.array(ORDER, { maxLength: 2, size: 'max' }),
  isDraft: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
});

const common = {
  seed: fc.noShrink(fc.integer()),
  series: fc.array(SERIES, { minLength: 1, maxLength: 3, size: 'max' }),
  limits: fc.nat({ max: LIMITS.length - 1 }),
  userCount: fc.constantFrom(1, 1, 2, 2, 3),
  hasStranger: fc.boolean(),
  workerCount: fc.integer({ min: 1, max: 2 }),
};

/** Plans of histories; a failing one shrinks to few actions. In every fourth nothing goes wrong. */
export const anyPlan: fc.Arbitrary<Plan> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      ...common,
      cutsPerMille: fc.constantFrom(0, 0, 10, 40),
      script: scriptOf(...CALLS, ...CALLS_AMID, ...FAULTS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...common,
      cutsPerMille: fc.constant(0),
      script: scriptOf(...CALLS, ...CALLS_AMID),
    }),
  },
);
