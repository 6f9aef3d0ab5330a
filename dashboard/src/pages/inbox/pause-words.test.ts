import { expect, test } from 'vitest';
import { figuresOf } from './pause-words.ts';

const pause = {
  id: '1',
  series_id: null,
  sent: 1250,
  percent: 4.8,
  limit_percent: 4,
  paused_at: '2026-03-02T09:00:00.000Z',
};

test('the figures of a pause make a sentence, with what counts and where the limit is', () => {
  expect(figuresOf({ ...pause, rule: 'bounces', count: 60 }, 7)).toBe(
    '60 of 1,250 emails bounced for good within 7 days: 4.8\u{a0}%, and the limit is 4\u{a0}%.',
  );
  const complaints = { rule: 'complaints', percent: 0.16, limit_percent: 0.1 } as const;
  expect(figuresOf({ ...pause, ...complaints, count: 2 }, 7)).toContain(
    '2 of 1,250 emails were reported as spam within 7 days: 0.16\u{a0}%',
  );
  expect(figuresOf({ ...pause, ...complaints, count: 1 }, 7)).toContain('was reported as spam');
});
