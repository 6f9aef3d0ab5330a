import {
  matches,
  matchesEvent,
  wordsOf,
  type EventFact,
  type Facts,
} from '../../audience/index.ts';
import { addDelay } from '../../schedule/delay.ts';
import type { Reason } from '../../schedule/reason.ts';
import type { PublishedSeries } from '../../series/index.ts';
import type { Passage, Signal } from '../sql/signals.ts';
import { reactRulesOf, type LeaveRule } from './rules.ts';

/** What a passage ends as, and why. */
export interface Leaving {
  readonly state: 'goal_reached' | 'exited';
  readonly reason: string;
  readonly why: Reason;
}

/** What is known when a passage's goal and exit rules are asked. */
export interface LeaveFacts {
  /** Null when no signal has come, but time has passed. */
  readonly signal: Pick<Signal, 'kind' | 'name' | 'eventId' | 'at'> | null;
  readonly event: EventFact | null;
  /** Null where no rule looks at the person. */
  readonly person: Facts | null;
  readonly now: Date;
}

/** Whether a passage ends by its goal or an exit rule now. Pure. The first rule that holds decides. */
export function leavingOf(
  passage: Pick<Passage, 'enteredAt' | 'entryEvent' | 'userTimezone'>,
  series: PublishedSeries,
  facts: LeaveFacts,
): Leaving | null {
  for (const rule of reactRulesOf(series).leaving) {
    if (!isInTime(rule, passage, series, facts)) continue;
    const found = holds(rule, passage, facts);
    if (found === null) continue;
    const outcome = `leaves the series as ${rule.state}`;
    const why = { rule: rule.state === 'goal_reached' ? 'goal' : 'exit', input: found, outcome };
    return { state: rule.state, reason: rule.reason, why };
  }
  return null;
}

function isInTime(
  { within }: LeaveRule,
  { enteredAt, userTimezone }: Pick<Passage, 'enteredAt' | 'userTimezone'>,
  { rules }: PublishedSeries,
  { signal, now }: LeaveFacts,
): boolean {
  if (within === null) return true;
  const at = signal?.kind === 'event' ? signal.at : now;
  return at <= addDelay(enteredAt, within, { userTimezone, rules });
}

/** What was found, in words; null where the rule does not hold. */
function holds(
  rule: LeaveRule,
  { enteredAt, entryEvent }: Pick<Passage, 'enteredAt' | 'entryEvent'>,
  { signal, event, person, now }: LeaveFacts,
): string | null {
  switch (rule.kind) {
    case 'filter':
      return person !== null && matches(rule.filter, person, now) ? wordsOf(rule.filter) : null;
    case 'event': {
      // What had happened before somebody entered, and what they entered by, says nothing new.
      const isNew =
        signal?.kind === 'event' && signal.at >= enteredAt && signal.eventId !== entryEvent;
      if (!isNew || signal.name !== rule.event || event === null) return null;
      if (rule.filter !== null && !matchesEvent(rule.filter, event, now)) return null;
      return `event "${rule.event}" at ${signal.at.toISOString()}`;
    }
    case 'message':
      return signal?.kind === 'message' && signal.name === rule.what ? rule.what : null;
    case 'entered':
      return signal?.kind === 'entered' && signal.name === rule.seriesId
        ? `entered series ${rule.seriesId}`
        : null;
  }
}
