import type { Message } from '../../delivery/index.ts';
import type { Reason } from '../../schedule/reason.ts';
import { entryOf } from '../enrollment.ts';
import type { ExplainFacts, PastStep, WaitingRow } from './facts.ts';
import { triggerReasons } from './not-entered.ts';
import { zoneWords } from './when.ts';

/** Every rule that was looked at, in order: the series, the passage, entering, then each step. Pure. */
export function personReasons(facts: ExplainFacts): Reason[] {
  const isIn = facts.passage?.state === 'active';
  return [
    seriesReason(facts),
    ...clockReasons(facts),
    zoneReason(facts),
    ...passageReasons(facts),
    ...entryReasons(facts),
    ...(isIn ? [] : triggerReasons(facts)),
    ...facts.steps.map((step) => stepReason(step, facts.messages)),
    ...handoverReasons(facts),
  ];
}

function seriesReason({ automation: { status, version, name } }: ExplainFacts): Reason {
  return {
    rule: 'series_status',
    input: `series "${name}" is ${status}${version === null ? '' : `, version ${version}`}`,
    outcome:
      status === 'active'
        ? 'users can enter it and its emails are sent'
        : 'nobody can enter it, and nothing of it is sent',
  };
}

function clockReasons({ side, now }: ExplainFacts): Reason[] {
  if (side === 'live') return [];
  const outcome = `its clock stands at ${now.toISOString()}`;
  return [{ rule: 'test_clock', input: 'a test side', outcome }];
}

function zoneReason({ user, rules }: ExplainFacts): Reason {
  const { timezone, zoneSource, sentence } = zoneWords(user.timezone, rules);
  return { rule: 'zone', input: sentence, outcome: `${timezone} (${zoneSource})` };
}

function passageReasons({ passage }: ExplainFacts): Reason[] {
  if (passage === null) {
    return [
      { rule: 'enrollment', input: 'no passage through this series', outcome: 'never enrolled' },
    ];
  }
  const { run, version, state, enteredAt, endedAt, endReason } = passage;
  const { enteredBy, entryEventType } = passage;
  const outcome =
    endedAt === null
      ? 'under way'
      : `${state} at ${endedAt.toISOString()}${endReason === null ? '' : ` (${endReason})`}`;
  const by = `by ${enteredBy}${entryEventType === null ? '' : ` "${entryEventType}"`}`;
  const input = `run ${run}, version ${version}, entered ${enteredAt.toISOString()} ${by}`;
  return [{ rule: 'enrollment', input, outcome }];
}

/** Whether an enroll call would let the user in now, and by which rule. */
function entryReasons({ entered, entry, user, now }: ExplainFacts): Reason[] {
  if (entered === null) return [];
  const { enabled, cooldown, max_runs: runsMax, after } = entered.settings.reenrollment;
  const rule = 'reenrollment';
  const input = `${enabled ? `on, after ${after}` : 'off'}, cooldown ${
    cooldown === null ? 'none' : `${cooldown.amount} ${cooldown.unit}`
  }, at most ${runsMax ?? 'any number of'} runs; completed ${entry.completedCount} so far`;
  const decided = entryOf(entry, { series: entered, userTimezone: user.timezone, now });
  switch (decided.kind) {
    case 'enter':
      return [{ rule, input, outcome: `may enter now, as run ${decided.run}` }];
    case 'already_active':
      return [{ rule, input, outcome: 'is in it: entering again changes nothing' }];
    case 'completed': {
      const why = enabled ? 'the last run was not completed' : 're-enrollment is off';
      return [{ rule, input, outcome: `may not enter again: ${why}` }];
    }
    case 'too_soon':
      return [{ rule, input, outcome: `may enter again after ${decided.after.toISOString()}` }];
    case 'too_often':
      return [{ rule, input, outcome: 'may not enter again: the number of runs is used up' }];
  }
}

function stepReason(step: PastStep, messages: readonly Message[]): Reason {
  const message = messages.find(({ seq }) => seq === step.seq);
  const said = message === undefined ? '' : `; message ${message.state} to ${message.to}`;
  const why = step.reason === null ? '' : `: ${step.reason}`;
  const way = step.branch === null ? '' : `, branch ${step.branch}`;
  return {
    rule: 'step',
    input: `step "${step.stepId}", due ${step.dueAt.toISOString()}`,
    outcome: `${step.outcome} at ${step.at.toISOString()}${way}${why}${said}`,
  };
}

/** A passage that ended while its message was on its way leaves the row to whoever holds it. */
function handoverReasons({ passage, row }: ExplainFacts): Reason[] {
  if (passage === null || passage.state === 'active' || row === null || !row.advances) return [];
  const input = `step "${row.stepId}" was being handed over when the passage ended`;
  return [{ rule: 'handover', input, outcome: 'that handover is finished, and nothing after it' }];
}

/** Why the step that waits is due when it is, and what else holds it. Pure. */
export function rowReasons(facts: ExplainFacts, row: WaitingRow): Reason[] {
  const { automation, user, now, liveWorkers, isSignalled } = facts;
  const reasons: Reason[] = [...row.reasons];
  if (automation.status !== 'active') {
    const outcome = 'held; planned anew when it is resumed';
    reasons.push({ rule: 'paused', input: `the series is ${automation.status}`, outcome });
  }
  if (user.email === null) {
    const outcome = 'emails are skipped: no_address';
    reasons.push({ rule: 'address', input: 'the user has no email', outcome });
  }
  if (row.status !== 'pending' || row.parked) return reasons;
  if (isSignalled) {
    const input = 'something just happened to the user';
    reasons.push({ rule: 'signal', input, outcome: 'is looked at before any step is run' });
  }
  if (row.dueAt <= now) {
    const input = `due since ${row.dueAt.toISOString()}, ${liveWorkers} worker(s) alive`;
    const outcome = liveWorkers === 0 ? 'waits for a worker to be started' : 'is next in the queue';
    reasons.push({ rule: 'worker', input, outcome });
  }
  return reasons;
}
