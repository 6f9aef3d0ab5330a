import { addressHash, userHash, type ConsentKey } from '../../src/consent/index.ts';
import type { Pool } from '../../src/platform/db.ts';
import { bucketOf, NIL_UUID, userIdOf, uuidv7 } from '../../src/platform/ids.ts';
import { addressKey } from '../../src/platform/email-address.ts';

/** People, lists and consent for tests of broadcasts, written past the API: how they came matters not. */

export interface Person {
  readonly externalId: string;
  readonly email: string | null;
  readonly timezone?: string | null;
  readonly plan?: string;
}

export const personId = (workspaceId: string, { externalId }: Pick<Person, 'externalId'>): string =>
  userIdOf(workspaceId, externalId);

/** Adds people, one second younger each than the one before, ten at a time of one age. */
export async function addPeople(
  db: Pool,
  workspaceId: string,
  people: readonly Person[],
): Promise<void> {
  const ids = people.map((person) => personId(workspaceId, person));
  await db`
    insert into users (bucket, workspace_id, id, external_id, email, timezone, traits, first_seen,
                       last_seen, created_at, updated_at)
    select p.bucket, ${workspaceId}, p.id, p.external_id, p.email, p.timezone,
           jsonb_build_object('plan', p.plan), now(), now(),
           timestamptz '2025-01-01' + (p.position / 10) * interval '1 second', now()
      from unnest(${ids.map(bucketOf)}::smallint[], ${ids}::uuid[],
                  ${people.map(({ externalId }) => externalId)}::text[],
                  ${people.map(({ email }) => email)}::text[],
                  ${people.map(({ timezone }) => timezone ?? null)}::text[],
                  ${people.map(({ plan }) => plan ?? 'free')}::text[])
           with ordinality as p (bucket, id, external_id, email, timezone, plan, position)
  `;
}

/** `count` people with an address and a zone each. */
export const plainPeople = (count: number, prefix = 'user'): Person[] =>
  Array.from({ length: count }, (_, index) => ({
    externalId: `${prefix}-${index}`,
    email: `${prefix}-${index}@example.com`,
    timezone: ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', null][index % 4] ?? null,
    plan: index % 2 === 0 ? 'pro' : 'free',
  }));

export async function addList(
  db: Pool,
  workspaceId: string,
  kind: 'opt_in' | 'opt_out',
  { isArchived = false }: { isArchived?: boolean } = {},
): Promise<string> {
  const id = uuidv7(new Date(0));
  await db`
    insert into lists (id, workspace_id, name, kind, archived_at, created_at, updated_at)
    values (${id}, ${workspaceId}, 'News', ${kind}, ${isArchived ? new Date(0) : null}, now(), now())
  `;
  return id;
}

/** What a person chose; without a list, about all marketing. */
export async function choose(
  db: Pool,
  workspaceId: string,
  person: Pick<Person, 'externalId'>,
  { state, listId = NIL_UUID }: { state: string; listId?: string },
): Promise<void> {
  const id = personId(workspaceId, person);
  await db`
    insert into preferences (bucket, user_id, list_id, workspace_id, state, source, at)
    values (${bucketOf(id)}, ${id}, ${listId}, ${workspaceId}, ${state}, 'test', now())
        on conflict do nothing
  `;
}

/** Suppresses an address or a user. An erased one leaves its hash only. */
export async function suppressed(
  db: Pool,
  key: ConsentKey,
  {
    workspaceId,
    address = null,
    userId = null,
    reason,
    isErased = false,
  }: {
    workspaceId: string;
    address?: string | null;
    userId?: string | null;
    reason: string;
    isErased?: boolean;
  },
): Promise<void> {
  const hash = address === null ? userHash(key, userId ?? '') : addressHash(key, address);
  await db`
    insert into suppressions (id, workspace_id, hash, kind, address, user_id, reason, source, at)
    values (${uuidv7(new Date(0))}, ${workspaceId}, decode(${hash}, 'hex'),
            ${address === null ? 'user' : 'address'},
            ${isErased || address === null ? null : addressKey(address)},
            ${isErased ? null : userId}, ${reason}, 'test', now())
        on conflict do nothing
  `;
}
