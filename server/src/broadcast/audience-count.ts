import type { ConsentKey } from '../consent/index.ts';
import type { Db } from '../platform/db.ts';
import { recordOf } from '../schedule/fault.ts';
import { rulesOf } from '../schedule/settings.ts';
import { seriesInvalid } from '../series/index.ts';
import { audienceOf, faultsOfAudience, listOf } from './audience.ts';
import { audienceRulesOf, consentOf, judgeOdd } from './audience-rules.ts';
import type { Broadcast } from './broadcast.ts';
import { emailOf } from './draft.ts';
import { added, countsOf, type AudienceCounts } from './reasons.ts';
import { dueIn, isLocal, scheduleOf, type Schedule } from './schedule.ts';
import { countPeople, lookAtPage, type ReasonCount } from './sql/audience.ts';

/** Users told apart in one statement. */
const CHUNK = 5_000;

/** What counting has to know of a workspace side. */
export interface CountSide {
  readonly timezone: string;
  readonly cap: { readonly count: number; readonly days: number } | null;
  readonly now: Date;
}

/**
 * Counts whom a broadcast would reach if it began now, and whom not and why: the very rules by which the
 * snapshot is written. Each person is looked at once, in pieces; changes nothing.
 *
 * @param body may hold another `audience`, one that is not saved yet
 * @throws `series.invalid` where there is no audience, or a wrong one
 */
export async function countAudience(
  { db, key }: { db: Db; key: ConsentKey },
  { workspaceId, draft, state, audience: ordered, schedule: when }: Broadcast,
  { body, side }: { body: unknown; side: CountSide },
): Promise<AudienceCounts> {
  const asked = recordOf(body)?.['audience'] ?? (state === 'draft' ? draft['audience'] : ordered);
  const faults = faultsOfAudience(asked);
  const audience = audienceOf(asked);
  if (audience === null && faults.length === 0) {
    faults.push({ path: 'audience', message: 'is needed' });
  }
  if (faults.length > 0 || audience === null) throw seriesInvalid(faults);
  const { now, cap } = side;
  const schedule = when ?? scheduleOf(draft) ?? { now: true, spread_minutes: 0 };
  const rules = rulesOf({ timezone: zoneOf(schedule) }, side.timezone);
  const email = consentOf(emailOf(draft));
  const consent =
    email.purpose === 'marketing' && email.listId === null
      ? { ...email, listId: listOf(audience) }
      : email;
  const how = audienceRulesOf(db, { workspaceId, audience, consent, rules, cap, now });
  const isPast = ({ reason, timezone }: ReasonCount): boolean =>
    reason === '' && dueIn(timezone, { schedule, rules, startedAt: now }) === null;
  let counts: Record<string, number> = {};
  let last: readonly [string | null, string | null] = [null, null];
  for (;;) {
    const from = { workspaceId, cursorAt: last[0], cursorId: last[1] };
    const look = await lookAtPage(db, { ...from, limit: CHUNK }, { withZones: false });
    if (look.last !== null) {
      const odd = await judgeOdd(db, key, { workspaceId, odd: look.odd });
      const counted = await countPeople(db, from, { last: look.last, rules: how, odd });
      counts = added(
        counts,
        counted.map((one) => (isPast(one) ? { ...one, reason: 'already_past' } : one)),
      );
      last = look.last;
    }
    if (look.looked < CHUNK) return countsOf(counts);
  }
}

const zoneOf = (schedule: Schedule): string | null =>
  isLocal(schedule) && 'local' in schedule ? schedule.timezone : null;
