import { createdUser, traitPatchOf, type Facts } from '../../audience/index.ts';
import { instantFrom } from '../../platform/instant.ts';
import { isAbsent, recordOf, type Fault } from '../../schedule/fault.ts';
import { seriesInvalid } from '../../series/index.ts';

/** What a call wants outlined. */
export interface OutlineCall {
  /** Undefined where the stored draft is meant. */
  readonly steps: unknown;
  readonly settings: unknown;
  /** Null for now, by the clock of the side. */
  readonly at: Date | null;
  /** Traits of the person who walks; null for nobody in particular. */
  readonly user: Readonly<Record<string, unknown>> | null;
  /** Whether the emails are checked, which takes longer. */
  readonly checks: boolean;
}

/** Holidays and zones are made up beyond. */
const YEAR_MIN = 1970;
const YEAR_MAX = 2200;

/**
 * Reads the body of an outline. What is wrong with steps and settings is part of the answer.
 *
 * @throws `series.invalid`
 */
export function outlineCallOf(body: unknown): OutlineCall {
  const fields = recordOf(body ?? {});
  if (fields === null) throw seriesInvalid([{ path: '', message: 'must be an object' }]);
  const { steps, settings, at, user, checks } = fields;
  const faults: Fault[] = [];
  const instant = typeof at === 'string' ? instantFrom(at) : null;
  const year = instant?.getUTCFullYear() ?? 0;
  if (!isAbsent(at) && !(year >= YEAR_MIN && year <= YEAR_MAX)) {
    const message = `must be an ISO 8601 date and time between ${YEAR_MIN} and ${YEAR_MAX}`;
    faults.push({ path: 'at', message });
  }
  const traits = recordOf(user);
  if (!isAbsent(user) && traits === null) {
    faults.push({ path: 'user', message: 'must be an object of traits' });
  }
  const patch = traits === null ? null : traitPatchOf(traits);
  if (patch !== null && 'fault' in patch) faults.push({ path: 'user', message: patch.fault });
  if (!isAbsent(checks) && typeof checks !== 'boolean') {
    faults.push({ path: 'checks', message: 'must be true or false' });
  }
  if (faults.length > 0) throw seriesInvalid(faults);
  return { steps, settings, at: instant, user: traits, checks: checks === true };
}

/** All that is known of a person of whom only traits were told. */
export function factsOfTraits(
  traits: NonNullable<OutlineCall['user']>,
  { workspaceId, now }: { workspaceId: string; now: Date },
): Facts {
  const made = traitPatchOf(traits);
  if ('fault' in made) throw new Error(`traits were not checked: ${made.fault}`);
  return {
    user: createdUser({ workspaceId, externalId: 'somebody' }, made.patch, now),
    company: null,
    events: [],
    consent: { hasLeft: false, lists: new Map() },
    emails: [],
    properties: {},
  };
}
