import { expect, test } from 'vitest';
import type { Delay } from './delay.ts';
import { NoOpenSlotError } from './errors.ts';
import { DAY_MS } from './local-date.ts';
import { nextCount, openAt, planStep } from './plan.ts';
import { rulesOf, type ScheduleSettings } from './settings.ts';

const OFFICE = { send_window: { start: '09:00', end: '17:00' }, business_days_only: true };
const NIGHT = { send_window: { start: '22:00', end: '06:00' }, business_days_only: true };

interface Question {
  readonly settings?: ScheduleSettings;
  readonly user?: string | null;
  readonly workspace?: string | null;
  readonly delay?: Delay | null;
  readonly windowed?: boolean;
  readonly spreadKey?: string;
}

function planFrom(from: string, question: Question = {}) {
  const { settings = {}, user = null, workspace = null, delay = null, windowed = true } = question;
  const plan = planStep({
    fromAt: new Date(from),
    delay,
    userTimezone: user,
    rules: rulesOf(settings, workspace),
    windowed,
    explain: true,
    ...(question.spreadKey === undefined ? {} : { spreadKey: question.spreadKey }),
  });
  return {
    ...plan,
    due: plan.dueAt.toISOString().replace(':00.000Z', 'Z'),
    closes: plan.closesAt?.toISOString().replace(':00.000Z', 'Z') ?? null,
    why: plan.reasons.map(({ rule, input, outcome }) => `${rule}: ${input} → ${outcome}`),
  };
}

test('the zone is the first known one of user, series and workspace, or UTC', () => {
  const from = '2026-11-20T00:00:00Z';
  const zoneOf = (question: Question) => {
    const { timezone, zoneSource } = planFrom(from, question);
    return `${zoneSource} ${timezone}`;
  };
  const settings = { timezone: 'Europe/Berlin' };
  const workspace = 'Asia/Tokyo';
  expect(zoneOf({ user: 'us/pacific', settings, workspace })).toBe('user US/Pacific');
  expect(zoneOf({ user: 'EST5EDT', settings, workspace })).toBe('series Europe/Berlin');
  expect(zoneOf({ user: 'EST5EDT', workspace })).toBe('workspace Asia/Tokyo');
  expect(zoneOf({ user: null })).toBe('default UTC');
  const fixed = { ...settings, use_user_timezone: false };
  expect(zoneOf({ user: 'US/Pacific', settings: fixed, workspace })).toBe('series Europe/Berlin');
});

test('a window is half-open: its opening is in it, its end is not', () => {
  expect(planFrom('2026-11-20T09:00:00.000Z', { settings: OFFICE }).due).toBe('2026-11-20T09:00Z');
  expect(planFrom('2026-11-20T08:59:59.999Z', { settings: OFFICE }).due).toBe('2026-11-20T09:00Z');
  expect(planFrom('2026-11-20T16:59:59.999Z', { settings: OFFICE }).due).toBe(
    '2026-11-20T16:59:59.999Z',
  );
  expect(planFrom('2026-11-20T17:00:00.000Z', { settings: OFFICE }).due).toBe('2026-11-23T09:00Z');
});

test('a window that crosses midnight belongs to the day on which it opens', () => {
  // Friday's window lasts into Saturday; Sunday's does not exist, so Monday 00:00 is closed.
  expect(planFrom('2026-11-21T03:00:00Z', { settings: NIGHT })).toMatchObject({
    due: '2026-11-21T03:00Z',
    closes: '2026-11-21T06:00Z',
  });
  expect(planFrom('2026-11-21T23:00:00Z', { settings: NIGHT }).due).toBe('2026-11-23T22:00Z');
  expect(planFrom('2026-11-23T03:00:00Z', { settings: NIGHT }).due).toBe('2026-11-23T22:00Z');
  expect(planFrom('2026-11-24T03:00:00Z', { settings: NIGHT }).due).toBe('2026-11-24T03:00Z');
});

test('a window stays open over a date that a clock change skips', () => {
  // In Apia Friday 2011-12-30 is missing: Thursday's window closes on Saturday morning.
  const settings = { send_window: NIGHT.send_window };
  expect(planFrom('2011-12-30T12:00:00Z', { settings, user: 'Pacific/Apia' })).toMatchObject({
    due: '2011-12-30T12:00Z',
    closes: '2011-12-30T16:00Z',
  });
});

test('a window to 24:00 lasts until the next day begins, and one from 00:00 opens with it', () => {
  const late = { send_window: { start: '18:00', end: '24:00' } };
  expect(planFrom('2026-11-20T23:59:59Z', { settings: late })).toMatchObject({
    due: '2026-11-20T23:59:59.000Z',
    closes: '2026-11-21T00:00Z',
  });
  expect(planFrom('2026-11-21T00:00:00Z', { settings: late }).due).toBe('2026-11-21T18:00Z');
});

