import { expect, test } from 'vitest';
import { createSideWatch } from './side-watch.ts';
import { createTableWatch } from './table-watch.ts';
import { topicsOfPath } from './topics.ts';

const print = (topic: string, text: string, automationId: string | null = null) => ({
  topic,
  automationId,
  print: text,
});

test('a side tells what is another than at the last look, and nothing of the first', () => {
  const watch = createSideWatch();
  watch.look([print('settings', '1'), print('series', 'a', 's1'), print('series', 'b', 's2')]);
  expect(watch.take(0)).toBeNull();
  watch.look([print('series', 'b', 's2'), print('settings', '1'), print('messages', '1', 's3')]);
  expect(watch.take(1_000)).toEqual({ topics: ['messages', 'series'], seriesIds: ['s1', 's3'] });
  watch.mark(['users']);
  expect(watch.take(1_500)).toBeNull();
  watch.mark(['users', 'settings']);
  expect(watch.take(2_000)).toEqual({ topics: ['settings', 'users'], seriesIds: [] });
  expect(watch.take(9_000)).toBeNull();
});

test('several prints of one thing count together, in any order', () => {
  const watch = createSideWatch();
  watch.look([print('messages', '1'), print('messages', '2')]);
  watch.look([print('messages', '2'), print('messages', '1')]);
  expect(watch.take(0)).toBeNull();
  watch.look([print('messages', '2')]);
  expect(watch.take(0)?.topics).toEqual(['messages']);
});

test('tables of settings are told of at once, those of people every ten seconds', () => {
  const watch = createTableWatch();
  const at = (ms: number, lists: number, users: number) =>
    watch(
      [
        { name: 'lists', writes: lists },
        { name: 'users', writes: users },
      ],
      ms,
    );
  expect(at(0, 1, 1)).toEqual({ isLively: false, topics: [] });
  expect(at(1_000, 2, 2)).toEqual({ isLively: true, topics: ['lists', 'users'] });
  expect(at(2_000, 3, 3)).toEqual({ isLively: true, topics: ['lists'] });
  expect(at(11_000, 3, 3)).toEqual({ isLively: true, topics: ['users'] });
  expect(at(13_999, 3, 3).isLively).toBe(true);
  expect(at(14_000, 3, 3)).toEqual({ isLively: false, topics: [] });
});

test('a call is about what its path names', () => {
  expect(topicsOfPath('/api/v1/settings')).toEqual(['settings', 'audit']);
  expect(topicsOfPath('/api/v1/series/x/enroll?y=1')).toEqual(['series', 'enrollments', 'audit']);
  expect(topicsOfPath('/api/v1/sender_domains/x')).toEqual(['senders', 'audit']);
});
