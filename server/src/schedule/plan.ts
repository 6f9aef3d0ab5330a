import { delayed, type Delay } from './delay.ts';
import { reasonsOf } from './explain.ts';
import { firstOpening, type Opening } from './opening.ts';
import type { Reason } from './reason.ts';
import { recipientZoneOf, type RecipientZone } from './recipient-zone.ts';
import type { ScheduleRules } from './settings.ts';
import { spreadOffset } from './spread.ts';
import { zoneClockOf } from './zone-clock.ts';

/** What one planning looks at. */
export interface PlanInput {
  /** The instant it counts from: see `nextCount`. */
  readonly fromAt: Date;
  readonly delay: Delay | null;
  /** The user's zone as stored, known to the runtime or not. */
  readonly userTimezone: string | null;
  readonly rules: ScheduleRules;
  /** Whether the step reaches a person, so that the send window and the allowed days hold. */
  readonly windowed: boolean;
  /** Identifies the recipient row; without it nothing is spread. */
  readonly spreadKey?: string;
  /** Whether to give reasons. They cost more than the plan. */
  readonly explain?: boolean;
}

/** When a step is due, and why then. */
export interface Plan extends RecipientZone {
  readonly dueAt: Date;
  /** When the window that `dueAt` lies in closes; null when it never does. */
  readonly closesAt: Date | null;
  /** In the order in which the rules were applied; empty unless asked for. */
  readonly reasons: readonly Reason[];
}

/**
 * When a step is due. Everything that shows or stores a send time gets it here.
 *
 * Never before `fromAt`; planning the answer again, without a delay, gives the answer.
 * Source: spec/scheduling.md.
 *
 * @throws NoOpenSlotError when no window opens within 800 days
 */
export function planStep(input: PlanInput): Plan {
  const { delay, userTimezone, rules, windowed, spreadKey, explain = false } = input;
  const from = epochMsOf(input.fromAt);
  const zone = recipientZoneOf(userTimezone, rules);
  const clock = zoneClockOf(zone.timezone);
  const ready = delay === null ? from : delayed(from, delay, { clock, days: rules });
  const opening = windowed ? firstOpening(ready, clock, rules) : null;
  const due = opening === null ? ready : spreadOut(opening, ready, rules.spreadMs, spreadKey);
  const closes = opening?.window?.closes ?? null;
  return {
    dueAt: new Date(due),
    closesAt: closes === null ? null : new Date(closes),
    timezone: zone.timezone,
    zoneSource: zone.zoneSource,
    reasons: explain ? reasonsOf({ input, zone, clock, from, ready, opening, due }) : [],
  };
}

/**
 * Whether mail may leave at an instant; asked again when an attempt starts.
 *
 * @returns when the window closes (null for never), or null when it is not open
 */
export function openAt(
  instant: Date,
  { userTimezone, rules }: { userTimezone: string | null; rules: ScheduleRules },
): { closesAt: Date | null } | null {
  const from = epochMsOf(instant);
  const clock = zoneClockOf(recipientZoneOf(userTimezone, rules).timezone);
  const { at, window } = firstOpening(from, clock, rules);
  if (at !== from) return null;
  return { closesAt: window === null ? null : new Date(window.closes) };
}

/**
 * The instant the next step's delay counts from: the due time of the step just handled, so that
 * plans do not drift, unless it was handled more than `max_lateness` late.
 */
export function nextCount(previousDueAt: Date, handledAt: Date, rules: ScheduleRules): Date {
  const lateMs = handledAt.getTime() - previousDueAt.getTime();
  return lateMs <= rules.maxLatenessMs ? previousDueAt : handledAt;
}

/**
 * Only who was held until the opening is spread: who arrives in an open window arrives scattered.
 */
function spreadOut(
  { at, window }: Opening,
  ready: number,
  spreadMs: number,
  key: string | undefined,
): number {
  const isHeld = window !== null && at > ready;
  if (!isHeld || spreadMs === 0 || key === undefined) return at;
  return at + spreadOffset(key, window, spreadMs);
}

function epochMsOf(date: Date): number {
  const ms = date.getTime();
  if (Number.isNaN(ms)) throw new RangeError('an invalid date cannot be planned');
  return ms;
}
