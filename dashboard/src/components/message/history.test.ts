import type { MessageDetail } from '@milepost/sdk';
import { expect, test } from 'vitest';
import { historyOf, withDecisions } from './history.ts';

const MADE_AT = '2025-03-27T03:30:00.000Z';
const SENT_AT = '2025-03-27T03:30:01.000Z';

const message = (change: Partial<MessageDetail>) =>
  ({
    status: 'accepted',
    created_at: MADE_AT,
    sent_at: null,
    reason: null,
    events: [],
    ...change,
  }) as MessageDetail;

test('recorded events follow the making of the message', () => {
  const events = [{ kind: 'accepted', at: SENT_AT, detail: { answer: '250 ok' } }];
  expect(historyOf(message({ events, sent_at: SENT_AT })).map(({ kind }) => kind)).toEqual([
    'made',
    'accepted',
  ]);
});

test('a sent message without events tells when it was sent and what was answered', () => {
  expect(historyOf(message({ sent_at: SENT_AT, reason: 'captured' }))).toEqual([
    { kind: 'made', at: MADE_AT, detail: {} },
    { kind: 'accepted', at: SENT_AT, detail: { answer: 'captured' } },
  ]);
});

test('a message that waits was only made', () => {
  expect(historyOf(message({ status: 'scheduled' }))).toHaveLength(1);
});

test('what was decided by a link of this message is told among its events, and nothing else is', () => {
  const change = { id: '1', list_id: null, before: 'subscribed', source: 'one_click' };
  const of = (message_id: string, after: string, at: string) => {
    return { ...change, after, at, detail: { message_id } };
  };
  const sent = { kind: 'accepted', at: '2026-03-02T09:00:00.000Z', detail: {} };
  const opened = { kind: 'opened', at: '2026-03-04T09:00:00.000Z', detail: {} };
  const changes = [
    of('mine', 'subscribed', '2026-03-05T09:00:00.000Z'),
    of('other', 'unsubscribed', '2026-03-03T10:00:00.000Z'),
    of('mine', 'unsubscribed', '2026-03-03T09:00:00.000Z'),
  ];
  const kinds = withDecisions([sent, opened], changes, 'mine').map(({ kind }) => kind);
  expect(kinds).toEqual(['accepted', 'unsubscribed', 'opened', 'subscribed']);
});
