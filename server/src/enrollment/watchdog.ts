import type { Db } from '../platform/db.ts';
import { SILENCE_MS } from './reap.ts';
import * as sql from './sql/watchdog.ts';
import type { Found, Look } from './sql/watchdog.ts';

/** The kinds of trouble, in the order in which they are mended: what others follow from comes first. */
export const TROUBLE_KINDS = [
  'sending_without_row',
  'lost_lease',
  'unknown_step',
  'second_row',
  'row_without_enrollment',
  'unaccounted',
  'enrollment_without_row',
  'other_version',
  'archived_series',
  'parked_although_active',
  'signal_set_aside',
  'old_signal',
  'migration_stands',
  'overdue',
] as const;

export type TroubleKind = (typeof TROUBLE_KINDS)[number];

/** Something that should not be, and why it is not. */
export interface Trouble {
  readonly kind: TroubleKind;
  /** A sentence for an operator. */
  readonly cause: string;
  /** How many there are, up to the limit of the look. */
  readonly count: number;
  /** Names of some: `<enrollment>.<seq>`, or the id of an enrollment, a signal or a series. */
  readonly sample: readonly string[];
}

/** Where and how closely to look. */
export interface LookOptions {
  /** All 64 where it is not said. */
  readonly buckets?: readonly number[];
  /** How long what is done at once may take before it is a trouble. Milliseconds. */
  readonly patienceMs?: number;
  readonly silenceMs?: number;
}

const BUCKETS = 64;
/** Buckets of one statement: the longest of them reads the history of all their users. */
const BUCKETS_AT_ONCE = 8;
/** More of one kind need not be counted to be a trouble. */
const FOUND_MAX = 1_000;
const SAMPLE_MAX = 5;
/** Ten minutes: a worker that is merely busy has caught up with most of what there is. */
const PATIENCE_MS = 10 * 60_000;
const SIGNAL_AFTER_MS = 60_000;

interface Kind {
  readonly cause: string;
  readonly find: (db: Db, look: Look) => Promise<Found[]>;
}

const KINDS: Readonly<Record<TroubleKind, Kind>> = {
  sending_without_row: {
    cause: 'A message is being handed over, but no worker holds its step: nobody will settle it.',
    find: sql.findStraySending,
  },
  lost_lease: {
    cause:
      'A step is held by a worker that is unknown or long silent, and nobody has taken it over.',
    find: sql.findLostLeases,
  },
  unknown_step: {
    cause:
      'A step waits that its version of the series does not have: nothing can be decided about it.',
    find: sql.findUnknownSteps,
  },
  second_row: {
    cause: 'An enrollment is advanced by two rows: its steps would be done twice.',
    find: sql.findSecondRows,
  },
  row_without_enrollment: {
    cause: 'A step waits although its enrollment has ended or does not exist.',
    find: sql.findWithoutEnrollment,
  },
  unaccounted: {
    cause: 'The books of an enrollment are wrong: one of its steps is nowhere, or in two places.',
    find: sql.findUnaccounted,
  },
  enrollment_without_row: {
    cause: 'An enrollment is active, but no row advances it: it would stay so for ever.',
    find: sql.findWithoutRow,
  },
  other_version: {
    cause: 'A row and its enrollment are on different versions of the series.',
    find: sql.findOtherVersions,
  },
  archived_series: {
    cause: 'People are in a series that was archived, and were not taken out.',
    find: sql.findArchived,
  },
  parked_although_active: {
    cause: 'A step waits out a pause that is over: nobody has planned it anew.',
    find: sql.findParked,
  },
  signal_set_aside: {
    cause: 'What happened to a user could not be looked at, time and again; the log has the error.',
    find: sql.findSetAside,
  },
  old_signal: {
    cause:
      'Something happened to a user over a minute ago that nobody has looked at; their steps wait.',
    find: (db, look) => sql.findOldSignals(db, { ...look, afterMs: SIGNAL_AFTER_MS }),
  },
  migration_stands: {
    cause: 'People are to be moved to another version, and nobody moves them.',
    find: sql.findStandingMigrations,
  },
  overdue: {
    cause: 'A step has been due for long although a worker lives and its series is active.',
    find: sql.findOverdue,
  },
};

/**
 * Looks for what should not be: rows that are overdue, orphaned or contradictory. Changes and locks
 * nothing. A healthy system has none.
 */
export async function findTroubles(
  db: Db,
  options: LookOptions = {},
  kinds: readonly TroubleKind[] = TROUBLE_KINDS,
): Promise<Trouble[]> {
  const troubles: Trouble[] = [];
  for (const kind of kinds) {
    const found = await findKind(db, kind, options);
    if (found.length === 0) continue;
    const { cause } = KINDS[kind];
    const sample = found.slice(0, SAMPLE_MAX).map(nameOf);
    troubles.push({ kind, cause, count: found.length, sample });
  }
  return troubles;
}

/** Everything of one kind, up to `FOUND_MAX`. */
export async function findKind(
  db: Db,
  kind: TroubleKind,
  { buckets = allBuckets(), patienceMs = PATIENCE_MS, silenceMs = SILENCE_MS }: LookOptions = {},
): Promise<Found[]> {
  const found = new Map<string, Found>();
  for (let from = 0; from < buckets.length && found.size < FOUND_MAX; from += BUCKETS_AT_ONCE) {
    const some = buckets.slice(from, from + BUCKETS_AT_ONCE);
    const look = { buckets: some, limit: FOUND_MAX - found.size, patienceMs, silenceMs };
    for (const one of await KINDS[kind].find(db, look)) found.set(nameOf(one), one);
  }
  return [...found.values()];
}

const nameOf = ({ id, seq }: Found): string => (seq === null ? id : `${id}.${seq}`);

const allBuckets = (): number[] => Array.from({ length: BUCKETS }, (_, bucket) => bucket);

/** Buckets of one look of a worker: all of them every eight minutes. */
const BUCKETS_OF_WATCH = 8;

/** A look at a part of everything, another part each time: for a worker. */
export function createWatch(
  db: Db,
  { onTrouble }: { onTrouble: (trouble: Trouble) => void },
): () => Promise<number> {
  let from = 0;
  return async () => {
    const buckets = allBuckets().slice(from, from + BUCKETS_OF_WATCH);
    from = (from + BUCKETS_OF_WATCH) % BUCKETS;
    for (const trouble of await findTroubles(db, { buckets })) onTrouble(trouble);
    return 0;
  };
}
