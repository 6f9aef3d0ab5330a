import { refusalsOf, type ConsentKey } from '../consent/index.ts';
import type { Db } from '../platform/db.ts';
import { parseAddress } from '../platform/email-address.ts';
import { DomainError } from '../platform/errors.ts';
import { NIL_UUID, uuidv7 } from '../platform/ids.ts';
import { composeMessage, messageIdOf } from '../template/index.ts';
import type { Outlets } from './outlets/outlets.ts';

/** An email that somebody of the team looks at in their own inbox. */
export interface TestMail {
  readonly workspaceId: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export interface TestMailDeps {
  readonly outlets: Outlets;
  readonly db: Db;
  readonly consentKey: ConsentKey;
  readonly now: Date;
}

const refused = (message: string): DomainError =>
  new DomainError('delivery.test_not_sent', 'conflict', `The test was not sent: ${message}`);

/**
 * Hands one email over at once. It is kept nowhere, counted nowhere and followed by nobody. An address
 * that must not be mailed gets none of it either.
 *
 * @throws delivery.test_not_sent with what the server said
 */
export async function sendTest(
  { outlets, db, consentKey, now }: TestMailDeps,
  { workspaceId, from, to, subject, html, text }: TestMail,
): Promise<{ transport: string }> {
  const [sender, recipient] = [parseAddress(from), parseAddress(to)];
  if (sender === null) throw refused('the sender is not an address');
  if (recipient === null) throw refused('the recipient is not an address');
  // No person is meant, but whoever reads mail at the address.
  const nobody = { bucket: 0, userId: NIL_UUID, purpose: 'transactional', listId: null } as const;
  const ask = { workspaceId, address: recipient.address, ...nobody };
  const [refusal = 'consent_unreadable'] = await refusalsOf(db, consentKey, [ask]);
  if (refusal !== null) throw refused(`mail to this address is stopped (${refusal})`);
  const id = uuidv7(now);
  const messageId = messageIdOf(id, 0, sender.address.split('@').at(-1) ?? 'localhost');
  const parts = { from: sender, replyTo: null, subject, html, text, headers: {} };
  const mime = composeMessage({ ...parts, to: recipient, messageId, date: now });
  if (mime.kind === 'failed') throw refused(mime.reason);
  const { transport } = await outlets.choose({ workspaceId, messageId: id });
  const { envelope, raw } = mime;
  const handover = await transport.send({
    id,
    envelope,
    raw,
    messageId,
    idempotencyKey: id,
    parts: { ...parts, to: [recipient] },
  });
  if (handover.kind !== 'accepted') throw refused(handover.answer);
  return { transport: transport.name };
}
