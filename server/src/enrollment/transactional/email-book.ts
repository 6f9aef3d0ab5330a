import type { Db, Pool } from '../../platform/db.ts';
import type { DueStep } from '../sql/claim-due.ts';
import { isTransactional, NO_EMAILS, type EmailBook } from './email.ts';
import { deleteOldEmails, findEmails } from './sql.ts';

/** What the transactional emails of a batch say; asks the database only where there are some. */
export async function readEmails(db: Db, rows: readonly DueStep[]): Promise<EmailBook> {
  const own = rows.filter(isTransactional);
  if (own.length === 0) return NO_EMAILS;
  return new Map((await findEmails(db, own)).map((email) => [email.enrollmentId, email]));
}

const FORGET_BATCH_MAX = 1_000;

/**
 * Forgets what transactional emails were made from that have left. One bounded piece.
 *
 * @returns how many; call again while it is more than 0
 */
export const tidyTransactional = (db: Pool): Promise<number> =>
  deleteOldEmails(db, { limit: FORGET_BATCH_MAX });
