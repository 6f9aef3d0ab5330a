import type { MessageDetail, MessageEvent, PreferenceChange } from '@milepost/sdk';

/**
 * What happened to a message, oldest first: its events, and that it was made. Where no event was
 * recorded (a captured message has none), its own times stand in for them.
 */
export function historyOf(message: MessageDetail): readonly MessageEvent[] {
  const made = { kind: 'made', at: message.created_at, detail: {} };
  if (message.events.length > 0) return [made, ...message.events];
  if (message.sent_at === null) return [made];
  const answer = message.reason === null ? {} : { answer: message.reason };
  return [made, { kind: message.status, at: message.sent_at, detail: answer }];
}

/**
 * The history with what its reader decided by a link of this message: kept with the person, not with
 * the message, for it is about all mail or about a list.
 */
export function withDecisions(
  history: readonly MessageEvent[],
  changes: readonly PreferenceChange[],
  messageId: string,
): readonly MessageEvent[] {
  const decisions = changes
    .filter(({ detail }) => detail['message_id'] === messageId)
    .map(({ after, at, source }) => ({
      kind: after === 'unsubscribed' ? after : 'subscribed',
      at,
      detail: { source },
    }));
  return [...history, ...decisions].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
