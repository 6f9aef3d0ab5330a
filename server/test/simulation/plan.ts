import fc from 'fast-check';

/** Something that happens in a history, a while after what came before it. */
export type Action = { readonly afterMs: number } & (
  | { readonly kind: 'enroll' | 'remove'; readonly user: number }
  | { readonly kind: 'zone'; readonly user: number; readonly zone: string }
  | { readonly kind: 'address'; readonly user: number; readonly hasAddress: boolean }
  | { readonly kind: 'pause' | 'resume' | 'archive' | 'publish' }
  | { readonly kind: 'kill' | 'stop'; readonly worker: number }
  | { readonly kind: 'freeze'; readonly worker: number; readonly forMs: number }
  | { readonly kind: 'cut'; readonly worker: number }
  | { readonly kind: 'restart database' }
  | { readonly kind: 'resolve'; readonly decision: 'resend' | 'mark_sent' }
);

/** The settings of the series, among those that differ in how they are planned. */
export const SETTINGS = [
  {},
  { send_window: { start: '09:00', end: '17:00' }, business_days_only: true, spread_minutes: 30 },
  { send_window: { start: '22:00', end: '06:00' } },
  { reenrollment: { enabled: true, cooldown: { amount: 1, unit: 'hours' }, max_runs: 3 } },
] as const;

/** Everything that a history follows from. */
export interface Plan {
  /** Which of what may happen next does, and how the mail server feels. */
  readonly seed: number;
  readonly settings: number;
  readonly userCount: number;
  readonly workerCount: number;
  /** How many of a thousand requests to the database lose their connection. */
  readonly cutsPerMille: number;
  readonly script: readonly Action[];
}

const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia', 'no/zone'];

/** Now, within a handover, within a lease, about when a worker is given up, hours and days. */
const afterMs = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 500 }) },
  { weight: 3, arbitrary: fc.integer({ min: 500, max: 40_000 }) },
  { weight: 3, arbitrary: fc.integer({ min: 40_000, max: 90_000_000 }) },
);

const user = fc.nat({ max: 3 });
const worker = fc.nat({ max: 1 });

function action(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>) {
  return fc.record({ afterMs, ...fields });
}

const ANY_ACTION = fc.oneof(
  { weight: 8, arbitrary: action({ kind: fc.constant('enroll'), user }) },
  { weight: 3, arbitrary: action({ kind: fc.constant('remove'), user }) },
  {
    weight: 2,
    arbitrary: action({ kind: fc.constant('zone'), user, zone: fc.constantFrom(...ZONES) }),
  },
  {
    weight: 1,
    arbitrary: action({ kind: fc.constant('address'), user, hasAddress: fc.boolean() }),
  },
  { weight: 3, arbitrary: action({ kind: fc.constantFrom('pause', 'resume') }) },
  { weight: 1, arbitrary: action({ kind: fc.constantFrom('archive', 'publish') }) },
  { weight: 4, arbitrary: action({ kind: fc.constant('kill'), worker }) },
  { weight: 1, arbitrary: action({ kind: fc.constant('stop'), worker }) },
  {
    weight: 3,
    arbitrary: action({
      kind: fc.constant('freeze'),
      worker,
      forMs: fc.oneof(fc.constant(60_000), fc.integer({ min: 100, max: 20_000 })),
    }),
  },
  { weight: 2, arbitrary: action({ kind: fc.constant('cut'), worker }) },
  { weight: 1, arbitrary: action({ kind: fc.constant('restart database') }) },
  {
    weight: 2,
    arbitrary: action({
      kind: fc.constant('resolve'),
      decision: fc.constantFrom('resend', 'mark_sent'),
    }),
  },
) as fc.Arbitrary<Action>;

/** Plans of histories; a failing one shrinks to few actions. */
export const anyPlan: fc.Arbitrary<Plan> = fc.record({
  seed: fc.noShrink(fc.integer()),
  settings: fc.nat({ max: SETTINGS.length - 1 }),
  userCount: fc.integer({ min: 1, max: 4 }),
  workerCount: fc.integer({ min: 1, max: 2 }),
  cutsPerMille: fc.constantFrom(0, 0, 10, 40),
  script: fc.array(ANY_ACTION, { maxLength: 14, size: 'max' }),
});
