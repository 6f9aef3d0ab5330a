import { dateFieldNamed, type DateField } from '../../audience/index.ts';
import { faultsOfDelay } from '../../schedule/delay.ts';
import { delayText } from '../../schedule/explain.ts';
import { isAbsent, recordOf, type Fault } from '../../schedule/fault.ts';
import { faultsOfUntil } from '../../schedule/until-faults.ts';
import { untilOf, untilWords, type Until } from '../../schedule/until.ts';
import type { Decision, StepContextFacts, StepType, WaitStep } from '../step.ts';
import { compiledOnce } from './compiled.ts';
import { nextTarget, withNext } from './next.ts';

export const wait: StepType<WaitStep> = {
  type: 'wait',
  reachesPerson: false,
  isPlanned: true,
  faults: faultsOfWait,
  targets: nextTarget,
  withTargets: withNext,
  delayOf: ({ delay }) => delay ?? null,
  needs: ({ until }) => ({
    facts: isAbsent(until) ? null : (dateFieldOf(until)?.needs ?? null),
    waitsFor: null,
  }),
  decide,
  words: ({ delay, until }) => {
    if (!isAbsent(delay)) return `waits ${delayText(delay)}`;
    return `waits until ${isAbsent(until) ? 'nothing' : untilWords(until)}`;
  },
};

function faultsOfWait(step: Readonly<Record<string, unknown>>, path: string): Fault[] {
  const { delay, until } = step;
  const isUntil = !isAbsent(until);
  if (isUntil === !isAbsent(delay)) {
    const what = isUntil ? 'only one of delay and until' : 'delay or until';
    return [{ path: isUntil ? `${path}/until` : `${path}/delay`, message: `must have ${what}` }];
  }
  if (!isUntil) return faultsOfDelay(delay, `${path}/delay`);
  return [...faultsOfUntil(until, `${path}/until`), ...faultsOfDate(until, `${path}/until/date`)];
}

function faultsOfDate(until: unknown, path: string): Fault[] {
  const date = recordOf(until)?.['date'];
  if (isAbsent(date)) return [];
  const field = fieldOf(date);
  return typeof field === 'string' ? [{ path, message: field }] : [];
}

/** One field in double braces: no filters, for what a template makes is a text. */
const BRACED = /^\{\{-?\s*([^\s{}|]+?)\s*-?\}\}$/;
/** Templates call `event` what filters call `properties`. */
const AS_IN_TEMPLATES = /^event(?=\.)/;

/** The field that a date names, or what is wrong with the name. */
function fieldOf(date: unknown): DateField | string {
  if (typeof date !== 'string') return 'must be the name of a field';
  const text = date.trim();
  const name = text.startsWith('{{') ? BRACED.exec(text)?.[1] : text;
  if (name === undefined) return 'must name one field, and nothing else, in its double braces';
  return dateFieldNamed(name.replace(AS_IN_TEMPLATES, 'properties'));
}

/** The field that the `until` of a valid step names; null where it names none. */
const dateFieldOf = compiledOnce(({ date }: Until): DateField | null => {
  if (isAbsent(date)) return null;
  const field = fieldOf(date);
  if (typeof field === 'string') throw new Error(`date ${date}: ${field}`);
  return field;
});

function decide(step: WaitStep, facts: StepContextFacts): Decision {
  const { until } = step;
  const to = step.next;
  if (isAbsent(until)) return { kind: 'go', to, why: [] };
  const input = untilWords(until);
  if (facts.isHeld) {
    return { kind: 'go', to, why: [{ rule: 'until', input, outcome: 'the time has come' }] };
  }
  const { fromAt, userTimezone, rules, now, person } = facts;
  const field = dateFieldOf(until);
  const date = field === null || person === null ? null : field.dateOf(person);
  const answer = untilOf(until, { fromAt, date, userTimezone, rules });
  if (answer === null) {
    const found = field === null || person === null ? 'the user is erased' : field.found(person);
    const outcome = 'no date to wait for: goes on at once';
    return { kind: 'go', to, why: [{ rule: 'until', input: `${input}; ${found}`, outcome }] };
  }
  if (answer.at > now) return { kind: 'hold', until: answer.at, why: answer.why };
  const outcome = `already past: ${answer.local}`;
  return { kind: 'go', to, why: [...answer.why, { rule: 'until', input, outcome }] };
}
