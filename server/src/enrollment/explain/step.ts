import type { Message, MessageState } from '../../delivery/index.ts';
import type { PublishedSeries, Step } from '../../series/index.ts';
import { stepOf } from '../enrollment.ts';
import { stepExplained, type StepCodeName } from './codes.ts';
import type { Explained, PastStep } from './facts.ts';
import { stepWords } from './place.ts';

/** What became of a step, as far as it is told. */
type Past = Pick<PastStep, 'stepId' | 'outcome' | 'reason' | 'branch' | 'reasons'>;

/** What is known of the message of a step. */
interface Sent {
  readonly transport: string;
  readonly state: MessageState;
}

/** What became of one step, as a code and as a sentence. Pure, and total. */
export function stepPlace(
  past: Past,
  { series, message }: { series: PublishedSeries | null; message: Sent | null },
): Explained<StepCodeName> {
  const step = series === null ? null : stepOf(series.graph, past.stepId);
  const { code, detail } = verdictOf(past, { step, message });
  return stepExplained(code, { step: stepWords(step, past.stepId), detail });
}

/** A step whose message is in doubt: it has no log line before a member decides. */
export function doubtPlace(
  message: Message,
  series: PublishedSeries | null,
): Explained<StepCodeName> {
  const step = series === null ? null : stepOf(series.graph, message.stepId);
  const detail = message.answer ?? 'no answer';
  return stepExplained('in_doubt', { step: stepWords(step, message.stepId), detail });
}

interface Verdict {
  readonly code: StepCodeName;
  readonly detail: string;
}

interface Beside {
  readonly step: Step | null;
  readonly message: Sent | null;
}

function verdictOf(past: Past, beside: Beside): Verdict {
  const reason = past.reason ?? '';
  switch (past.outcome) {
    case 'passed':
      return passedVerdict(past, beside);
    case 'skipped':
      return skippedVerdict(reason);
    case 'failed':
      return failedVerdict(reason, beside);
    case 'cancelled':
      return { code: 'cancelled', detail: reason };
  }
}

const SKIPS: Readonly<Record<string, StepCodeName>> = {
  no_address: 'skipped_no_address',
  invalid_address: 'skipped_invalid_address',
  unsubscribed: 'skipped_unsubscribed',
  'unsubscribed:list': 'skipped_left_list',
  not_subscribed: 'skipped_not_subscribed',
  not_confirmed: 'skipped_not_confirmed',
  list_archived: 'skipped_list_gone',
  list_missing: 'skipped_list_gone',
  user_erased: 'skipped_user_erased',
  late: 'skipped_late',
  frequency_cap: 'skipped_frequency_cap',
  already_sent: 'skipped_already_sent',
  step_removed: 'skipped_step_removed',
  unknown_step: 'skipped_unknown_step',
};

/** A word, and after a colon what there is to say about it. */
function skippedVerdict(reason: string): Verdict {
  const [, suppressedFor] = /^suppressed:(\w+)$/.exec(reason) ?? [];
  if (suppressedFor !== undefined) {
    return { code: 'skipped_suppressed', detail: suppressedFor.replaceAll('_', ' ') };
  }
  const [word = '', ...more] = reason.split(': ');
  const code = SKIPS[word];
  return code === undefined
    ? { code: 'skipped_otherwise', detail: reason }
    : { code, detail: more.join(': ') };
}

const DELIVERIES: Readonly<Record<string, StepCodeName>> = {
  delivered: 'delivered',
  bounced: 'bounced',
  complained: 'complained',
};

function passedVerdict({ reason, branch, reasons }: Past, { step, message }: Beside): Verdict {
  const found = (rule: string): string => {
    const told = reasons.findLast((each) => each.rule === rule);
    return told === undefined ? '' : `: ${told.outcome}`;
  };
  const note = reason === null || reason === '' ? '' : ` (${reason})`;
  switch (step?.type) {
    case 'email': {
      if (message?.transport === 'capture') return { code: 'captured', detail: '' };
      return { code: DELIVERIES[message?.state ?? ''] ?? 'sent', detail: note };
    }
    case 'wait':
      return { code: 'waited', detail: found('until') };
    case 'wait_for_event': {
      const code = branch === 'timeout' ? 'event_timed_out' : 'event_happened';
      return { code, detail: found('wait_for_event') };
    }
    case 'condition':
      return { code: branch === 'yes' ? 'condition_yes' : 'condition_no', detail: '' };
    case 'split':
      return { code: 'branch_taken', detail: branch ?? '' };
    case 'update_user':
      return { code: 'user_updated', detail: '' };
    case 'webhook':
      return reason?.startsWith('captured:') === true
        ? { code: 'webhook_captured', detail: '' }
        : { code: 'webhook_answered', detail: note };
    default:
      return { code: 'passed', detail: '' };
  }
}

/** How reasons of failures begin, as those who write them word it; the first that fits counts. */
const FAILURES: readonly (readonly [RegExp, StepCodeName])[] = [
  [/^no_open_slot: /, 'failed_no_open_slot'],
  [/^update_refused: /, 'failed_update_refused'],
  [/^webhook_refused: /, 'failed_webhook_refused'],
  [/^webhook_failed: given up after 24 hours: /, 'failed_webhook_given_up'],
  [/^webhook_failed: /, 'failed_webhook'],
  [/^rejected: given up after 24 hours: /, 'failed_given_up'],
  [/^rejected: /, 'failed_rejected'],
  [/^user_erased$/, 'failed_user_erased'],
  [/^step .* is not in version \d+$/, 'failed_step_missing'],
];

function failedVerdict(reason: string, { step }: Beside): Verdict {
  for (const [begin, code] of FAILURES) {
    if (begin.test(reason)) return { code, detail: reason.replace(begin, '') };
  }
  const isMerged =
    step?.type === 'email' ||
    (step?.type === 'webhook' && reason.startsWith('data: ')) ||
    (step?.type === 'update_user' && reason.startsWith('set/'));
  if (isMerged) return { code: 'failed_template', detail: reason };
  if (step?.type === 'update_user') return { code: 'failed_update_refused', detail: reason };
  return { code: 'failed_otherwise', detail: reason };
}
