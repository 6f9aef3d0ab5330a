import type { MessageDetail } from '@milepost/sdk';
import { expect, test } from 'vitest';
import { historyOf } from './history.ts';

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
