import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Batcher } from './batcher.ts';

interface Item {
  readonly key: string;
  readonly weight: number;
}

/** A batcher that records its batches, and answers each item with its weight. */
function recording(batchMax: number) {
  const batches: (readonly Item[])[] = [];
  const batcher = new Batcher<Item, number>({
    batchMax,
    weightOf: ({ weight }) => weight,
    keyOf: ({ key }) => key,
    work: async (items) => {
      batches.push(items);
      return items.map(({ weight }) => weight);
    },
  });
  return { batcher, batches };
}

const weights = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 60 });

test('property: no batch is heavier than allowed, except one item that is so alone', async () => {
  await fc.assert(
    fc.asyncProperty(weights, async (each) => {
      const { batcher, batches } = recording(10);
      const items = each.map((weight, index) => ({ key: String(index), weight }));
      const answers = await Promise.all(items.map((item) => batcher.add(item)));
      expect(answers).toEqual(each);
      expect(batches.flat()).toHaveLength(items.length);
      for (const batch of batches) {
        const weight = batch.reduce((sum, item) => sum + item.weight, 0);
        expect(weight <= 10 || batch.length === 1).toBe(true);
      }
    }),
    { numRuns: 200 },
  );
});

test('items of one key follow each other, in the order in which they came', async () => {
  const { batcher, batches } = recording(100);
  await Promise.all([1, 2, 3].map((weight) => batcher.add({ key: 'same', weight })));
  expect(batches.map((batch) => batch.map(({ weight }) => weight))).toEqual([[1], [2], [3]]);
});

test('calls are refused while too much waits, and taken again afterwards', async () => {
  const { batcher } = recording(10_000);
  const heavy = (key: string) => batcher.add({ key, weight: 10_000 });
  const waiting = [heavy('a'), heavy('b')];
  await expect(heavy('c')).rejects.toThrow('Too many requests');
  expect(await Promise.all(waiting)).toEqual([10_000, 10_000]);
  expect(await heavy('d')).toBe(10_000);
});

test('beside a batch in flight another begins once half as many wait, and what is left goes when it returns', async () => {
  const sizes: number[] = [];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const batcher = new Batcher<number, number>({
    batchMax: 100,
    keyOf: String,
    work: async (items) => {
      sizes.push(items.length);
      if (sizes.length === 1) await released;
      return items;
    },
  });
  const add = async (...items: number[]): Promise<Promise<number>[]> => {
    const answers = items.map((item) => batcher.add(item));
    await new Promise((resolve) => setTimeout(resolve, 10));
    return answers;
  };
  const first = await add(1, 2, 3, 4);
  const alone = await add(5);
  expect(sizes).toEqual([4]);
  const second = await add(6);
  expect(sizes).toEqual([4, 2]);
  const third = await add(7);
  expect(sizes).toEqual([4, 2]);
  release();
  expect(await Promise.all([...first, ...alone, ...second, ...third])).toEqual([
    1, 2, 3, 4, 5, 6, 7,
  ]);
  expect(sizes).toEqual([4, 2, 1]);
});
