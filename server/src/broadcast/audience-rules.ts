import { conditionSql, factsNeeded, filterOf } from '../audience/index.ts';
import { addressHash, userHash, type ConsentKey } from '../consent/index.ts';
import type { Db } from '../platform/db.ts';
import { isEmail } from '../platform/email-address.ts';
import type { ScheduleRules } from '../schedule/settings.ts';
import { filterJsonOf, listOf, type Audience } from './audience.ts';
import {
  suppressedHashes,
  type AudienceRules,
  type OddAddresses,
  type PageLook,
} from './sql/audience.ts';

/** What of an email decides who may get it. */
export interface EmailConsent {
  readonly purpose: 'marketing' | 'transactional';
  readonly listId: string | null;
}

/** What of a broadcast's email decides who may get it. */
export function consentOf(email: Readonly<Record<string, unknown>>): EmailConsent {
  const { purpose, list_id: listId } = email;
  if (purpose === 'transactional') return { purpose, listId: null };
  return { purpose: 'marketing', listId: typeof listId === 'string' ? listId : null };
}

/** By what the people of a broadcast are told apart, compiled for the statements. */
export function audienceRulesOf(
  db: Db,
  {
    workspaceId,
    audience,
    consent,
    rules,
    cap,
    now,
  }: {
    workspaceId: string;
    audience: Audience;
    consent: EmailConsent;
    rules: ScheduleRules;
    cap: AudienceRules['cap'];
    now: Date;
  },
): AudienceRules {
  const json = filterJsonOf(audience);
  const filter = json === null ? null : filterOf(json, { timezone: rules.timezone });
  return {
    workspaceId,
    now,
    matches: filter === null ? null : () => conditionSql(db, filter, { now }),
    needsCompany: filter !== null && factsNeeded(filter).company,
    audienceListId: listOf(audience),
    purpose: consent.purpose,
    emailListId: consent.listId,
    // What answers somebody's own doing is not kept from them.
    cap: consent.purpose === 'transactional' ? null : cap,
  };
}

const NOT_PLAIN = /[^\0-\x7F]|xn--/i;

/**
 * Finds out about addresses that SQL alone cannot judge: whether they are any, and whether they are
 * suppressed, by the hash.
 */
export async function judgeOdd(
  db: Db,
  key: ConsentKey,
  { workspaceId, odd }: { workspaceId: string; odd: PageLook['odd'] },
): Promise<OddAddresses> {
  if (odd.length === 0) return { ids: [], invalidIds: [], suppressed: [] };
  const strange = odd.filter(([, address]) => NOT_PLAIN.test(address));
  const usersOf = new Map<string, string[]>();
  for (const [userId, address] of odd) {
    const hash = addressHash(key, address);
    usersOf.set(hash, [...(usersOf.get(hash) ?? []), userId]);
    usersOf.set(userHash(key, userId), [userId]);
  }
  const hashes = await suppressedHashes(db, { workspaceId, hashes: [...usersOf.keys()] });
  return {
    ids: strange.map(([id]) => id),
    invalidIds: strange.filter(([, address]) => !isEmail(address)).map(([id]) => id),
    suppressed: hashes.flatMap(({ hash, reason }) =>
      (usersOf.get(hash) ?? []).map((userId) => ({ userId, reason })),
    ),
  };
}
