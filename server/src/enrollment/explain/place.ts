import { delayText } from '../../schedule/explain.ts';
import { stepTypeOf, type Step } from '../../series/index.ts';
import { stepOf } from '../enrollment.ts';
import { personExplained, type PersonCodeName, type PersonState, type Words } from './codes.ts';
import type { Explained, ExplainFacts, LastPassage, WaitingRow } from './facts.ts';
import { notEntered } from './not-entered.ts';
import { waitOf } from './waiting.ts';
import { zoneWords } from './when.ts';

/** Where somebody is in a series, as a code and as a sentence. */
export type Place = Explained<PersonCodeName> & { readonly state: PersonState };

/**
 * Where somebody is in a series and by which rule. Pure, and total: whatever the facts are, there is a
 * code.
 */
export function placeOf(facts: ExplainFacts): Place {
  const { passage, row } = facts;
  if (passage === null) return notEntered(facts);
  const isUnderway = passage.state === 'active' || row?.advances === false;
  if (!isUnderway) return restingPlace(facts, passage);
  if (row !== null) return rowPlace(facts, row);
  return personExplained('orphaned', wordsOf(facts));
}

const wordsOf = ({ automation }: ExplainFacts): Partial<Words> => ({
  series: `"${automation.name}"`,
});

/** `step "tips" (sends the email "Three tips")`. */
export function stepWords(step: Step | null, stepId: string): string {
  const what = step === null ? '' : ` (${stepTypeOf(step).words(step)})`;
  return `step "${stepId}"${what}`;
}

function rowPlace(facts: ExplainFacts, row: WaitingRow): Place {
  const { automation, series, now, user, rules } = facts;
  const zone = zoneWords(user.timezone, rules);
  const step = series === null ? null : stepOf(series.graph, row.stepId);
  const words = {
    ...wordsOf(facts),
    step: stepWords(step, row.stepId),
    at: zone.at(row.dueAt),
  };
  const say = (code: PersonCodeName, detail = ''): Place =>
    personExplained(code, { ...words, detail });
  if (automation.status === 'archived' && row.status === 'pending') return say('ending_archived');
  if (automation.status !== 'active' && automation.status !== 'archived') {
    if (row.dueAt > now) return say('paused', automation.status);
    return say(
      'paused_overdue',
      `${automation.status}, and when it is resumed ${resumeWords(facts)}`,
    );
  }
  if (row.status === 'processing') return say(workedCode(facts, row, step));
  if (facts.isSignalled && (row.dueAt <= now || row.held)) return say('waiting_signal');
  if (row.dueAt <= now) {
    return say(facts.liveWorkers === 0 ? 'waiting_no_worker' : 'waiting_queue');
  }
  const held = waitOf({ now, row, step, rules, userTimezone: user.timezone });
  return say(held.code, held.detail);
}

function workedCode(
  { messages }: ExplainFacts,
  { seq, isWorkerAlive }: WaitingRow,
  step: Step | null,
): PersonCodeName {
  if (step?.type === 'webhook') return isWorkerAlive ? 'webhook_calling' : 'webhook_worker_lost';
  if (!isWorkerAlive) return 'sending_worker_lost';
  const isBegun = messages.some((each) => each.seq === seq && each.state === 'sending');
  return isBegun ? 'sending_handover' : 'sending_prepared';
}

/** What will become of a step that fell due while the series was paused. */
function resumeWords({ series }: ExplainFacts): string {
  const { late = 'send', after } = series?.settings.resume ?? {};
  const by = after === undefined || after.amount === 0 ? '' : ` by more than ${delayText(after)}`;
  switch (late) {
    case 'send':
      return 'it goes on at the first time its rules allow';
    case 'skip':
      return `an email that is overdue${by} is skipped`;
    case 'exit':
      return `who is overdue${by} leaves the series`;
  }
}

function restingPlace(facts: ExplainFacts, passage: LastPassage): Place {
  const { user, rules, steps, now, messages, automation } = facts;
  const rule = steps
    .at(-1)
    ?.reasons.findLast((each) => each.rule === 'goal' || each.rule === 'exit');
  return endedPlace(passage, {
    seriesName: automation.name,
    at: zoneWords(user.timezone, rules).at(passage.endedAt ?? now),
    found: rule?.input ?? null,
    doubtful: messages.find((message) => message.state === 'in_doubt')?.stepId ?? null,
  });
}

/**
 * How a passage ended, as a code and as a sentence. Pure, and total.
 *
 * @param found what the goal or the exit rule found, in words
 * @param doubtful a step of which nobody knows whether its email left
 */
export function endedPlace(
  { state, endReason }: Pick<LastPassage, 'state' | 'endReason'>,
  {
    seriesName,
    at,
    found,
    doubtful,
  }: { seriesName: string; at: string; found: string | null; doubtful: string | null },
): Place {
  const { code, detail } = endedCode({ state, endReason: endReason ?? '', doubtful });
  const words = { series: `"${seriesName}"`, at };
  return personExplained(code, {
    ...words,
    detail: detail ?? (found === null ? '' : `: ${found}`),
  });
}

const EXIT_CODES: Readonly<Record<string, PersonCodeName>> = {
  filter: 'exited_filter',
  event: 'exited_event',
  unsubscribe: 'exited_unsubscribe',
  hard_bounce: 'exited_hard_bounce',
  complaint: 'exited_complaint',
  displaced: 'exited_displaced',
  late: 'exited_late',
};

const ENTERED = 'entered:';

function endedCode({
  state,
  endReason,
  doubtful,
}: {
  state: LastPassage['state'];
  endReason: string;
  doubtful: string | null;
}): { readonly code: PersonCodeName; readonly detail?: string } {
  switch (state) {
    case 'goal_reached':
    case 'removed':
      return { code: state };
    case 'ended':
      if (endReason === 'series_archived') return { code: 'ended_archived' };
      if (endReason === 'unknown_step') return { code: 'ended_unknown_step' };
      return { code: 'ended_otherwise', detail: endReason };
    case 'exited': {
      if (endReason.startsWith(ENTERED)) {
        return { code: 'exited_entered_series', detail: endReason.slice(ENTERED.length) };
      }
      const code = EXIT_CODES[endReason];
      return code === undefined ? { code: 'exited_otherwise', detail: endReason } : { code };
    }
    case 'completed':
    case 'active':
      return doubtful === null
        ? { code: 'completed' }
        : { code: 'completed_in_doubt', detail: `the email of step "${doubtful}"` };
  }
}
