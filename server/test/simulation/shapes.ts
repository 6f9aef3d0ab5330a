/** What a step of a random series is made from: small numbers, so that it shrinks to what is simplest. */
export interface StepSpec {
  readonly kind: StepKind;
  /** Which of the ids of its kind. */
  readonly name: number;
  /** Which of the ways its kind may look. */
  readonly variant: number;
  /** How far its other way leads beyond the following step. */
  readonly jump: number;
}

export const STEP_KINDS = [
  'email',
  'wait',
  'until',
  'wait_for_event',
  'condition',
  'split',
  'update_user',
  'webhook',
  'end',
] as const;
export type StepKind = (typeof STEP_KINDS)[number];

export interface SettingsSpec {
  readonly window: number;
  readonly entry: number;
  readonly goal: number;
  readonly exit: number;
  readonly again: number;
  readonly late: number;
  readonly overCap: number;
  readonly priority: number;
}

/** A series: what it is published as first, and what it may be published as later. */
export interface SeriesSpec {
  readonly settings: SettingsSpec;
  readonly steps: readonly StepSpec[];
  /** Later drafts: which of the steps they have, in which order. */
  readonly later: readonly (readonly number[])[];
  /** Whether it has to be activated first. */
  readonly isDraft: boolean;
}

const HTML = '<p>Hello {{ user.name }}</p>';
const HOUR = { amount: 1, unit: 'hours' } as const;
const DAY = { amount: 1, unit: 'days' } as const;
const PRO = { field: 'user.plan', operator: 'equals', value: 'pro' } as const;
/** Of events with a number: those with at least 2. */
const MANY = { field: 'metadata.n', operator: 'at_least', value: 2 } as const;

const WINDOWS = [
  {},
  { send_window: { start: '09:00', end: '17:00' }, business_days_only: true, spread_minutes: 30 },
  { send_window: { start: '22:00', end: '06:00' } },
] as const;

const ENTRIES = [
  {},
  { entry_trigger: 'event', entry_event_name: 'start' },
  { entry_trigger: 'event', entry_event_name: 'start', entry_filter: MANY },
  { entry_trigger: 'user_created' },
  { entry_trigger: 'segment_match', audience: PRO },
  {
    entry_trigger: 'segment_match',
    audience: { field: 'user.ends_at', operator: 'within_next', value: DAY },
  },
] as const;

const GOALS = [
  null,
  { event: 'done' },
  { filter: PRO },
  { event: 'done', filter: MANY, within: DAY },
  { filter: { field: 'user.ends_at', operator: 'more_than_ago', value: HOUR } },
] as const;

const AGAIN = [
  {},
  { enabled: true },
  { enabled: true, cooldown: HOUR, max_runs: 3 },
  { enabled: true, max_runs: 2, after: 'leaving' },
] as const;

const LATE = [{}, { late: 'skip', after: HOUR }, { late: 'exit', after: DAY }] as const;

/** How many ways each setting may be, the simplest first. */
export const SETTINGS_COUNTS = {
  window: WINDOWS.length,
  entry: ENTRIES.length,
  goal: GOALS.length,
  exit: 4,
  again: AGAIN.length,
  late: LATE.length,
  overCap: 2,
  priority: 3,
} as const satisfies Record<keyof SettingsSpec, number>;

/** Limits of the workspace side. */
export const LIMITS = [
  {},
  { limits: { series_at_once: 1, emails: null } },
  { limits: { series_at_once: null, emails: { count: 2, days: 1 } } },
] as const;

export const STEP_VARIANTS = 6;

/** Whom an audience holds begins again with each change, for ever: those are bounded. */
const SEGMENT_RUNS_MAX = 4;

/** How many runs of one person a series may have in all, without those that were removed. */
export function runsMaxOf({ entry, again }: SettingsSpec): number {
  const { enabled, max_runs: max } = {
    enabled: false,
    max_runs: null as number | null,
    ...AGAIN[again],
  };
  if (!enabled) return 1;
  return max ?? (entry >= FIRST_SEGMENT ? SEGMENT_RUNS_MAX : Number.POSITIVE_INFINITY);
}

/** Whether people have to be looked for, as the clock moves or the series begins. */
export const isSwept = ({ entry, goal }: SettingsSpec): boolean =>
  entry >= FIRST_SEGMENT || goal === GOALS.length - 1;

const FIRST_SEGMENT = 4;