test('without a send window, business days are whole days', () => {
  const settings = { business_days_only: true };
  expect(planFrom('2026-11-21T12:00:00Z', { settings, user: 'Asia/Tokyo' })).toMatchObject({
    due: '2026-11-22T15:00Z',
    closes: '2026-11-23T15:00Z',
  });
});

test('a window that is never closed has no end', () => {
  expect(planFrom('2026-11-21T12:00:00Z').closesAt).toBeNull();
  const allDay = { send_window: { start: '00:00', end: '24:00' } };
  expect(planFrom('2026-11-21T12:00:00Z', { settings: allDay }).closesAt).toBeNull();
});

test('a step that reaches nobody waits for its delay, which counts business days', () => {
  const holidays = { country: 'DE', region: null };
  const plan = planFrom('2026-12-24T23:00:00Z', {
    settings: { ...OFFICE, holidays },
    delay: { amount: 1, unit: 'business_days' },
    windowed: false,
  });
  expect(plan).toMatchObject({ due: '2026-12-28T23:00Z', closesAt: null });
  expect(plan.why.at(-1)).toBe(
    'window: a step that reaches nobody → send window and days do not apply',
  );
});

test("a public holiday closes its window, in the recipient's own date", () => {
  const settings = { ...OFFICE, holidays: { country: 'DE', region: 'BE' } };
  const plan = planFrom('2026-12-24T20:00:00Z', { settings, user: 'Europe/Berlin' });
  expect(plan.due).toBe('2026-12-28T08:00Z');
  expect(plan.why).toContain(
    'holiday: Fri 2026-12-25 is Christmas Day (DE-BE) → not a business day',
  );
  // It is still the 24th in New York.
  expect(planFrom('2026-12-24T20:00:00Z', { settings, user: 'America/New_York' }).due).toBe(
    '2026-12-24T20:00Z',
  );
});

test('holidays close nothing where business days are not asked for', () => {
  const settings = { send_window: OFFICE.send_window, holidays: { country: 'DE', region: null } };
  expect(planFrom('2026-12-25T08:00:00Z', { settings }).due).toBe('2026-12-25T09:00Z');
});

test('a clock change that empties the only window of a week leaves the next week', () => {
  const settings = {
    send_window: { start: '02:00', end: '03:00' },
    business_days_only: true,
    business_days: [7],
  };
  expect(planFrom('2026-03-28T12:00:00Z', { settings, user: 'Europe/Berlin' }).due).toBe(
    '2026-04-05T00:00Z',
  );
});

test('the search ends after 800 days, with an error and not with a late send', () => {
  const from = new Date('2026-11-20T12:00:00Z');
  const today = Math.floor(from.getTime() / DAY_MS);
  const openingAfter = (days: number) => {
    const nameOn = (day: number) => (day < today + days ? 'closed' : null);
    const weekdays = [true, true, true, true, true, true, true, true];
    const rules = { ...rulesOf(OFFICE, null), weekdays, holidays: { place: 'XX', nameOn } };
    return planStep({ fromAt: from, delay: null, userTimezone: null, rules, windowed: true }).dueAt;
  };
  expect(openingAfter(800).getTime()).toBe((today + 800) * DAY_MS + 9 * 3_600_000);
  expect(() => openingAfter(801)).toThrow(NoOpenSlotError);
  expect(() => openingAfter(Number.POSITIVE_INFINITY)).toThrow('within 800 days');
});

test('what is no date is not planned', () => {
  expect(() => planFrom('never', { delay: { amount: 1, unit: 'hours' } })).toThrow(RangeError);
});

test('only sends held until an opening are spread, inside the window and always alike', () => {
  const settings = { ...OFFICE, spread_minutes: 60 };
  const held = planFrom('2026-11-20T20:00:00Z', { settings, spreadKey: 'row-1' });
  expect(held.dueAt.getTime()).toBeGreaterThan(Date.parse('2026-11-23T09:00:00Z'));
  expect(held.dueAt.getTime()).toBeLessThan(Date.parse('2026-11-23T10:00:00Z'));
  expect(held.closes).toBe('2026-11-23T17:00Z');
  expect(planFrom('2026-11-20T20:00:00Z', { settings, spreadKey: 'row-1' }).dueAt).toEqual(
    held.dueAt,
  );
  expect(planFrom('2026-11-20T20:00:00Z', { settings, spreadKey: 'row-2' }).dueAt).not.toEqual(
    held.dueAt,
  );
  expect(planFrom('2026-11-20T10:00:00Z', { settings, spreadKey: 'row-1' }).due).toBe(
    '2026-11-20T10:00Z',
  );
  expect(planFrom('2026-11-20T20:00:00Z', { settings }).due).toBe('2026-11-23T09:00Z');
  expect(held.why.at(-1)).toMatch(
    /^spread: sends of an opening are spread over 60 minutes → Mon 2026-11-23 09:\d\d:\d\d$/,
  );
});

