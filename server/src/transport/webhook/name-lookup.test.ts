import { expect, test } from 'vitest';
import { createNameLookup, type HostAddress } from './name-lookup.ts';

function heldBack() {
  const asked: string[] = [];
  const open = new Map<string, (found: HostAddress[]) => void>();
  const ask = (host: string): Promise<HostAddress[]> => {
    asked.push(host);
    return new Promise((resolve) => open.set(host, resolve));
  };
  return { ask, asked, answer: (host: string) => open.get(host)?.([{ address: host, family: 4 }]) };
}

test('calls for one name share a question, and the next one asks anew', async () => {
  const { ask, asked, answer } = heldBack();
  const lookup = createNameLookup({ ask });
  const both = Promise.all([lookup('a'), lookup('a')]);
  answer('a');
  expect(await both).toHaveLength(2);
  expect(asked).toEqual(['a']);
  const again = lookup('a');
  answer('a');
  await again;
  expect(asked).toEqual(['a', 'a']);
});

test('no more names are asked for at once than there may be, also after failures', async () => {
  const { ask, asked, answer } = heldBack();
  const failing = (host: string) =>
    host === 'bad' ? Promise.reject(new Error('ENOTFOUND')) : ask(host);
  const lookup = createNameLookup({ ask: failing, atOnceMax: 2 });
  await expect(lookup('bad')).rejects.toThrow('ENOTFOUND');
  const found = ['a', 'b', 'c', 'd'].map(lookup);
  expect(asked).toEqual(['a', 'b']);
  answer('a');
  await found[0];
  expect(asked).toEqual(['a', 'b', 'c']);
  for (const host of ['b', 'c', 'd']) {
    answer(host);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await Promise.all(found)).toHaveLength(4);
});
