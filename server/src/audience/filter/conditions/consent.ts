import type { Condition, ConditionKind } from '../condition.ts';
import { NOTHING_NEEDED, NOTHING_TOUCHED, type Facts } from '../facts.ts';
import { below, faultsOfUnknown } from '../paths.ts';
import { hasLeftSql } from '../standing.ts';

const KEY = 'consent';
const STATES = ['subscribed', 'unsubscribed'];

/**
 * Conditions over all marketing: `{"consent":"unsubscribed"}`. Who has chosen nothing has not left, and
 * is subscribed.
 */
export const CONSENT_CONDITIONS: ConditionKind<Facts> = {
  key: KEY,
  faults: (json, { path }) => [
    ...faultsOfUnknown(json, [KEY], path),
    ...(STATES.some((state) => state === json[KEY])
      ? []
      : [{ path: below(path, KEY), message: `must be one of ${STATES.join(', ')}` }]),
  ],
  compile: (json): Condition<Facts> => {
    const isLeft = json[KEY] === 'unsubscribed';
    const hasLeft = ({ consent }: Facts): boolean => {
      if (consent === undefined) throw new Error('what people chose about mail was not loaded');
      return consent.hasLeft;
    };
    return {
      words: isLeft
        ? 'has unsubscribed from all marketing'
        : 'has not unsubscribed from everything',
      needs: { ...NOTHING_NEEDED, consent: { lists: [] } },
      touches: { ...NOTHING_TOUCHED, user: true },
      dependsOnTime: false,
      holds: (facts) => hasLeft(facts) === isLeft,
      found: (facts) => (hasLeft(facts) ? 'has unsubscribed' : 'has not unsubscribed'),
      sql: (sql) => (isLeft ? hasLeftSql(sql) : sql`(not ${hasLeftSql(sql)})`),
    };
  },
  schemas: [
    {
      title: 'consent',
      type: 'object',
      required: [KEY],
      additionalProperties: false,
      properties: {
        consent: { type: 'string', enum: STATES, description: 'To all marketing' },
      },
    },
  ],
};
