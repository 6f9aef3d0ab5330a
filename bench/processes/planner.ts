import { planStep, type PlanInput } from '../../server/src/schedule/plan.ts';
import { rulesOf, type ScheduleSettings } from '../../server/src/schedule/settings.ts';
import { answerCalls } from '../child.ts';
import { perSecond } from '../measure.ts';

const ZONES = [
  'America/New_York',
  'Europe/Berlin',
  'Asia/Tokyo',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Africa/Cairo',
  'Asia/Kathmandu',
  'America/Los_Angeles',
  'Europe/London',
  'Pacific/Auckland',
  'America/Santiago',
  'Asia/Kolkata',
];
const SETTINGS: readonly ScheduleSettings[] = [
  {},
  { send_window: { start: '09:00', end: '17:00' } },
  { send_window: { start: '22:00', end: '06:00' }, spread_minutes: 30 },
  { send_window: { start: '09:00', end: '17:00' }, business_days_only: true },
  {
    send_window: { start: '08:30', end: '18:00' },
    business_days_only: true,
    holidays: { country: 'DE', region: 'BE' },
    spread_minutes: 60,
  },
];
const DELAYS = [
  { amount: 3, unit: 'hours' },
  { amount: 1, unit: 'days' },
  { amount: 2, unit: 'business_days' },
  { amount: 1, unit: 'weeks' },
  { amount: 45, unit: 'minutes' },
] as const;
const INPUTS = 10_000;
const START = Date.UTC(2027, 0, 1);
/** Prime, so that every hour and day of the year comes up. */
const STEP_MS = 3_157_967;

const compiled = SETTINGS.map((settings) => rulesOf(settings, 'UTC'));

const inputs: readonly PlanInput[] = Array.from({ length: INPUTS }, (_, i) => ({
  fromAt: new Date(START + i * STEP_MS),
  delay: DELAYS[i % DELAYS.length] ?? null,
  userTimezone: ZONES[i % ZONES.length] ?? null,
  rules: compiled[i % compiled.length] as PlanInput['rules'],
  windowed: i % 4 !== 0,
  spreadKey: `0198a1c2-0000-7000-8000-${String(i).padStart(12, '0')}`,
}));

answerCalls({
  /** @returns plans per second */
  run: ({ count, explain }: { count: number; explain: boolean }) => {
    let sum = 0;
    const startedMs = performance.now();
    for (let i = 0; i < count; i += 1) {
      const input = inputs[i % INPUTS] as PlanInput;
      sum += planStep({ ...input, explain }).dueAt.getTime();
    }
    const ms = performance.now() - startedMs;
    if (Number.isNaN(sum)) throw new Error('a plan without a time');
    return perSecond(count, ms);
  },
});
