import type { Cluster } from './cluster.ts';

/** What a measure needs of the run it is part of. */
export interface Bench {
  readonly cluster: Cluster;
  /** Smaller sizes and fewer rounds: to see that it works, not to quote. */
  readonly isQuick: boolean;
  /** Tells the person at the screen what is going on. */
  readonly say: (text: string) => void;
}

/** One thing that is measured; gives the lines of the table that it leads to. */
export interface Measure {
  /** What it is asked for by: `npm run bench -- enroll`. */
  readonly name: string;
  readonly what: string;
  readonly run: (bench: Bench) => Promise<Row[]>;
}

/** What a figure has to reach. */
export type Target =
  /** Our figure divided by the peer's, at least. */
  | { readonly kind: 'ratio'; readonly atLeast: number }
  | { readonly kind: 'at least' | 'at most'; readonly value: number };

/** One line of the table: our figure in each round, beside somebody else's of the same round. */
export interface Row {
  readonly what: string;
  /** `/s`, `MB`, `s` … */
  readonly unit: string;
  readonly ours: readonly number[];
  /** In the same rounds, so that what disturbs one disturbs the other. */
  readonly peer: { readonly name: string; readonly values: readonly number[] } | null;
  /** Null where a figure is only told. */
  readonly target: Target | null;
  readonly note?: string;
}

/** A row with what follows from it. */
export interface Judged extends Row {
  readonly ourMedian: number;
  readonly peerMedian: number | null;
  readonly ratio: { readonly median: number; readonly min: number; readonly max: number } | null;
  /** Null without a target. */
  readonly isMet: boolean | null;
}

export function judge(row: Row): Judged {
  const ratios = (row.peer?.values ?? []).map((value, round) => (row.ours[round] ?? NaN) / value);
  const ratio =
    ratios.length === 0
      ? null
      : { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
  const ourMedian = median(row.ours);
  const peerMedian = row.peer === null ? null : median(row.peer.values);
  return {
    ...row,
    ourMedian,
    peerMedian,
    ratio,
    isMet: isMet(row.target, ourMedian, ratio?.median),
  };
}

function isMet(target: Target | null, ours: number, ratio: number | undefined): boolean | null {
  if (target === null) return null;
  if (target.kind === 'ratio') return ratio !== undefined && ratio >= target.atLeast;
  return target.kind === 'at least' ? ours >= target.value : ours <= target.value;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = [
    sorted[sorted.length % 2 === 1 ? middle : middle - 1],
    sorted[middle],
  ];
  return (low + high) / 2;
}

/**
 * Runs each side in turn, in every round, and in the next round the other way round: a machine that
 * gets slower, or a neighbour that wakes up, then meets every side alike.
 *
 * @param sides each gives its figure for one round
 * @returns for each side its figures, one per round
 */
export async function alternate<Side extends string>(
  rounds: number,
  sides: Readonly<Record<Side, (round: number) => Promise<number>>>,
): Promise<Record<Side, number[]>> {
  const names = Object.keys(sides) as Side[];
  const figures = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Side,
    number[]
  >;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      figures[name].push(await sides[name](round));
    }
  }
  return figures;
}

/** Items per second, from how many and how long. */
export const perSecond = (count: number, ms: number): number => (count / ms) * 1_000;
