import type { User } from '../../audience/index.ts';
import {
  addressHash,
  changesOf,
  findList,
  suppressionChangesOf,
  userHash,
  type ConsentKey,
  type ProvedChange,
  type SuppressionChange,
} from '../../consent/index.ts';
import type { Db } from '../../platform/db.ts';

/** Something that happened to a person beside series: they became known, chose mail, were suppressed. */
export interface PersonHappening {
  readonly kind: 'created' | 'consent' | 'suppression';
  readonly at: Date;
  /** Orders what happened at one instant. */
  readonly key: string;
  readonly code: string;
  readonly sentence: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Far more than anybody changes their mind: of more, the youngest. */
const CHANGES_MAX = 1_000;

/**
 * What happened to a person beside series, in no order.
 *
 * @param isTold whether a kind is wanted
 */
export async function listPersonHistory(
  db: Db,
  {
    user,
    key,
    isTold,
  }: { user: User; key: ConsentKey; isTold: (kind: PersonHappening['kind']) => boolean },
): Promise<PersonHappening[]> {
  const { workspaceId, bucket, id: userId, email } = user;
  const hashes = [userHash(key, userId), ...(email === null ? [] : [addressHash(key, email)])];
  const person = { workspaceId, bucket, userId };
  const [changes, suppressions] = await Promise.all([
    isTold('consent') ? changesOf(db, { ...person, before: null, limit: CHANGES_MAX }) : [],
    isTold('suppression')
      ? suppressionChangesOf(db, { workspaceId, hashes, limit: CHANGES_MAX })
      : [],
  ]);
  const names = await namesOf(db, { workspaceId, changes });
  return [
    ...(isTold('created') ? [createdOf(user)] : []),
    ...changes.map((change) => consentOf(change, names)),
    ...suppressions.map(suppressionOf),
  ];
}

const createdOf = ({ createdAt, id, externalId }: User): PersonHappening => ({
  kind: 'created',
  at: createdAt,
  key: `a:${id}`,
  code: 'created',
  sentence: 'Became known.',
  detail: { user_id: externalId },
});

/** Names of lists that changes are about; a list that was deleted has none. */
async function namesOf(
  db: Db,
  { workspaceId, changes }: { workspaceId: string; changes: readonly ProvedChange[] },
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(changes.flatMap(({ listId }) => listId ?? []))];
  const lists = await Promise.all(ids.map((id) => findList(db, { workspaceId, id })));
  return new Map(lists.flatMap((list) => (list === null ? [] : [[list.id, list.name] as const])));
}

const CHOSE: Readonly<Record<ProvedChange['after'], string>> = {
  subscribed: 'Subscribed to',
  unsubscribed: 'Unsubscribed from',
  pending: 'Was asked to confirm joining',
};

function consentOf(
  { id, at, listId, before, after, source, detail }: ProvedChange,
  names: ReadonlyMap<string, string>,
): PersonHappening {
  const name = listId === null ? null : (names.get(listId) ?? null);
  const what =
    listId === null ? 'all marketing' : name === null ? 'a list that is gone' : `"${name}"`;
  return {
    kind: 'consent',
    at,
    key: `c:${id}`,
    code: `consent_${after}`,
    sentence: `${CHOSE[after]} ${what} (${source.replaceAll('_', ' ')}).`,
    detail: { list_id: listId, list_name: name, before, after, source, ...detail },
  };
}

const suppressionOf = ({
  id,
  at,
  change,
  reason,
  source,
  note,
}: SuppressionChange): PersonHappening => ({
  kind: 'suppression',
  at,
  key: `s:${id}`,
  code: `suppression_${change}`,
  sentence:
    change === 'added'
      ? `Is not to be mailed any more: ${reason.replaceAll('_', ' ')} (${source}).`
      : `May be mailed again; was not because of ${reason.replaceAll('_', ' ')} (${source}).`,
  detail: { change, reason, source, note },
});
