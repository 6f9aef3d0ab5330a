import type { Db, Json, Transaction } from '../../platform/db.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { Confirmation } from './confirmation.ts';

interface Which {
  readonly workspaceId: string;
  readonly id: string;
}

/** All but the hashes of call and token. */
const columns = (db: Db) => db`
  id, workspace_id as "workspaceId", key_id as "keyId", key_hint as "keyHint", code, tool,
  arguments, subject_hash as "subjectHash", words, people_count::float8 as "peopleCount", role, state,
  requested_at as "requestedAt", expires_at as "expiresAt", decided_at as "decidedAt",
  decided_by as "decidedBy", used_at as "usedAt", outcome`;

/** A page of what was asked on a side, youngest first. Index: confirmations_by_age. */
export async function listConfirmations(
  db: Db,
  {
    workspaceId,
    isOpen,
    after,
    limit,
    now,
  }: {
    workspaceId: string;
    isOpen: boolean;
    after: PageAfter | null;
    limit: number;
    now: Date;
  },
): Promise<Confirmation[]> {
  return db<Confirmation[]>`
    select ${columns(db)}
      from confirmations
     where workspace_id = ${workspaceId}
       ${isOpen ? db`and state in ('waiting', 'issued') and expires_at > ${now}` : db``}
       ${after === null ? db`` : db`and (requested_at, id) < (${after.at}, ${after.id}::uuid)`}
     order by requested_at desc, id desc
     limit ${limit}
  `;
}

/** Index: confirmations_pkey. */
export async function findConfirmation(
  db: Db,
  { workspaceId, id }: Which,
): Promise<Confirmation | null> {
  const rows = await db<Confirmation[]>`
    select ${columns(db)} from confirmations where id = ${id} and workspace_id = ${workspaceId}
  `;
  return rows[0] ?? null;
}

/** Locks: the row. */
export async function lockConfirmation(
  tx: Transaction,
  { workspaceId, id }: Which,
): Promise<Confirmation | null> {
  const rows = await tx<Confirmation[]>`
    select ${columns(tx)}
      from confirmations
     where id = ${id} and workspace_id = ${workspaceId}
       for no key update
  `;
  return rows[0] ?? null;
}

interface Call {
  readonly keyId: string;
  readonly callHash: Uint8Array;
}

/** The same question as it waits already. Locks: the row. Index: confirmations_waiting. */
export async function lockWaiting(
  tx: Transaction,
  { keyId, callHash }: Call,
): Promise<Confirmation | null> {
  const rows = await tx<Confirmation[]>`
    select ${columns(tx)}
      from confirmations
     where key_id = ${keyId} and call_hash = ${callHash} and state = 'waiting'
       for no key update
  `;
  return rows[0] ?? null;
}

/** How many questions of a key wait for a member. Index: confirmations_waiting. */
export async function countWaiting(
  tx: Transaction,
  { keyId, now }: { keyId: string; now: Date },
): Promise<number> {
  const rows = await tx<{ count: number }[]>`
    select count(*)::integer as count
      from confirmations
     where key_id = ${keyId} and state = 'waiting' and expires_at > ${now}
  `;
  return rows[0]?.count ?? 0;
}

/** @returns false when the same question came to wait meanwhile */
export async function insertConfirmation(
  tx: Transaction,
  { callHash, arguments: sent, words, ...one }: Confirmation & { callHash: Uint8Array },
): Promise<boolean> {
  const done = await tx`
    insert into confirmations (id, workspace_id, key_id, key_hint, code, tool, arguments, call_hash,
                               subject_hash, words, people_count, role, state, requested_at,
                               expires_at)
    values (${one.id}, ${one.workspaceId}, ${one.keyId}, ${one.keyHint}, ${one.code}, ${one.tool},
            ${tx.json(sent as Json)}, ${callHash}, ${one.subjectHash}, ${[...words]}::text[],
            ${one.peopleCount}, ${one.role}, 'waiting', ${one.requestedAt}, ${one.expiresAt})
    on conflict (key_id, call_hash) where state = 'waiting' do nothing
  `;
  return done.count === 1;
}

