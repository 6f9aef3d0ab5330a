import type { MessageDetail, MessageEvent } from '@milepost/sdk';

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
