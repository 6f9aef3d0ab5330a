import { changePreferences, type ConsentDeps } from '../consent/index.ts';
import { findMessage } from '../delivery/index.ts';
import { DomainError } from '../platform/errors.ts';
import { bucketOf } from '../platform/ids.ts';

/** As `unsubscribeOf` writes the header: the list's id stands first in the angle brackets. */
const LIST_ID = /<([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\./;

/**
 * Ends what a message was sent for: its list, else all marketing. For whoever answered to the address in
 * its `List-Unsubscribe`. Repeated, and for a message that is not of the workspace, it changes nothing.
 */
export async function unsubscribeByMail(
  consent: ConsentDeps,
  { workspaceId, messageId, now }: { workspaceId: string; messageId: string; now: Date },
): Promise<void> {
  const message = await findMessage(consent.db, { workspaceId, id: messageId });
  if (message === null) return;
  const { userId, headers } = message;
  const listId = LIST_ID.exec(headers['List-Id'] ?? '')?.[1] ?? null;
  const wish = { workspaceId, bucket: bucketOf(userId), userId, now };
  const proof = { source: 'mail', detail: { message_id: messageId } };
  try {
    const changes = [{ listId, to: 'unsubscribed' as const }];
    await changePreferences(consent, { ...wish, ...proof, changes });
  } catch (error) {
    // Of a list that there is no longer nothing comes anyway.
    if (!(error instanceof DomainError) || error.code !== 'consent.list_not_found') throw error;
  }
}
