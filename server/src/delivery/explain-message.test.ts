import { expect, test } from 'vitest';
import { explainMessage, MESSAGE_CODES, type MessageCodeName } from './explain-message.ts';
import { MESSAGE_STATES, type Message } from './message.ts';

/** Goal: every message says what became of it, whatever its state. */
type Facts = Partial<Message> & { readonly stepReason?: string };

const FACTS: Record<MessageCodeName, Facts> = {
  message_waiting: { state: 'scheduled', answer: null, attempt: 1 },
  message_deferred: { state: 'scheduled', answer: '451 later', attempt: 2 },
  message_sending: { state: 'sending', answer: null },
  message_captured: { state: 'accepted', transport: 'capture' },
  message_accepted: { state: 'accepted', answer: '250 queued' },
  message_delivered: { state: 'delivered' },
  message_bounced: { state: 'bounced', answer: '550 no such user' },
  message_complained: { state: 'complained' },
  message_rejected: { state: 'rejected', stepReason: 'rejected: 550 no such user' },
  message_given_up: {
    state: 'rejected',
    answer: 'given up after 24 hours: 451 later',
    stepReason: 'rejected: given up after 24 hours: 451 later',
  },
  message_refused_here: { state: 'rejected', stepReason: 'subject: no such filter' },
  message_cancelled: { state: 'cancelled', answer: 'removed' },
  message_in_doubt: { state: 'in_doubt', answer: 'the worker died during the handover' },
};

test.each(Object.entries(FACTS))('%s', (code, { stepReason = null, ...more }) => {
  const message = { transport: 'smtp', attempt: 1, answer: null, to: 'ada@example.com', ...more };
  const explained = explainMessage(message as Message, stepReason);
  expect(explained).toEqual({ code, sentence: expect.stringMatching(/^[A-Z].*\.$/) });
  expect(explained.sentence).not.toMatch(/undefined|null|\(\)|\.\.|  /);
});

test('every state and every code has its case', () => {
  expect(Object.keys(FACTS).toSorted()).toEqual(Object.keys(MESSAGE_CODES).toSorted());
  const states = new Set(Object.values(FACTS).map(({ state }) => state));
  expect([...states].toSorted()).toEqual([...MESSAGE_STATES].toSorted());
});
