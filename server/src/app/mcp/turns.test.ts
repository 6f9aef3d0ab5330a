import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('work under one name waits for what came before, also when that fails', async () => {
  const inTurn = createTurns();
  const log: string[] = [];
  const work =
    (name: string, fails = false) =>
    async () => {
      log.push(`${name} begins`);
      await turn();
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  const all = await Promise.allSettled([
    inTurn('key', work('a', true)),
    inTurn('key', work('b')),
    inTurn('other', work('c')),
  ]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  const own = log.filter((line) => !line.startsWith('c'));
  expect(own).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  expect(log.indexOf('c begins')).toBeLessThan(log.indexOf('a ends'));
});
