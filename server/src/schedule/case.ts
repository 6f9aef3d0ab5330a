import { faultsOfDelay, type Delay } from './delay.ts';
import { NoOpenSlotError } from './errors.ts';
import { isAbsent, recordOf, type Fault } from './fault.ts';
import { planStep } from './plan.ts';
import type { Reason } from './reason.ts';
import { faultsOf, rulesOf, type ScheduleSettings } from './settings.ts';

/** One question to the planner, as a line of JSON: the form of the published cases. */
interface ScheduleCase {
  readonly at: Date;
  readonly delay: Delay | null;
  readonly timezone: string | null;
  readonly settings: ScheduleSettings;
}

/** When the step of a case is due, in which zone, and why then. */
export interface CaseAnswer {
  /** ISO 8601, UTC, milliseconds. */
  readonly scheduled_for: string;
  readonly timezone: string;
  readonly reasons: readonly Reason[];
}

/** Why a line is not a case, naming each faulty field. */
export interface CaseFault {
  readonly error: string;
  readonly faults: readonly Fault[];
}

/** A time with an offset; seconds of 60 are no instants. */
const INSTANT_FORM =
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * Answers one case for a step that reaches a person.
 *
 * @param line `{at, delay, timezone, settings}`, parsed or as JSON text; other fields, such as the
 *   expected answer, are ignored
 */
export function answerCase(line: unknown): CaseAnswer | CaseFault {
  const parsed = typeof line === 'string' ? parsedOf(line) : line;
  const fields = recordOf(parsed);
  if (fields === null) {
    const message = 'must be a JSON object {"at","delay","timezone","settings"}';
    return faultOf([{ path: 'line', message }]);
  }
  const { at, delay, timezone, settings } = fields;
  const faults = [
    ...(instantOf(at) === null ? [{ path: 'at', message: AT_MESSAGE }] : []),
    ...(isAbsent(delay) ? [] : faultsOfDelay(delay, 'delay')),
    ...(isAbsent(timezone) || typeof timezone === 'string'
      ? []
      : [{ path: 'timezone', message: 'must be a string or null' }]),
    ...(isAbsent(settings) ? [] : faultsOf(settings)),
  ];
  if (faults.length > 0) return faultOf(faults);
  return answerOf({
    at: instantOf(at) as Date,
    delay: isAbsent(delay) ? null : (delay as Delay),
    timezone: typeof timezone === 'string' ? timezone : null,
    settings: isAbsent(settings) ? {} : settings,
  });
}

const AT_MESSAGE = 'must be an instant such as 2026-11-20T10:00:00Z';

function answerOf({ at, delay, timezone, settings }: ScheduleCase): CaseAnswer | CaseFault {
  const rules = rulesOf(settings, null);
  try {
    const plan = planStep({
      fromAt: at,
      delay,
      userTimezone: timezone,
      rules,
      windowed: true,
      explain: true,
    });
    return {
      scheduled_for: plan.dueAt.toISOString(),
      timezone: plan.timezone,
      reasons: plan.reasons,
    };
  } catch (error) {
    if (error instanceof NoOpenSlotError)
      return faultOf([{ path: 'settings', message: error.message }]);
    throw error;
  }
}

function faultOf(faults: readonly Fault[]): CaseFault {
  return { error: faults.map(({ path, message }) => `${path}: ${message}`).join('; '), faults };
}

/** The instant, or null when the text is none: 30 February, hour 24, no offset. */
function instantOf(text: unknown): Date | null {
  if (typeof text !== 'string' || !INSTANT_FORM.test(text)) return null;
  try {
    return new Date(Temporal.Instant.from(text).epochMilliseconds);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The text's value; undefined when it is no JSON. */
function parsedOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
