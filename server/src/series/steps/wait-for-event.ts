import {
  eventFilterOf,
  EVENT_TYPE_LENGTH_MAX,
  faultsOfEventFilter,
  matchesEvent,
  wordsOf,
} from '../../audience/index.ts';
import { addDelay, faultsOfDelay } from '../../schedule/delay.ts';
import { delayText } from '../../schedule/explain.ts';
import { isAbsent, quoted, type Fault } from '../../schedule/fault.ts';
import { textFault } from '../fault.ts';
import type { Decision, StepContextFacts, StepType, WaitForEventStep } from '../step.ts';
import { compiledOnce } from './compiled.ts';
import { brief } from './words.ts';

export const waitForEvent: StepType<WaitForEventStep> = {
  type: 'wait_for_event',
  reachesPerson: false,
  isPlanned: true,
  faults: faultsOfWait,
  targets: (step) => [
    { path: 'next', to: step['next'] },
    { path: 'on_timeout', to: step['on_timeout'] },
  ],
  withTargets: (step, [next = null, onTimeout = null]) => ({
    ...step,
    next,
    on_timeout: onTimeout,
  }),
  delayOf: () => null,
  needs: (step, rules) => ({
    facts: null,
    waitsFor: step.event_type,
    waitsFilter: filterOfStep(step, rules.timezone),
  }),
  decide,
  words: (step) => `waits for ${eventWords(step)}, for ${delayText(step.timeout)} at most`,
};

function faultsOfWait(step: Readonly<Record<string, unknown>>, path: string): Fault[] {
  const { filter, timeout, event_type: eventType } = step;
  const type = textFault(eventType, `${path}/event_type`, EVENT_TYPE_LENGTH_MAX);
  return [
    ...(type === null ? [] : [type]),
    ...(isAbsent(filter) ? [] : faultsOfEventFilter(filter, `${path}/filter`)),
    ...faultsOfDelay(timeout, `${path}/timeout`),
  ];
}

const filterOfStep = compiledOnce((step: WaitForEventStep, timezone) =>
  isAbsent(step.filter) ? null : eventFilterOf(step.filter, { timezone }),
);

/** `'order_placed' where metadata.total is at least 10`. */
function eventWords(step: WaitForEventStep): string {
  const filter = filterOfStep(step, 'UTC');
  return `${quoted(step.event_type)}${filter === null ? '' : ` where ${brief(wordsOf(filter))}`}`;
}

function decide(step: WaitForEventStep, facts: StepContextFacts): Decision {
  const { heard, now, fromAt, userTimezone, rules } = facts;
  const filter = filterOfStep(step, rules.timezone);
  // One that came in time counts even if it is only seen afterwards.
  const event = heard.find((one) => filter === null || matchesEvent(filter, one, now));
  const input = eventWords(step);
  if (event !== undefined) {
    const outcome = `happened at ${event.occurredAt.toISOString()}`;
    const why = [{ rule: 'wait_for_event', input, outcome }];
    return { kind: 'go', to: step.next, branch: 'event', why, heardEventId: event.id };
  }
  const unfit = heard.length === 0 ? '' : `; ${heard.length} did not match`;
  const endsAt = addDelay(fromAt, step.timeout, { userTimezone, rules });
  const span = `for ${delayText(step.timeout)}, until ${endsAt.toISOString()}`;
  if (now >= endsAt) {
    const why = [{ rule: 'wait_for_event', input, outcome: `did not happen ${span}${unfit}` }];
    return { kind: 'go', to: step.on_timeout, branch: 'timeout', why };
  }
  const why = [{ rule: 'wait_for_event', input, outcome: `waits ${span}${unfit}` }];
  return { kind: 'hold', until: endsAt, why };
}
