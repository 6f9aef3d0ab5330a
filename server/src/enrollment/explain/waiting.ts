import { addDelay } from '../../schedule/delay.ts';
import { NoOpenSlotError } from '../../schedule/errors.ts';
import { dateText, dayOf, weekdayName, weekdayOf } from '../../schedule/local-date.ts';
import { openAt } from '../../schedule/plan.ts';
import type { Reason } from '../../schedule/reason.ts';
import { recipientZoneOf } from '../../schedule/recipient-zone.ts';
import { isBusinessDay, type ScheduleRules } from '../../schedule/settings.ts';
import { zoneClockOf } from '../../schedule/zone-clock.ts';
import { stepTypeOf, type Step } from '../../series/index.ts';
import type { PersonCodeName } from './codes.ts';
import type { WaitingRow } from './facts.ts';

interface Held {
  readonly code: PersonCodeName;
  readonly detail: string;
}

interface WaitFacts {
  readonly now: Date;
  readonly row: WaitingRow;
  /** Null where the version has no such step. */
  readonly step: Step | null;
  readonly rules: ScheduleRules;
  readonly userTimezone: string | null;
}

/** Which rule holds a step that is not due yet, at this very instant. Pure. */
export function waitOf(facts: WaitFacts): Held {
  const { row, step } = facts;
  const told = (rule: string): Reason | undefined =>
    row.reasons.findLast((reason) => reason.rule === rule);
  if (!row.advances) return { code: 'waiting_resend', detail: '' };
  if (row.attempts > 0) {
    const detail = told('retry')?.input ?? `attempt ${row.attempts}`;
    return { code: step?.type === 'webhook' ? 'waiting_webhook_retry' : 'waiting_retry', detail };
  }
  const busy = step?.type === 'webhook' ? told('webhook') : undefined;
  if (busy !== undefined) return { code: 'waiting_webhook_room', detail: busy.input };
  if (told('frequency_cap') !== undefined) return { code: 'waiting_frequency_cap', detail: '' };
  if (row.held && step !== null) return heldOf(step);
  if (step === null) return { code: 'waiting_planned', detail: '' };
  return plannedOf(step, facts);
}

function heldOf(step: Step): Held {
  if (step.type === 'wait_for_event') return { code: 'waiting_event', detail: '' };
  const isForDate = step.type === 'wait' && (step.until?.date ?? null) !== null;
  return { code: isForDate ? 'waiting_until_date' : 'waiting_until', detail: '' };
}

/** By its delay first, then by what is closed now. */
function plannedOf(step: Step, facts: WaitFacts): Held {
  const { now, row, rules, userTimezone } = facts;
  const type = stepTypeOf(step);
  const delay = type.delayOf(step);
  if (delay !== null && now < addDelay(row.fromAt, delay, { userTimezone, rules })) {
    return { code: 'waiting_delay', detail: '' };
  }
  if (!type.reachesPerson || rules.isAlwaysOpen) return { code: 'waiting_planned', detail: '' };
  if (!isOpen(facts)) return closedBy(facts);
  const isSpread = row.reasons.some(({ rule }) => rule === 'spread');
  return { code: isSpread ? 'waiting_spread' : 'waiting_planned', detail: '' };
}

function isOpen({ now, rules, userTimezone }: WaitFacts): boolean {
  try {
    return openAt(now, { userTimezone, rules }) !== null;
  } catch (error) {
    if (error instanceof NoOpenSlotError) return false;
    throw error;
  }
}

function closedBy({ now, row, rules, userTimezone }: WaitFacts): Held {
  const clock = zoneClockOf(recipientZoneOf(userTimezone, rules).timezone);
  const day = dayOf(clock.localAt(now.getTime()));
  if (rules.businessDaysOnly && !isBusinessDay(day, rules)) {
    const isWorkday = rules.weekdays[weekdayOf(day)] === true;
    const holiday = isWorkday ? (rules.holidays?.nameOn(day) ?? null) : null;
    if (holiday === null)
      return { code: 'waiting_business_day', detail: weekdayName(weekdayOf(day)) };
    const detail = `${dateText(day)} is ${holiday}, ${rules.holidays?.place ?? ''}`;
    return { code: 'waiting_holiday', detail };
  }
  const limits = row.reasons.findLast(({ rule }) => rule === 'window' || rule === 'business_days');
  return { code: 'waiting_window', detail: limits?.input ?? 'outside its hours' };
}
