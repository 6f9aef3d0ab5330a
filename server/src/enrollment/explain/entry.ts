import { entryOf } from '../enrollment.ts';
import { entryExplained, type EntryCodeName } from './codes.ts';
import type { Explained, ExplainFacts } from './facts.ts';
import { fullIn } from './not-entered.ts';
import { zoneWords } from './when.ts';

/** Whether a call to enroll would let somebody in now, and by which rule. Pure. */
export function entryPlace(facts: ExplainFacts): Explained<EntryCodeName> {
  const { automation, entered, entry, user, now, rules } = facts;
  if (automation.status !== 'active') return entryExplained(`series_${automation.status}`);
  if (entered === null) return entryExplained('series_draft');
  const decided = entryOf(entry, { series: entered, userTimezone: user.timezone, now });
  const { reenrollment } = entered.settings;
  switch (decided.kind) {
    case 'already_active':
      return entryExplained('already_in');
    case 'completed': {
      const left =
        're-enrollment is only for those who completed the series, and the last run did not';
      return entryExplained('reenrollment_off', { detail: reenrollment.enabled ? left : '' });
    }
    case 'too_soon':
      return entryExplained('too_soon', { at: zoneWords(user.timezone, rules).at(decided.after) });
    case 'too_often':
      return entryExplained('too_often', { detail: String(reenrollment.max_runs) });
    case 'enter': {
      const full = fullIn(facts, entered);
      if (full !== null) return entryExplained('series_limit', { detail: full });
      return entryExplained('may_enter', { detail: String(decided.run) });
    }
  }
}
