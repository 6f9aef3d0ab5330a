import { Batcher } from '../platform/batcher.ts';
import { DomainError } from '../platform/errors.ts';
import { storedIdOf, userIdOf } from '../platform/ids.ts';
import { enterLimited } from './enter-limited.ts';
import { enterMany } from './enter-many.ts';
import type { EnrollAnswer, EnterDeps, NewEntry, Settled } from './enter-many.ts';
import type { Properties } from './properties.ts';

/** Who is to enter what. */
export interface EnrollCall {
  readonly workspace: NewEntry['workspace'];
  readonly userExternalId: string;
  /** Any text; one that is no UUID names no series. */
  readonly seriesId: string;
  /** What merge tags and conditions of this passage name `event`. */
  readonly properties?: Properties | null;
  /** Asked just before an enrollment begins; throws to refuse it. */
  readonly mayBegin?: () => void;
}

/** Puts users into series. */
export interface Enroller {
  /**
   * Enrolls one user. Calls that arrive together share two round trips and a commit; the answer comes
   * after the commit.
   *
   * @throws `enrollment.user_not_found`, `series.not_found`, `series.wrong_type`,
   *   `enrollment.series_not_active`, what `mayBegin` throws
   */
  readonly enroll: (call: EnrollCall) => Promise<EnrollAnswer>;
  /**
   * Enrolls many: for calls that name many users, triggers and scans, which bring batches of their own.
   * Refusals are answered, each in the place of its entry; the answers come after the commit.
   *
   * @param isDryRun answers what would happen and writes nothing
   */
  readonly enterMany: (
    entries: readonly NewEntry[],
    options?: { readonly isDryRun?: boolean },
  ) => Promise<Settled[]>;
}

/** Of calls that arrive together: their answers wait for each other. */
const BATCH_MAX = 200;

export function createEnroller(deps: EnterDeps): Enroller {
  const batcher = new Batcher<NewEntry, Settled>({
    batchMax: BATCH_MAX,
    keyOf: ({ userId, seriesId }) => `${userId}:${seriesId}`,
    work: (entries) => enterMany(deps, entries, { enterLimited }),
  });
  return {
    enroll: async ({ workspace, userExternalId, seriesId, properties = null, mayBegin }) => {
      const settled = await batcher.add({
        workspace,
        userId: userIdOf(workspace.id, userExternalId),
        seriesId: storedIdOf(seriesId),
        source: 'api',
        properties,
        ...(mayBegin === undefined ? {} : { mayBegin }),
      });
      if (settled instanceof DomainError) throw settled;
      return settled;
    },
    enterMany: (entries, { isDryRun = false } = {}) =>
      enterMany(deps, entries, { enterLimited, isDryRun }),
  };
}
