import type { Message } from './message.ts';

interface MessageWords {
  readonly to: string;
  /** What the transport said, or our own rules; never ''. */
  readonly answer: string;
  readonly attempts: string;
}

/** Every code that says what became of a message, with its sentence. docs/explain.md lists them. */
export const MESSAGE_CODES = {
  message_waiting: ({ to }) => `Waits for its next attempt to ${to}; nothing has left yet.`,
  message_deferred: ({ to, answer, attempts }) =>
    `The mail server of ${to} deferred it (${answer}); it is tried again, for 24 hours in all. ` +
    `Attempts so far: ${attempts}.`,
  message_sending: ({ to }) => `Is being handed over for ${to} at this moment.`,
  message_captured: ({ to }) =>
    `Composed for ${to} and kept to be looked at; not handed over, as on a test side and without SMTP.`,
  message_accepted: ({ to, answer }) =>
    `The mail server took it for ${to} (${answer}); nothing has been heard of it since.`,
  message_delivered: ({ to }) => `Delivered to ${to}.`,
  message_bounced: ({ to, answer }) => `Sent to ${to}, and came back: ${answer}.`,
  message_complained: ({ to }) => `Sent to ${to}, who reported it as spam.`,
  message_rejected: ({ to, answer }) => `The mail server refused it for ${to}: ${answer}.`,
  message_given_up: ({ to, answer }) => `Not sent to ${to}: ${answer}.`,
  message_refused_here: ({ to, answer }) =>
    `Never handed over for ${to}, for it could not be composed: ${answer}.`,
  message_cancelled: ({ to, answer }) =>
    `Not sent to ${to}: its step or its passage ended before (${answer}).`,
  message_in_doubt: ({ to, answer }) =>
    `Nobody knows whether it left for ${to} (${answer}): a member decides, by resolve.`,
} as const satisfies Record<string, (words: MessageWords) => string>;

export type MessageCodeName = keyof typeof MESSAGE_CODES;

/** How `settle` words what a mail server refused, in the log of the step. */
const BY_SERVER = /^rejected: /;
const GIVEN_UP = /^given up after 24 hours/;

type Explaining = Pick<Message, 'state' | 'transport' | 'attempt' | 'answer' | 'to'>;

/**
 * What became of a message, as a code and as a sentence. Pure.
 *
 * @param stepReason why its step ended as it did, as logged; null where it has not ended
 */
export function explainMessage(
  message: Explaining,
  stepReason: string | null,
): { readonly code: MessageCodeName; readonly sentence: string } {
  const code = codeOf(message, stepReason);
  const { to, attempt } = message;
  const answer = (message.answer ?? '').trim().replace(/\.+$/, '');
  const said = answer === '' ? 'no answer kept' : answer;
  return { code, sentence: MESSAGE_CODES[code]({ to, answer: said, attempts: String(attempt) }) };
}

function codeOf(
  { state, transport, attempt, answer }: Explaining,
  stepReason: string | null,
): MessageCodeName {
  switch (state) {
    case 'scheduled':
      return attempt > 0 && answer !== null ? 'message_deferred' : 'message_waiting';
    case 'accepted':
      return transport === 'capture' ? 'message_captured' : 'message_accepted';
    case 'rejected':
      if (!BY_SERVER.test(stepReason ?? '')) return 'message_refused_here';
      return GIVEN_UP.test(answer ?? '') ? 'message_given_up' : 'message_rejected';
    case 'sending':
    case 'delivered':
    case 'bounced':
    case 'complained':
    case 'cancelled':
    case 'in_doubt':
      return `message_${state}`;
  }
}
