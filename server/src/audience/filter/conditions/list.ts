import type { Fault } from '../../../schedule/fault.ts';
import type { Condition, ConditionKind } from '../condition.ts';
import { NOTHING_NEEDED, NOTHING_TOUCHED, type Facts, type ListStanding } from '../facts.ts';
import { below, faultsOfUnknown } from '../paths.ts';
import { hasLeftSql, standingSql } from '../standing.ts';

type Members = Readonly<Record<string, unknown>>;

const KEY = 'list';
const MEMBERS = [KEY, 'operator'];
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** One operator over how somebody stands to a list. */
interface ListRule {
  readonly words: string;
  readonly standings: readonly ListStanding[];
}

const LIST_RULES: Readonly<Record<string, ListRule>> = {
  subscribed: { words: 'is on', standings: ['subscribed'] },
  // Who has left is not on it either.
  not_subscribed: { words: 'is not on', standings: ['not_subscribed', 'unsubscribed'] },
  unsubscribed: { words: 'has left', standings: ['unsubscribed'] },
};

const ruleOf = (operator: unknown): ListRule | undefined =>
  typeof operator === 'string' && Object.hasOwn(LIST_RULES, operator)
    ? LIST_RULES[operator]
    : undefined;

/**
 * Conditions over lists: `{"list":"0198…","operator":"subscribed"}`. A list that is not there, or of
 * another workspace, holds for nobody, whatever the operator: an audience must not grow by it.
 */
export const LIST_CONDITIONS: ConditionKind<Facts> = {
  key: KEY,
  faults: (json, { path }) => [
    ...faultsOfUnknown(json, MEMBERS, path),
    ...faultsOfList(json[KEY], below(path, KEY)),
    ...(ruleOf(json['operator']) === undefined
      ? [
          {
            path: below(path, 'operator'),
            message: `must be one of ${Object.keys(LIST_RULES).join(', ')}`,
          },
        ]
      : []),
  ],
  compile,
  schemas: [
    {
      title: 'list',
      type: 'object',
      required: MEMBERS,
      additionalProperties: false,
      properties: {
        list: { type: 'string', format: 'uuid', description: 'The id of a list' },
        operator: { type: 'string', enum: Object.keys(LIST_RULES) },
      },
    },
  ],
};

const faultsOfList = (id: unknown, path: string): Fault[] =>
  typeof id === 'string' && UUID.test(id) ? [] : [{ path, message: 'must be the id of a list' }];

function compile(json: Members): Condition<Facts> {
  const listId = String(json[KEY]).toLowerCase();
  const rule = ruleOf(json['operator']);
  if (rule === undefined) throw new Error(`operator ${String(json['operator'])} is not known`);
  const { words, standings } = rule;
  const standingOf = ({ consent }: Facts): ListStanding | undefined => {
    if (consent === undefined) throw new Error('what people chose about mail was not loaded');
    return consent.lists.get(listId);
  };
  return {
    words: `${words} the list ${listId}`,
    needs: { ...NOTHING_NEEDED, consent: { lists: [listId] } },
    touches: { ...NOTHING_TOUCHED, user: true },
    dependsOnTime: false,
    holds: (facts) => {
      const standing = standingOf(facts);
      return standing !== undefined && standings.includes(standing);
    },
    found: (facts) => {
      const standing = standingOf(facts);
      return standing === undefined ? 'there is no such list' : `is ${standing.replace('_', ' ')}`;
    },
    sql: (sql) => sql`exists (
      select 1 from lists l
        left join preferences p
          on p.bucket = u.bucket and p.user_id = u.id and p.list_id = l.id
       where l.id = ${listId}::uuid and l.workspace_id = u.workspace_id
         and ${standingSql(sql, hasLeftSql(sql))} = any (${[...standings]}::text[]))`,
  };
}
