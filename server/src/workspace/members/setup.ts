import { inTransaction, type Pool } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { setupDone, setupInvalid } from './errors.ts';
import { storedEmailOf } from './member.ts';
import { hasMembers, insertMember, lockSetup, ownAllWorkspaces } from './sql/members.ts';
import { isSameToken } from './token.ts';

/** Turns a password into what is stored of it. */
export type HashPassword = (password: string) => Promise<string>;

/** Who somebody says to be when they get their account. */
export interface NewAccount {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/**
 * Makes the first member, who owns every workspace that there is. Of two at once one succeeds.
 *
 * @param setupToken what the link of this server holds
 * @throws workspace.setup_invalid, workspace.setup_done
 */
export async function setUpOwner(
  {
    pool,
    hashPassword,
    setupToken,
  }: { pool: Pool; hashPassword: HashPassword; setupToken: string },
  { token, account, now }: { token: string; account: NewAccount; now: Date },
): Promise<{ memberId: string }> {
  if (!isSameToken(token, setupToken)) throw setupInvalid();
  if (await hasMembers(pool)) throw setupDone();
  const passwordHash = await hashPassword(account.password);
  const memberId = uuidv7(now);
  await inTransaction(pool, async (db) => {
    await lockSetup(db);
    if (await hasMembers(db)) throw setupDone();
    const { name, email } = account;
    const ids = { id: memberId, accountId: uuidv7(now) };
    await insertMember(db, { ...ids, name, email: storedEmailOf(email), passwordHash, now });
    await ownAllWorkspaces(db, { memberId, now });
  });
  return { memberId };
}
