import { chanceOf, type Chance } from '../simulation/random.ts';

type Json = Record<string, unknown>;

/** Something that happens to a person, by the clock of the test side. */
export type RandomHappening = {
  readonly at: Date;
  readonly userId: string;
  /** Whether whoever reacts to it does so before anything else happens. */
  readonly isHeardAtOnce: boolean;
} & (
  | { readonly kind: 'identify'; readonly traits: Json }
  | { readonly kind: 'event'; readonly eventType: string; readonly metadata: Json }
  | { readonly kind: 'enroll'; readonly properties: Json }
);

/** A series without faults, the people who meet it, and everything that happens to them. */
export interface RandomWorld {
  readonly seed: number;
  readonly start: Date;
  readonly end: Date;
  readonly series: { readonly name: string; readonly settings: Json; readonly steps: Json[] };
  /** Emails of the workspace per days, at most. */
  readonly cap: { readonly count: number; readonly days: number } | null;
  /** In order; no two of one person at the same instant. */
  readonly happenings: readonly RandomHappening[];
  /** Instants at which the clock is stopped besides. */
  readonly stops: readonly Date[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Days before clocks change, a leap day, a new year. */
const STARTS = [
  '2026-03-06T13:07:00.000Z',
  '2026-03-27T09:30:00.000Z',
  '2026-10-23T22:45:00.000Z',
  '2026-10-30T15:00:00.000Z',
  '2028-02-27T00:00:00.000Z',
  '2026-12-23T11:11:00.000Z',
];
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'America/Santiago',
  'Pacific/Apia',
  'UTC',
];
/** One of them more often, so that what waits and what happens meet. */
const EVENTS = ['order_placed', 'order_placed', 'order_placed', 'viewed', 'cancelled_plan'];
const PLANS = ['free', 'pro', 'team'];
const STEPS_MAX = 10;
const PEOPLE_MAX = 5;
const HAPPENINGS_MAX = 12;
const DAYS_MIN = 3;
const DAYS_MAX = 45;
/** Of worlds in which each full hour is looked at. */
const TIMED_SHARE = 0.15;
const TIMED_DAYS_MAX = 2;

/** The same seed makes the same world. */
export function randomWorld(seed: number): RandomWorld {
  const chance = chanceOf(seed);
  const start = new Date(chance.pick(STARTS));
  const isTimed = chance.isTrue(TIMED_SHARE);
  const days = isTimed ? chance.between(1, TIMED_DAYS_MAX) : chance.between(DAYS_MIN, DAYS_MAX);
  const end = new Date(start.getTime() + days * DAY_MS);
  const settings = randomSettings(chance, { end, isTimed });
  const steps = randomSteps(chance);
  const people = Array.from({ length: 1 + chance.below(PEOPLE_MAX) }, (_, index) => `p${index}`);
  const happenings = people
    .flatMap((userId) => randomHappenings(chance, { userId, start, end, settings }))
    .filter(({ at }) => at <= end)
    .map((one): RandomHappening => ({ ...one, isHeardAtOnce: chance.isTrue(0.5) }))
    .toSorted((one, other) => one.at.getTime() - other.at.getTime());
  const stops = Array.from({ length: chance.below(4) }, () => instantIn(chance, start, end));
  return {
    seed,
    start,
    end,
    series: { name: `Series ${seed}`, settings, steps },
    cap: chance.isTrue(0.3) ? { count: 1 + chance.below(2), days: 1 + chance.below(9) } : null,
    happenings,
    stops: stops.toSorted((one, other) => one.getTime() - other.getTime()),
  };
}

/** Whole minutes, now and then a full hour or a day's beginning: where things coincide. */
function instantIn(chance: Chance, start: Date, end: Date): Date {
  const span = end.getTime() - start.getTime();
  const at = start.getTime() + Math.floor((chance.next() * span) / MINUTE_MS) * MINUTE_MS;
  return new Date(
    chance.isTrue(0.3) ? Math.min(Math.ceil(at / HOUR_MS) * HOUR_MS, end.getTime()) : at,
  );
}

/** Until when the world lasts, and whether its filters may depend on the clock. */
interface Time {
  readonly end: Date;
  readonly isTimed: boolean;
}

// Settings

function randomSettings(chance: Chance, time: Time): Json {
  const isWindowed = chance.isTrue(0.5);
  return {
    ...randomEntry(chance, time),
    ...(chance.isTrue(0.6) ? { timezone: chance.pick(ZONES) } : {}),
    use_user_timezone: chance.isTrue(0.7),
    ...(isWindowed ? { send_window: randomWindow(chance) } : {}),
    ...(chance.isTrue(0.4) ? { business_days_only: true } : {}),
    ...(chance.isTrue(0.2) ? { business_days: [1, 2, 3, 4, 5, 6].slice(chance.below(3)) } : {}),
    ...(chance.isTrue(0.3) ? { holidays: { country: chance.pick(['DE', 'US', 'IN']) } } : {}),
    ...(chance.isTrue(0.5) ? { reenrollment: randomReenrollment(chance) } : {}),
    ...(chance.isTrue(time.isTimed ? 0.8 : 0.5) ? { goal: randomGoal(chance, time) } : {}),
    ...(chance.isTrue(time.isTimed ? 0.8 : 0.4) ? { exit: [randomWatch(chance, time)] } : {}),
    ...(chance.isTrue(0.8) ? { over_cap: chance.pick(['delay', 'skip']) } : {}),
  };
}

function randomEntry(chance: Chance, time: Time): Json {
  const trigger = chance.pick([
    'api',
    'api',
    'user_created',
    'event',
    'event',
    'segment_match',
    ...(time.isTimed ? ['segment_match', 'segment_match', 'segment_match'] : []),
  ]);
  const audience = chance.isTrue(0.3) ? { audience: randomFilter(chance, time) } : {};
  switch (trigger) {
    case 'event':
      return {
        entry_trigger: trigger,
        entry_event_name: chance.pick(EVENTS),
        ...(chance.isTrue(0.4) ? { entry_filter: randomEventFilter(chance) } : {}),
        ...audience,
      };
    case 'segment_match':
      return {
        entry_trigger: trigger,
        audience:
          time.isTimed && chance.isTrue(0.6) ? timedFilter(chance) : randomFilter(chance, time),
      };
    default:
      return { entry_trigger: trigger, ...audience };
  }
}

const randomWindow = (chance: Chance): Json =>
  chance.pick([
    { start: '09:00', end: '17:00' },
    { start: '22:00', end: '02:00' },
    { start: '02:00', end: '03:00' },
    { start: '00:00', end: '12:30' },
  ]);

const randomReenrollment = (chance: Chance): Json => ({
  enabled: true,
  cooldown: chance.isTrue(0.7) ? randomDelay(chance, 1) : { amount: 1, unit: 'hours' },
  max_runs: chance.isTrue(0.6) ? 1 + chance.below(4) : null,
  after: chance.pick(['completing', 'leaving']),
});

const randomGoal = (chance: Chance, time: Time): Json => ({
  ...randomWatch(chance, time),
  ...(chance.isTrue(0.4) ? { within: randomDelay(chance, 1) } : {}),
});

function randomWatch(chance: Chance, time: Time): Json {
  if (time.isTimed && chance.isTrue(0.5)) return { filter: timedFilter(chance) };
  if (time.isTimed || chance.isTrue(0.5)) return { filter: randomFilter(chance, time) };
  const filter = chance.isTrue(0.3) ? { filter: randomEventFilter(chance) } : {};
  return { event: chance.pick(EVENTS), ...filter };
}

// Filters

const randomEventFilter = (chance: Chance): Json => ({
  field: 'metadata.total',
  operator: chance.pick(['at_least', 'less_than']),
  value: 50,
});

function randomFilter(chance: Chance, time: Time, depth = 2): Json {
  if (depth > 0 && chance.isTrue(0.3)) {
    const parts = [randomFilter(chance, time, depth - 1), randomFilter(chance, time, depth - 1)];
    return chance.pick([{ and: parts }, { or: parts }, { not: parts[0] }]);
  }
  const { end, isTimed } = time;
  const plain: (() => Json)[] = [
    () => ({ field: 'traits.plan', operator: 'equals', value: chance.pick(PLANS) }),
    () => ({ field: 'traits.plan', operator: 'is_not_set' }),
    () => ({ field: 'traits.score', operator: 'at_least', value: chance.below(100) }),
    () => ({ field: 'user.name', operator: 'is_set' }),
    () => ({
      event: chance.pick(EVENTS),
      operator: 'at_least',
      count: 1 + chance.below(2),
      ...(isTimed ? { within: { amount: 1 + chance.below(30), unit: 'hours' } } : {}),
      ...(chance.isTrue(0.3) ? { where: [randomEventFilter(chance)] } : {}),
    }),
    () => ({ event: chance.pick(EVENTS), operator: 'never' }),
    () => ({ field: 'user.signed_up_at', operator: 'before', value: end.toISOString() }),
  ];
  const timed = (): Json => timedFilter(chance);
  return chance.pick(isTimed ? [...plain, timed, timed, timed] : plain)();
}

/** Becomes true, or false, by the clock alone. */
const timedFilter = (chance: Chance): Json => ({
  field: 'traits.trial_ends_at',
  operator: chance.pick(['within_next', 'within_last', 'more_than_ago']),
  value: { amount: 1 + chance.below(20), unit: 'hours' },
});

const randomStepFilter = (chance: Chance, emailIds: readonly string[]): Json => {
  const time = { end: new Date(STARTS[0] ?? ''), isTimed: true };
  return chance.pick<() => Json>([
    () => randomFilter(chance, time),
    () => randomFilter(chance, time),
    () => ({ field: 'properties.source', operator: 'equals', value: 'shop' }),
    () => ({
      email: emailIds.length === 0 ? 'any' : chance.pick([...emailIds, 'any']),
      operator: chance.pick(['sent', 'sent', 'sent', 'opened', 'bounced']),
    }),
  ])();
};

// Steps

const TYPES = [
  'email',
  'email',
  'email',
  'wait',
  'wait',
  'wait_for_event',
  'wait_for_event',
  'condition',
  'split',
  'update_user',
  'webhook',
  'end',
] as const;
type StepTypeName = (typeof TYPES)[number];

/** Where a step may lead: which step, and how the target is put in. */
interface Slot {
  readonly from: number;
  readonly put: (to: string | null | undefined) => void;
}

/** A graph without cycles in which the first step leads to all others. */
function randomSteps(chance: Chance): Json[] {
  const count = 1 + chance.below(STEPS_MAX);
  const steps: Json[] = [];
  let free: Slot[] = [];
  for (let index = 0; index < count; index += 1) {
    const canEnd = index > 0 && (free.length > 1 || index === count - 1);
    const type = chance.pick(canEnd ? TYPES : TYPES.slice(0, -1));
    const step = randomStep(chance, type, { id: `s${index}-${type}`, steps });
    steps.push(step);
    if (index > 0) {
      const slot = chance.pick(free);
      free = free.filter((other) => other !== slot);
      const isNext = slot.from === index - 1;
      slot.put(isNext && chance.isTrue(0.5) ? undefined : String(step['id']));
    }
    free.push(...slotsOf(step, index));
  }
  for (const slot of free) slot.put(leftTarget(chance, slot, steps));
  return steps;
}

function leftTarget(chance: Chance, { from }: Slot, steps: readonly Json[]) {
  const later = steps.slice(from + 1).map(({ id }) => String(id));
  if (later.length > 0 && chance.isTrue(0.5)) return chance.pick(later);
  // Left out, it is the following step.
  return chance.isTrue(0.5) ? null : undefined;
}

function slotsOf(step: Json, from: number): Slot[] {
  const slot = (holder: Json, name: string): Slot => ({
    from,
    put: (to) => {
      if (to === undefined) delete holder[name];
      else holder[name] = to;
    },
  });
  switch (step['type'] as StepTypeName) {
    case 'end':
      return [];
    case 'condition':
      return [slot(step, 'yes'), slot(step, 'no')];
    case 'wait_for_event':
      return [slot(step, 'next'), slot(step, 'on_timeout')];
    case 'split':
      return (step['branches'] as Json[]).map((branch) => slot(branch, 'next'));
    default:
      return [slot(step, 'next')];
  }
}

/** One of them fails for everybody whose score is no number. */
const VARIANTS: readonly Json[] = [
  { name: 'A', weight: 2 },
  { name: 'B', weight: 1, subject: '{{ traits.score | divided_by: 0 }}' },
  { name: 'C', weight: 1, html: '<p>Another</p>', preheader: '{{ traits.plan }}' },
];

function randomStep(
  chance: Chance,
  type: StepTypeName,
  { id, steps }: { id: string; steps: readonly Json[] },
): Json {
  const emailIds = steps
    .filter((step) => step['type'] === 'email')
    .map((step) => String(step['id']));
  switch (type) {
    case 'email':
      return {
        id,
        type,
        subject: chance.pick([
          'Hello {{ user.name }}',
          'You are on {{ traits.plan | default: "none" }}',
          'From {{ event.source }}',
          // Fails for those whose score is no number.
          '{{ traits.score | divided_by: 0 }}',
        ]),
        html: '<p>Hello {{ user.name }}, {{ traits.stage }}</p>',
        ...(chance.isTrue(0.3) ? { delay: randomDelay(chance) } : {}),
        ...(emailIds.length % 3 === 1 ? { variants: VARIANTS } : {}),
      };
    case 'wait':
      return chance.isTrue(0.5)
        ? { id, type, delay: randomDelay(chance) }
        : { id, type, until: randomUntil(chance) };
    case 'wait_for_event':
      return {
        id,
        type,
        event_type: chance.pick(EVENTS),
        ...(chance.isTrue(0.3) ? { filter: randomEventFilter(chance) } : {}),
        timeout: randomDelay(chance),
      };
    case 'condition':
      return { id, type, filter: randomStepFilter(chance, emailIds) };
    case 'split':
      return {
        id,
        type,
        branches: Array.from({ length: 2 + chance.below(2) }, () => ({
          weight: 1 + chance.below(3),
        })),
      };
    case 'update_user':
      return {
        id,
        type,
        ...chance.pick<Json>([
          { set: { stage: `${id} {{ user.name }}` } },
          { set: { plan: chance.pick(PLANS), score: chance.below(100) } },
          { set: { timezone: chance.pick(ZONES) } },
          { set: { stage: 'late' }, remove: ['plan'] },
          { remove: ['trial_ends_at'] },
          { set: { email: '{{ traits.stage }}' } },
          { set: { trial_ends_at: '2026-11-04' } },
        ]),
      };
    case 'webhook':
      return { id, type, url: 'https://hooks.example/in', data: { who: '{{ user.user_id }}' } };
    case 'end':
      return { id, type };
  }
}

function randomDelay(chance: Chance, amountMin = 0): Json {
  const unit = chance.pick(['minutes', 'hours', 'days', 'days', 'business_days', 'weeks']);
  const max = { minutes: 90, hours: 40, days: 4, business_days: 4, weeks: 1 }[unit] ?? 1;
  return { amount: chance.between(amountMin, max), unit };
}

const TIMES = ['09:00', '02:30', '00:00', '23:59'];

function randomUntil(chance: Chance): Json {
  return chance.pick<() => Json>([
    () => ({ time: chance.pick(TIMES) }),
    () => ({ weekday: [1 + chance.below(7)], ...(chance.isTrue(0.5) ? { time: '02:30' } : {}) }),
    () => ({
      date: chance.pick(['{{ user.trial_ends_at }}', 'traits.trial_ends_at', 'user.signed_up_at']),
      offset: { amount: chance.between(-3, 3), unit: 'days' },
      ...(chance.isTrue(0.5) ? { time: chance.pick(TIMES) } : {}),
    }),
    () => ({ date: 'traits.trial_ends_at', offset: { amount: -5, unit: 'hours' } }),
  ])();
}

// People

type Unheard<H> = H extends unknown ? Omit<H, 'isHeardAtOnce'> : never;

function randomHappenings(
  chance: Chance,
  { userId, start, end, settings }: { userId: string; start: Date; end: Date; settings: Json },
): Unheard<RandomHappening>[] {
  const taken = new Set<number>();
  const instant = (): Date => {
    let at = instantIn(chance, start, end);
    while (taken.has(at.getTime())) at = new Date(at.getTime() + MINUTE_MS);
    taken.add(at.getTime());
    return at;
  };
  const first = chance.isTrue(0.5)
    ? start
    : instantIn(chance, start, new Date(start.getTime() + DAY_MS));
  taken.add(first.getTime());
  const begin: Unheard<RandomHappening> = {
    at: first,
    userId,
    kind: 'identify',
    traits: { ...randomTraits(chance, { start, end }), email: `${userId}@people.example` },
  };
  const count = chance.below(HAPPENINGS_MAX);
  const later = Array.from({ length: count }, () =>
    randomHappening(chance, { at: instant(), userId, start, end }),
  );
  const isCalled = settings['entry_trigger'] === 'api' || chance.isTrue(0.3);
  const call: Unheard<RandomHappening>[] = isCalled
    ? [{ at: instant(), userId, kind: 'enroll', properties: chance.pick([{}, { source: 'shop' }]) }]
    : [];
  return [begin, ...call, ...later];
}

function randomHappening(
  chance: Chance,
  { at, userId, start, end }: { at: Date; userId: string; start: Date; end: Date },
): Unheard<RandomHappening> {
  const kind = chance.pick(['event', 'event', 'event', 'identify', 'identify', 'enroll'] as const);
  switch (kind) {
    case 'event': {
      const metadata = chance.pick<Json>([{}, { total: chance.below(100) }, { total: 'much' }]);
      return { at, userId, kind, eventType: chance.pick(EVENTS), metadata };
    }
    case 'identify':
      return { at, userId, kind, traits: randomTraits(chance, { start, end }) };
    case 'enroll':
      return { at, userId, kind, properties: chance.pick([{}, { source: 'web' }]) };
  }
}

function randomTraits(chance: Chance, { start, end }: { start: Date; end: Date }): Json {
  const date = (): string | null => {
    const text = instantIn(chance, start, end).toISOString();
    return chance.pick([text, text.slice(0, 10), null]);
  };
  const traits: [string, () => unknown, number][] = [
    ['name', () => chance.pick(['Ada', 'Grace', null]), 0.5],
    ['email', () => chance.pick(['ada@people.example', 'grace@people.example', null]), 0.2],
    ['timezone', () => chance.pick([...ZONES, 'Mars/Base', null]), 0.5],
    ['signed_up_at', () => instantIn(chance, start, end).toISOString(), 0.3],
    ['plan', () => chance.pick([...PLANS, null]), 0.6],
    ['score', () => chance.pick([chance.below(100), 'high']), 0.5],
    ['trial_ends_at', date, 0.5],
  ];
  return Object.fromEntries(
    traits.filter(([, , share]) => chance.isTrue(share)).map(([name, value]) => [name, value()]),
  );
}