/** The settings of a series, as a client sends them. */
export function settingsJsonOf(spec: SettingsSpec, otherSeriesId: string): object {
  const exits = [[], [{ event: 'bye' }], [{ filter: { not: PRO } }], [{ enters: otherSeriesId }]];
  const runsMax = runsMaxOf(spec);
  return {
    ...WINDOWS[spec.window],
    ...ENTRIES[spec.entry],
    goal: GOALS[spec.goal],
    exit: exits[spec.exit],
    reenrollment: {
      enabled: false,
      ...AGAIN[spec.again],
      ...(runsMax < Infinity ? { max_runs: runsMax } : {}),
    },
    resume: LATE[spec.late],
    over_cap: spec.overCap === 0 ? 'delay' : 'skip',
    priority: spec.priority,
  };
}

/** The steps of one of the drafts of a series, the first one being that of its first version. */
export function draftOf({ steps, later }: SeriesSpec, draft: number): readonly StepSpec[] {
  const order = draft === 0 ? undefined : later[(draft - 1) % later.length];
  if (order === undefined) return steps;
  const picked = new Set(order.map((index) => steps[index % steps.length]));
  return [...picked].filter((step) => step !== undefined);
}

/** Most steps are known by their kind; some may be of another kind in another draft. */
export const stepIdOf = ({ kind, name, variant }: StepSpec): string =>
  variant === STEP_VARIANTS - 1 ? `step-${name}` : `${kind}-${name}`;

/** The steps of a draft, as a client sends them: acyclic, and all of them can be reached. */
export function stepsJsonOf(draft: readonly StepSpec[]): object[] {
  const last = draft.length - 1;
  const specs = draft.filter(({ kind }, index) => kind !== 'end' || (index === last && last > 0));
  const isEmpty = specs.every(({ kind }) => kind === 'end');
  if (isEmpty) return [{ id: 'hello', type: 'email', subject: 'Hello', html: HTML }];
  const ids = specs.map(stepIdOf);
  return specs.map((spec, index) => {
    const elsewhere = ids[index + 2 + spec.jump] ?? null;
    const following = ids[index + 1] ?? null;
    return { id: ids[index], ...fieldsOf(spec, { following, elsewhere }) };
  });
}

type Ways = Readonly<Record<'following' | 'elsewhere', string | null>>;

function fieldsOf({ kind, name, variant }: StepSpec, { following, elsewhere }: Ways): object {
  const of = <T>(list: readonly T[]): T => list[variant % list.length] as T;
  switch (kind) {
    case 'email':
      return {
        type: 'email',
        subject: variant === 2 ? 'More{{ traits.end | url_decode }}' : 'Hello',
        html: variant === 4 && name === 2 ? `${HTML}{{ "\\u0000" }}` : HTML,
        ...of([{}, { delay: DAY }, {}, { delay: HOUR }, {}, {}]),
      };
    case 'wait':
      return { type: 'wait', delay: of([HOUR, { amount: 30, unit: 'minutes' }, DAY]) };
    case 'until':
      return {
        type: 'wait',
        until: of([
          { time: '14:00' },
          { date: 'user.ends_at', offset: { amount: -1, unit: 'hours' } },
          { date: '{{ user.ends_at }}' },
          { weekday: [1, 4] },
        ]),
      };
    case 'wait_for_event': {
      const [next, onTimeout] =
        variant === 1 ? [elsewhere, following] : ([following, elsewhere] as const);
      return {
        type: 'wait_for_event',
        event_type: of(['ping', 'ping', 'pong']),
        ...(variant === 2 ? { filter: MANY } : {}),
        timeout: of([{ amount: 6, unit: 'hours' }, HOUR, { amount: 20, unit: 'hours' }]),
        next,
        on_timeout: onTimeout,
      };
    }
    case 'condition':
      return {
        type: 'condition',
        filter: of([
          PRO,
          { event: 'ping', operator: 'at_least', count: 1 },
          { email: 'any', operator: 'sent' },
          { field: 'properties.tier', operator: 'is_set' },
        ]),
        yes: following,
        no: elsewhere,
      };
    case 'split':
      return {
        type: 'split',
        branches: [
          { weight: of([1, 3]), next: following },
          { weight: 1, next: elsewhere },
        ],
      };
    case 'update_user':
      return {
        type: 'update_user',
        ...of([
          { set: { nick: '{{ user.email }}' } },
          { set: { plan: 'pro' } },
          { remove: ['plan'] },
        ]),
      };
    case 'webhook':
      return {
        type: 'webhook',
        url: of(['https://one.example/hook', 'https://two.example/hook']),
        data: { who: '{{ user.email }}' },
        set_traits: variant === 1,
      };
    case 'end':
      return { type: 'end' };
  }
}
