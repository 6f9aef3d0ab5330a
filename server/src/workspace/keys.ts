import { inTransaction, type Db, type Pool } from '../platform/db.ts';
import { uuidv7 } from '../platform/ids.ts';
import { keyNotFound, keyRevoked, tooManyKeys, workspaceNotFound } from './errors.ts';
import { generateKey, hashKey, hintOf, type KeyKind, type Side } from './key.ts';
import type { SecretBox } from './secret-box.ts';
import { countLiveKeys, findKey, insertApiKey, insertIdentitySecret } from './sql/keys.ts';
import { listKeyRows, markRevoked, type KeyRow } from './sql/keys.ts';
import { lockWorkspace } from './sql/workspaces.ts';
import type { PageAfter } from '../platform/page.ts';
import { isUuid } from './workspace.ts';

/** A key or identity secret as a member may see it. */
export interface Key {
  readonly id: string;
  readonly kind: KeyKind;
  /** The last four characters, to tell keys apart. */
  readonly hint: string;
  /** The whole text, for widget keys only: the others are shown once, when they are made. */
  readonly text: string | null;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

/** A key that was just made, with its text whatever its kind. */
export type NewKey = Key & { readonly text: string };

/** What changing keys needs. */
export interface KeyDeps {
  readonly pool: Pool;
  readonly box: SecretBox;
  /** Called after a change is committed: makes this process forget what it knows about keys. */
  readonly forget: () => void;
}

/**
 * How many of each kind may be live at once. Two identity secrets are what verification tries;
 * the others are bounded so that a script cannot fill the table.
 */
export const LIVE_KEYS_MAX: Readonly<Record<KeyKind, number>> = {
  widget: 20,
  secret: 20,
  identity: 2,
};

/** A page of keys, when the caller does not say how long it should be. */
const PAGE_LIMIT = 100;

/** A page of the keys of a side, revoked ones too, youngest first. */
export async function listKeys(
  { db, box }: { db: Db; box: SecretBox },
  {
    workspaceId,
    after = null,
    limit = PAGE_LIMIT,
  }: {
    workspaceId: string;
    after?: PageAfter | null;
    limit?: number;
  },
): Promise<Key[]> {
  const rows = await listKeyRows(db, { workspaceId, after, limit });
  return rows.map((row) => keyOf(row, box));
}

/**
 * Makes a key. Those that were live stay live: this is the first half of a rotation, revoking the
 * old one the second.
 *
 * @throws workspace.not_found, workspace.too_many_keys
 */
export async function createKey(
  { pool, box, forget }: KeyDeps,
  { workspaceId, kind, now }: { workspaceId: string; kind: KeyKind; now: Date },
): Promise<NewKey> {
  const key = await inTransaction(pool, async (db) => {
    // The lock makes callers take turns, so that together they cannot pass the bound.
    const workspace = await lockWorkspace(db, { workspaceId });
    if (workspace === null) throw workspaceNotFound();
    const max = LIVE_KEYS_MAX[kind];
    if ((await countLiveKeys(db, { workspaceId, kind })) >= max) throw tooManyKeys(kind, max);
    return insertKey(db, { box, workspaceId, side: workspace.side, kind, now });
  });
  forget();
  return key;
}

/**
 * Makes another key of the same kind as the given one, which stays live until it is revoked.
 *
 * @throws workspace.key_not_found, workspace.key_revoked, workspace.too_many_keys
 */
export async function rotateKey(
  deps: KeyDeps,
  { workspaceId, id, now }: { workspaceId: string; id: string; now: Date },
): Promise<NewKey> {
  const old = isUuid(id) ? await findKey(deps.pool, { workspaceId, id }) : null;
  if (old === null) throw keyNotFound();
  if (old.revokedAt !== null) throw keyRevoked();
  return createKey(deps, { workspaceId, kind: old.kind, now });
}

/**
 * Ends a key: calls made with it are refused at once by this process, within a second by others.
 *
 * Revoking again changes nothing. The last live key of a kind may be revoked too.
 *
 * @returns the key, and how many of its kind are still live: 0 means that nobody can call any more
 * @throws workspace.key_not_found
 */
export async function revokeKey(
  { pool, box, forget }: KeyDeps,
  { workspaceId, id, now }: { workspaceId: string; id: string; now: Date },
): Promise<{ key: Key; liveCount: number }> {
  if (!isUuid(id)) throw keyNotFound();
  const answer = await inTransaction(pool, async (db) => {
    await markRevoked(db, { workspaceId, id, now });
    const row = await findKey(db, { workspaceId, id });
    if (row === null) throw keyNotFound();
    const liveCount = await countLiveKeys(db, { workspaceId, kind: row.kind });
    return { key: keyOf(row, box), liveCount };
  });
  forget();
  return answer;
}

/** Generates a key and stores it; in a transaction of the caller's. */
export async function insertKey(
  db: Db,
  {
    box,
    workspaceId,
    side,
    kind,
    now,
  }: {
    box: SecretBox;
    workspaceId: string;
    side: Side;
    kind: KeyKind;
    now: Date;
  },
): Promise<NewKey> {
  const text = generateKey(kind, side);
  const id = uuidv7(now);
  const hint = hintOf(text);
  if (kind === 'identity') {
    await insertIdentitySecret(db, { id, workspaceId, sealed: box.seal(text, id), hint, now });
  } else {
    const sealed = kind === 'widget' ? box.seal(text, id) : null;
    await insertApiKey(db, { id, workspaceId, kind, hash: hashKey(text), sealed, hint, now });
  }
  return { id, kind, hint, text, createdAt: now, revokedAt: null };
}

function keyOf({ sealed, ...row }: KeyRow, box: SecretBox): Key {
  return { ...row, text: sealed === null ? null : box.open(sealed, row.id) };
}
