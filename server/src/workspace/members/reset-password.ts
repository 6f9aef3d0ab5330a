import { inTransaction, type Db, type Pool } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { memberNotFound, resetInvalid } from './errors.ts';
import { storedEmailOf } from './member.ts';
import type { HashPassword } from './setup.ts';
import { findMemberByEmail } from './sql/members.ts';
import { deleteSecondFactor, takeReset, upsertReset, writePassword } from './sql/passwords.ts';
import { deleteSessions, deleteTrust } from './sql/sessions.ts';
import { hashToken, newToken } from './token.ts';

const RESET_MS = 24 * 3_600_000;

/**
 * What a link holds by which a member gets a new password, for a day; one that they had ends.
 *
 * @param dropsSecondFactor for who lost that too: the link also forgets it
 * @throws workspace.member_not_found
 */
export async function createReset(
  db: Db,
  { email, dropsSecondFactor, now }: { email: string; dropsSecondFactor: boolean; now: Date },
): Promise<{ token: string; expiresAt: Date }> {
  const member = await findMemberByEmail(db, { email: storedEmailOf(email) });
  if (member === null) throw memberNotFound();
  const token = newToken();
  const expiresAt = new Date(now.getTime() + RESET_MS);
  const reset = { memberId: member.id, tokenHash: token.hash, dropsSecondFactor, now, expiresAt };
  await upsertReset(db, reset);
  return { token: token.text, expiresAt };
}

/**
 * Gives a member the password that they chose, and ends all of their sessions.
 *
 * @throws workspace.reset_invalid
 */
export async function resetPassword(
  { pool, hashPassword }: { pool: Pool; hashPassword: HashPassword },
  { token, password, now }: { token: string; password: string; now: Date },
): Promise<void> {
  const passwordHash = await hashPassword(password);
  await inTransaction(pool, async (db) => {
    const reset = await takeReset(db, { tokenHash: hashToken(token), now });
    if (reset === null) throw resetInvalid();
    const { memberId, dropsSecondFactor } = reset;
    await writePassword(db, { accountId: uuidv7(now), memberId, passwordHash, now });
    await deleteSessions(db, { memberId, exceptId: null });
    await deleteTrust(db, { memberId });
    if (dropsSecondFactor) await deleteSecondFactor(db, { memberId, now });
  });
}