test('a window that is open now is told with its end, a closed one is not open', () => {
  const rules = rulesOf(OFFICE, null);
  const at = (text: string) => openAt(new Date(text), { userTimezone: 'Europe/Berlin', rules });
  expect(at('2026-11-20T08:00:00Z')).toEqual({ closesAt: new Date('2026-11-20T16:00:00Z') });
  expect(at('2026-11-20T16:00:00Z')).toBeNull();
  expect(at('2026-11-21T10:00:00Z')).toBeNull();
  const always = { userTimezone: null, rules: rulesOf({}, null) };
  expect(openAt(new Date(0), always)).toEqual({ closesAt: null });
});

test('the next delay counts from the due time, unless the step was handled too late', () => {
  const due = new Date('2026-11-20T09:00:00Z');
  const later = (minutes: number) => new Date(due.getTime() + minutes * 60_000);
  const rules = rulesOf({}, null);
  expect(nextCount(due, later(0), rules)).toEqual(due);
  expect(nextCount(due, later(60), rules)).toEqual(due);
  expect(nextCount(due, later(61), rules)).toEqual(later(61));
  const strict = rulesOf({ max_lateness: { amount: 5, unit: 'minutes' } }, null);
  expect(nextCount(due, later(6), strict)).toEqual(later(6));
});

test('reasons say each rule in order, in words', () => {
  const plan = planFrom('2026-11-20T17:30:00Z', {
    settings: { ...OFFICE, timezone: 'Europe/Berlin' },
    user: 'Mars/Base',
    delay: { amount: 2, unit: 'hours' },
  });
  expect(plan.why).toEqual([
    "zone: user's timezone 'Mars/Base' → not a known time zone; ignored",
    "zone: series' timezone → Europe/Berlin",
    'delay: 2 hours after Fri 2026-11-20 18:30 → Fri 2026-11-20 20:30',
    'window: 09:00–17:00, Mon–Fri → moved to Mon 2026-11-23 09:00',
  ]);
});

test('reasons name zones that are not used, and zones that are gone', () => {
  const why = (question: Question) => planFrom('2026-11-20T12:00:00Z', question).why;
  expect(why({})[0]).toBe("zone: user's timezone → not known");
  expect(why({})[1]).toBe('zone: no timezone set → UTC');
  expect(why({ settings: { use_user_timezone: false }, user: 'Asia/Tokyo' })[0]).toBe(
    "zone: user's timezone 'Asia/Tokyo' → not used: the series keeps one zone for everybody",
  );
  expect(why({ settings: { timezone: 'Old/Zone' }, workspace: 'Asia/Tokyo' })).toEqual([
    "zone: user's timezone → not known",
    "zone: series' timezone 'Old/Zone' → not a time zone known here; ignored",
    "zone: workspace's timezone → Asia/Tokyo",
    'delay: no delay after Fri 2026-11-20 21:00 → no change',
    'window: no send window, every day → open; no change',
  ]);
});

test('reasons say what a clock change did to a delay', () => {
  const day = { amount: 1, unit: 'days' } as const;
  const skipped = planFrom('2026-03-28T01:30:00Z', { user: 'Europe/Berlin', delay: day });
  expect(skipped.why[2]).toBe(
    'clock_change: Sun 2026-03-29 02:30 → skipped by a clock change; Sun 2026-03-29 03:30',
  );
  const twice = planFrom('2026-10-24T00:30:00Z', { user: 'Europe/Berlin', delay: day });
  expect(twice.why[2]).toBe('clock_change: Sun 2026-10-25 02:30 → occurs twice; the first');
});

test('reasons say that a window opened on the day before, and which days are allowed', () => {
  const settings = { ...NIGHT, business_days: [1, 3, 4, 5, 7] };
  expect(planFrom('2026-11-21T03:00:00Z', { settings }).why.at(-1)).toBe(
    'window: 22:00–06:00 the next day, Mon, Wed–Fri, Sun → ' +
      'open since Fri 2026-11-20 22:00; no change',
  );
  const holidays = { country: 'DE', region: null };
  const wholeDays = { business_days_only: true, holidays };
  expect(planFrom('2026-11-21T03:00:00Z', { settings: wholeDays }).why.at(-1)).toBe(
    'business_days: no send window, Mon–Fri without holidays of DE → moved to Mon 2026-11-23 00:00',
  );
});
