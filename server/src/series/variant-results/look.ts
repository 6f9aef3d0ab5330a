import type { VariantCount, StoredTest } from '../sql/variants.ts';
import { chanceOfNothing, type Proportion } from './proportions.ts';

/** What a look at a test came to. */
export interface Look {
  /** Null: nothing is decided. */
  readonly winner: string | null;
  readonly looks: number;
  /** At how many openings or clicks of all variants it is worth looking again. */
  readonly nextLook: number;
  /** In a sentence. */
  readonly why: string;
}

/** Fewer openings or clicks than these say nothing about any variant. */
const HAPPENED_MIN = 20;

/** Of what was sent, so many were opened or clicked. */
export const proportionOf = (
  counts: readonly VariantCount[],
  name: string,
  metric: 'opened' | 'clicked',
): Proportion => {
  const found = counts.find((one) => one.name === name);
  return { count: found?.[metric] ?? 0, of: found?.sent ?? 0 };
};

/**
 * Whether one variant is better than every other for sure. Pure.
 *
 * Looking often finds differences where there are none. So it is looked when openings or clicks have
 * doubled, and each look may be wrong half as often as the one before: all looks together, over all
 * pairs of variants, are wrong no more often than the rule allows.
 */
export function lookAt(
  test: Pick<StoredTest, 'metric' | 'after' | 'confidence' | 'names' | 'looks' | 'nextLook'>,
  counts: readonly VariantCount[],
): Look {
  const { metric, after, confidence, names, looks, nextLook } = test;
  const early = (why: string): Look => ({ winner: null, looks, nextLook, why });
  const all = names.map((name) => ({ name, part: proportionOf(counts, name, metric) }));
  const each = Math.ceil(after / names.length);
  const behind = all.find(({ part }) => part.of < each);
  if (behind !== undefined) {
    return early(
      `${behind.name} was sent ${behind.part.of} times; each is to be sent ${each} times`,
    );
  }
  const happened = all.reduce((sum, { part }) => sum + part.count, 0);
  const wanted = Math.max(nextLook, HAPPENED_MIN);
  if (happened < wanted) return early(`${happened} were ${metric}; it is looked at ${wanted}`);
  const [best, ...others] = all.toSorted((one, other) => rateOf(other.part) - rateOf(one.part));
  if (best === undefined) throw new Error('a test without variants');
  const pairCount = (names.length * (names.length - 1)) / 2;
  const chanceMax = (1 - confidence) / 2 ** (looks + 1) / pairCount;
  const isSure = others.every(({ part }) => (chanceOfNothing(best.part, part) ?? 1) < chanceMax);
  const figures = all.map(({ name, part }) => `${name} ${part.count} of ${part.of}`).join(', ');
  const sure = `${percent(1 - chanceMax)} in look ${looks + 1}`;
  return {
    winner: isSure ? best.name : null,
    looks: looks + 1,
    nextLook: happened * 2,
    why: isSure
      ? `${best.name} was ${metric} more often than every other: ${figures}; surer than ${sure}`
      : `no variant was ${metric} more often for sure: ${figures}; asked for ${sure}`,
  };
}

const rateOf = ({ count, of }: Proportion): number => (of === 0 ? 0 : count / of);

/** '97.5 %', '99.9938 %'. */
const percent = (share: number): string => `${Number((share * 100).toFixed(4))} %`;
