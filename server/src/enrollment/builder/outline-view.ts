import {
  DAY_MS,
  dayOf,
  minuteText,
  MINUTE_MS,
  weekdayName,
  weekdayOf,
} from '../../schedule/local-date.ts';
import { zoneClockOf, type ZoneClock } from '../../schedule/zone-clock.ts';
import { stepTypeOf, type DraftStep } from '../../series/index.ts';
import type { Outline } from './outline-series.ts';
import type { OutlinedStep } from './outline.ts';

type Weekday = 'Mon' | 'Tue' | 'Wed' | 'Thu' | 'Fri' | 'Sat' | 'Sun';

/** An outline as the API shows it. */
export function outlineView({ at, zone, draft, steps, faults, warnings, words }: Outline) {
  const clock = zoneClockOf(zone.timezone);
  const drafts = new Map(draft.steps.map((step) => [step.id, step]));
  const place = { clock, timezone: zone.timezone, enteredOn: dayOf(clock.localAt(at.getTime())) };
  return {
    at: at.toISOString(),
    timezone: { name: zone.timezone, source: zone.zoneSource },
    steps: steps.map((step) => stepView(step, drafts.get(step.id), place)),
    faults: faults.map(({ stepId, path, code, message }) => ({
      step_id: stepId,
      path,
      code,
      message,
    })),
    warnings: warnings.map(({ stepId, ...rest }) => ({ step_id: stepId, ...rest })),
    words: { ...words, exits: [...words.exits] },
  };
}

interface Place {
  readonly clock: ZoneClock;
  readonly timezone: string;
  readonly enteredOn: number;
}

function stepView({ id, span, reasons }: OutlinedStep, draft: DraftStep | undefined, place: Place) {
  const step = draft?.step ?? null;
  const words = step === null ? null : stepTypeOf(step).words(step);
  const own = { step_id: id, words, reasons: [...reasons] };
  if (span === null) {
    const never = { day: null, at: null, weekday: null, local_time: null, timezone: null };
    return { ...own, ...never, latest: null, certain: false };
  }
  const isOne = span.first.getTime() === span.last.getTime();
  return {
    ...own,
    ...momentView(span.first, place),
    timezone: place.timezone,
    latest: isOne ? null : momentView(span.last, place),
    certain: span.isCertain,
  };
}

function momentView(at: Date, { clock, enteredOn }: Place) {
  const local = clock.localAt(at.getTime());
  const day = dayOf(local);
  const minute = Math.floor((local - day * DAY_MS) / MINUTE_MS);
  return {
    day: day - enteredOn,
    at: at.toISOString(),
    weekday: weekdayName(weekdayOf(day)) as Weekday,
    local_time: minuteText(minute),
  };
}