/** Ends a question that nobody has decided. */
export async function lapse(tx: Transaction, { workspaceId, id }: Which): Promise<void> {
  await tx`
    update confirmations set state = 'lapsed'
     where id = ${id} and workspace_id = ${workspaceId} and state = 'waiting'
  `;
}

/** @param tokenHash null: it is refused */
export async function decide(
  tx: Transaction,
  {
    workspaceId,
    id,
    tokenHash,
    by,
    now,
    expiresAt,
  }: Which & { tokenHash: Uint8Array | null; by: string; now: Date; expiresAt: Date },
): Promise<void> {
  await tx`
    update confirmations
       set state = case when ${tokenHash}::bytea is null then 'refused' else 'issued' end,
           token_hash = ${tokenHash},
           decided_at = ${now},
           decided_by = ${by},
           expires_at = ${expiresAt}
     where id = ${id} and workspace_id = ${workspaceId} and state = 'waiting'
  `;
}

/** What a token was issued for, whichever call. Index: confirmations_by_token. */
export async function findByToken(
  db: Db,
  { workspaceId, tokenHash }: { workspaceId: string; tokenHash: Uint8Array },
): Promise<(Confirmation & { callHash: Uint8Array }) | null> {
  const rows = await db<(Confirmation & { callHash: Uint8Array })[]>`
    select ${columns(db)}, call_hash as "callHash"
      from confirmations
     where token_hash = ${tokenHash} and workspace_id = ${workspaceId}
  `;
  return rows[0] ?? null;
}

/**
 * Uses a token up. Everything that it is bound to is asked here once more, so that of two calls with
 * one token only one is made. Index: confirmations_by_token.
 *
 * @returns null when there is nothing to use
 */
export async function useToken(
  tx: Transaction,
  {
    workspaceId,
    tokenHash,
    keyId,
    callHash,
    subjectHash,
    now,
  }: Call & { workspaceId: string; tokenHash: Uint8Array; subjectHash: Uint8Array; now: Date },
): Promise<Confirmation | null> {
  const rows = await tx<Confirmation[]>`
    update confirmations
       set state = 'used', used_at = ${now}
     where token_hash = ${tokenHash}
       and workspace_id = ${workspaceId}
       and key_id = ${keyId}
       and call_hash = ${callHash}
       and subject_hash = ${subjectHash}
       and state = 'issued'
       and expires_at > ${now}
    returning ${columns(tx)}
  `;
  return rows[0] ?? null;
}

export async function setOutcome(
  db: Db,
  { workspaceId, id, outcome }: Which & { outcome: string },
): Promise<void> {
  await db`
    update confirmations set outcome = ${outcome} where id = ${id} and workspace_id = ${workspaceId}
  `;
}

/**
 * Deletes what names somebody, in any spelling of upper and lower case; rather too much than too little,
 * for an assistant asks again. Cost: reads the questions of the side.
 */
export async function deleteNaming(
  tx: Transaction,
  { workspaceId, words }: { workspaceId: string; words: readonly string[] },
): Promise<void> {
  await tx`
    delete from confirmations c
     where c.workspace_id = ${workspaceId}
       and exists (
         select from unnest(${[...words]}::text[]) as w (word)
          cross join lateral (select to_jsonb(w.word)::text as quoted) j
          where position(lower(w.word) in lower(array_to_string(c.words, E'\n'))) > 0
             or position(lower(substring(j.quoted from 2 for length(j.quoted) - 2))
                         in lower(c.arguments::text)) > 0
       )
  `;
}

/** Across workspaces: the worker's. Index: confirmations_old. */
export async function deleteOld(
  db: Db,
  { keptDays, limit }: { keptDays: number; limit: number },
): Promise<number> {
  const done = await db`
    delete from confirmations
     where id in (select id from confirmations
                   where requested_at < db_now() - ${keptDays}::integer * interval '1 day'
                   limit ${limit})
  `;
  return done.count;
}
