import type { DkimKeyState, StoredDkimKey } from './dkim-key.ts';
import type { DomainState, Finding } from './sender-domain.ts';

/** What a check says of a key's record: `bad` for another key or a revoked one. */
export type Sighting = 'seen' | 'missing' | 'bad' | 'unknown';

/** What of a key is changed by what was seen of its record. */
export type KeyChange = Pick<
  StoredDkimKey,
  'id' | 'state' | 'misses' | 'seenAt' | 'activatedAt' | 'retiresAt'
>;

const DAY_MS = 86_400_000;
/** Mail is tried for five days (RFC 5321 section 4.5.4.1), and looked at again for some time after. */
const RETIRING_MS = 7 * DAY_MS;
/** Name servers that are just being changed say for a moment that there is nothing. */
const MISSES_MAX = 2;

export function sightingOf(finding: Finding | undefined): Sighting {
  switch (finding?.verdict) {
    case 'ok':
    case 'warning':
      return 'seen';
    case 'missing':
      return 'missing';
    case 'wrong':
      return 'bad';
    default:
      return 'unknown';
  }
}

/**
 * What becomes of the keys of a domain: a key whose record was seen signs, and the one before it
 * retires for a week; a key whose record is bad, or was not there twice, signs no more until it is
 * seen again. What could not be looked at changes nothing.
 *
 * @param sightings by key id
 * @returns the keys that change; the ones that stop signing first
 */
export function keyChangesOf(
  keys: readonly StoredDkimKey[],
  { sightings, now }: { sightings: ReadonlyMap<string, Sighting>; now: Date },
): KeyChange[] {
  const changes = new Map<string, KeyChange>();
  const set = (key: StoredDkimKey, change: Partial<KeyChange>): void => {
    const { id, state, misses, seenAt, activatedAt, retiresAt } = key;
    changes.set(id, { id, state, misses, seenAt, activatedAt, retiresAt, ...change });
  };
  for (const key of keys) {
    const sighting = sightings.get(key.id) ?? 'unknown';
    if (key.state === 'retiring' && key.retiresAt !== null && key.retiresAt <= now) {
      set(key, { state: 'retired' });
    } else if (key.state === 'active') {
      set(key, activeAfter(key, { sighting, hasNext: nextOf(keys, key) !== undefined, now }));
    } else if (key.state === 'pending' && sighting === 'seen') {
      const activatedAt = key.activatedAt ?? now;
      set(key, { state: 'active', misses: 0, seenAt: now, activatedAt });
    }
  }
  for (const key of keys) {
    const next = key.state === 'active' ? nextOf(keys, key) : undefined;
    if (next !== undefined && changes.get(next.id)?.state === 'active') set(key, retiring(now));
  }
  return inSafeOrder([...changes.values()]);
}

/** The key that is to take over from an active one. */
const nextOf = (keys: readonly StoredDkimKey[], { algorithm }: StoredDkimKey) =>
  keys.find((key) => key.state === 'pending' && key.algorithm === algorithm);

const retiring = (now: Date): Partial<KeyChange> => ({
  state: 'retiring',
  retiresAt: new Date(now.getTime() + RETIRING_MS),
});

function activeAfter(
  key: StoredDkimKey,
  { sighting, hasNext, now }: { sighting: Sighting; hasNext: boolean; now: Date },
): Partial<KeyChange> {
  if (sighting === 'seen') return { misses: 0, seenAt: now };
  if (sighting === 'unknown') return {};
  const misses = key.misses + 1;
  const isLost = sighting === 'bad' || misses >= MISSES_MAX;
  if (!isLost) return { misses };
  return { misses, ...(hasNext ? retiring(now) : { state: 'pending' }) };
}

/** One key of an algorithm is active at a time: the old one makes room first. */
function inSafeOrder(changes: readonly KeyChange[]): KeyChange[] {
  const rank: Record<DkimKeyState, number> = { retired: 0, retiring: 0, pending: 1, active: 2 };
  return changes.toSorted((one, other) => rank[one.state] - rank[other.state]);
}

/** The state of a domain whose keys are in these states. */
export function domainStateOf(
  before: DomainState,
  keyStates: readonly DkimKeyState[],
): DomainState {
  if (keyStates.includes('active')) return 'verified';
  return before === 'pending' ? 'pending' : 'failing';
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How long after a key was made its record is looked for, and how often. */
const WATCHED: readonly { untilMs: number; everyMs: number }[] = [
  { untilMs: HOUR_MS, everyMs: 5 * MINUTE_MS },
  { untilMs: DAY_MS, everyMs: HOUR_MS },
  { untilMs: 14 * DAY_MS, everyMs: 6 * HOUR_MS },
];
/** A record that was right and is missing is looked for again soon. */
const AFTER_MISS_MS = 10 * MINUTE_MS;

/** When the records of a domain are looked at next, of themselves. */
export function nextCheckOf(
  keys: readonly Pick<StoredDkimKey, 'state' | 'misses' | 'createdAt' | 'retiresAt'>[],
  now: Date,
): Date {
  const waits = keys.map(({ state, misses, createdAt, retiresAt }) => {
    if (state === 'active' && misses > 0) return AFTER_MISS_MS;
    if (state === 'retiring' && retiresAt !== null) return retiresAt.getTime() - now.getTime();
    if (state !== 'pending') return DAY_MS;
    if (misses > 0) return HOUR_MS;
    const ageMs = now.getTime() - createdAt.getTime();
    return WATCHED.find(({ untilMs }) => ageMs < untilMs)?.everyMs ?? DAY_MS;
  });
  return new Date(now.getTime() + Math.max(MINUTE_MS, Math.min(DAY_MS, ...waits)));
}
