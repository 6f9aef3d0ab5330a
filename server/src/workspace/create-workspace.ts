import { inTransaction, type Db, type Pool } from '../platform/db.ts';
import { uuidv7 } from '../platform/ids.ts';
import { nameInvalid } from './errors.ts';
import type { Side } from './key.ts';
import { insertKey } from './keys.ts';
import type { SecretBox } from './secret-box.ts';
import { initialSettings } from './settings.ts';
import { readName } from './settings-patch.ts';
import { insertWorkspace } from './sql/workspaces.ts';

/** One side of a new workspace, with the texts of its keys: secret ones are never shown again. */
export interface NewSide {
  readonly id: string;
  readonly widgetKey: string;
  readonly secretKey: string;
  readonly identitySecret: string;
}

/** A new workspace. */
export interface NewWorkspace {
  readonly pairId: string;
  readonly name: string;
  readonly live: NewSide;
  readonly test: NewSide;
}

/**
 * Makes a workspace: both sides, each with a widget key, a secret key and an identity secret.
 *
 * The live side verifies identities, the test side does not; the clock of the test side starts at
 * `now`.
 *
 * @param now the real time
 * @throws workspace.name_invalid
 */
export async function createWorkspace(
  { pool, box }: { pool: Pool; box: SecretBox },
  { name: sentName, now }: { name: string; now: Date },
): Promise<NewWorkspace> {
  const read = readName(sentName);
  if ('wrong' in read) throw nameInvalid(read.wrong);
  const name = read.value;
  const pairId = uuidv7(now);
  return inTransaction(pool, async (db) => {
    const live = await createSide(db, { box, pairId, side: 'live', name, now });
    const test = await createSide(db, { box, pairId, side: 'test', name, now });
    return { pairId, name, live, test };
  });
}

async function createSide(
  db: Db,
  {
    box,
    pairId,
    side,
    name,
    now,
  }: {
    box: SecretBox;
    pairId: string;
    side: Side;
    name: string;
    now: Date;
  },
): Promise<NewSide> {
  const id = uuidv7(now);
  await insertWorkspace(db, {
    id,
    pairId,
    side,
    name,
    timezone: 'UTC',
    stored: initialSettings(side),
    clockNow: side === 'test' ? now : null,
    createdAt: now,
  });
  const owned = { box, workspaceId: id, side, now };
  const widget = await insertKey(db, { ...owned, kind: 'widget' });
  const secret = await insertKey(db, { ...owned, kind: 'secret' });
  const identity = await insertKey(db, { ...owned, kind: 'identity' });
  return { id, widgetKey: widget.text, secretKey: secret.text, identitySecret: identity.text };
}
