import { vi } from 'vitest';
import { uuidv7 } from '../../src/platform/ids.ts';
import { chanceOf, type Chance } from './random.ts';

const state = vi.hoisted(() => ({ chance: null as Chance | null, fillCount: 0 }));

// Ids decide the order of rows, and with it everything: they come from the seed too.
vi.mock(import('node:crypto'), async (importActual) => {
  const actual = await importActual();
  const bytes = (count: number): Buffer =>
    Buffer.from(Array.from({ length: count }, () => state.chance?.below(256) ?? 0));
  return {
    ...actual,
    randomFillSync: ((array: Uint8Array) => {
      state.fillCount += 1;
      if (state.chance === null) return actual.randomFillSync(array);
      array.set(bytes(array.length));
      return array;
    }) as typeof actual.randomFillSync,
    randomUUID: (): ReturnType<typeof actual.randomUUID> => {
      if (state.chance === null) return actual.randomUUID();
      const hex = bytes(16).toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
  };
});

const HANDFUL_MAX = 10_000;

// Rests are timers as well, and wait for the same time.
vi.mock(import('node:timers/promises'), async (importActual) => ({
  ...(await importActual()),
  setTimeout: ((ms: number) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    })) as never,
}));

/** Ids are drawn in handfuls: those that are left over from the last history are used up. */
function useUpIds(): void {
  const before = state.fillCount;
  for (let drawn = 0; state.fillCount === before; drawn += 1) {
    if (drawn > HANDFUL_MAX)
      throw new Error('ids are not drawn from the seed: import this module first');
    uuidv7(new Date(0));
  }
}

/** From now on all chance of this process comes from the seed. Returns what ends that. */
export function seedEverything(seed: number): () => void {
  const random = Math.random;
  state.chance = chanceOf(seed ^ 0x5eed);
  useUpIds();
  state.chance = chanceOf(seed ^ 0x5eed);
  const { next } = chanceOf(seed ^ 0xd1ce);
  Math.random = next;
  return () => {
    state.chance = null;
    Math.random = random;
  };
}
