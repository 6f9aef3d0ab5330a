import { expect, test } from 'vitest';
import { linesOf } from './lines.ts';

const none = {
  sent: 0,
  delivered: 0,
  bounced_hard: 0,
  bounced_soft: 0,
  blocked: 0,
  complained: 0,
  unsubscribed: 0,
  replied: 0,
  dropped: 0,
  opened: 0,
  opened_by_machine: 0,
  clicked: 0,
  clicked_by_machine: 0,
  bounced: 0,
};
const rates = {
  delivered: null,
  bounced: null,
  opened: null,
  clicked: null,
  unsubscribed: null,
  complained: null,
};

test('groups are added up for each interval, and one without sends is zero', () => {
  const group = (sent: number, opened: number) => ({
    key: {} as never,
    total: none,
    rates,
    points: [{ at: '2026-03-02', counts: { ...none, sent, opened } }],
  });
  const lines = linesOf({
    intervals: ['2026-03-01', '2026-03-02'],
    groups: [group(5, 2), group(3, 1)],
  });
  expect(lines).toEqual([
    { name: 'Sent', values: [0, 8] },
    { name: 'Opened', values: [0, 3] },
    { name: 'Clicked', values: [0, 0] },
  ]);
});
