import { inTransaction, type Pool, type Transaction } from '../../platform/db.ts';
import { isEmail, isEmailSender, parseAddress } from '../../platform/email-address.ts';
import { storedIdOf, uuidv7 } from '../../platform/ids.ts';
import { senderInUse, senderInvalid, senderNotFound, tooManySenders } from './errors.ts';
import { domainOfAddress } from './sender-domain.ts';
import {
  clearDefault,
  deleteSender,
  findSender,
  lockSenders,
  putSender,
  sendersUsedBy,
} from './sql/senders.ts';
import type { StoredSender } from './stored-sender.ts';

/** What a member says of a sender. What is left out is as it was. */
export interface SenderInput {
  readonly name?: string | undefined;
  readonly address?: string | undefined;
  readonly reply_to?: string | null | undefined;
  readonly is_default?: boolean | undefined;
}

type Named = { readonly workspaceId: string; readonly id: string };

const SENDERS_MAX = 200;
const USES_NAMED_MAX = 20;
/** What would break out of a header or be shown as something else. */
const UNFIT_NAME = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** @throws delivery.sender_invalid, delivery.too_many_senders */
export async function createSender(
  db: Pool,
  { workspaceId, now, ...input }: SenderInput & { address: string; workspaceId: string; now: Date },
): Promise<StoredSender> {
  const empty = { name: '', address: '', domain: '', replyTo: null, isDefault: false };
  const sender = {
    id: uuidv7(now),
    workspaceId,
    ...changedBy(input, empty),
    createdAt: now,
    updatedAt: now,
  };
  return inTransaction(db, async (tx) => {
    if ((await lockSenders(tx, { workspaceId })) >= SENDERS_MAX) throw tooManySenders(SENDERS_MAX);
    return put(tx, sender);
  });
}

/** @throws delivery.sender_not_found */
export async function readSender(db: Pool, { workspaceId, id }: Named): Promise<StoredSender> {
  const sender = await findSender(db, { workspaceId, id: storedIdOf(id) });
  if (sender === null) throw senderNotFound();
  return sender;
}

/** @throws delivery.sender_not_found, delivery.sender_invalid */
export async function changeSender(
  db: Pool,
  { workspaceId, id, now, ...input }: SenderInput & Named & { now: Date },
): Promise<StoredSender> {
  return inTransaction(db, async (tx) => {
    await lockSenders(tx, { workspaceId });
    const before = await findSender(tx, { workspaceId, id: storedIdOf(id) });
    if (before === null) throw senderNotFound();
    return put(tx, { ...before, ...changedBy(input, before), updatedAt: now });
  });
}

/**
 * Deletes a sender that nothing sends from. A draft may still name it: it is refused when it is sent.
 *
 * @throws delivery.sender_not_found, delivery.sender_in_use
 */
export async function removeSender(db: Pool, { workspaceId, id }: Named): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockSenders(tx, { workspaceId });
    const named = { workspaceId, id: storedIdOf(id) };
    const uses = await sendersUsedBy(tx, { ...named, limit: USES_NAMED_MAX });
    if (!(await deleteSender(tx, named))) throw senderNotFound();
    if (uses.length > 0) throw senderInUse(uses);
  });
}

async function put(tx: Transaction, sender: StoredSender): Promise<StoredSender> {
  const { workspaceId, id: exceptId, updatedAt: now } = sender;
  if (sender.isDefault) await clearDefault(tx, { workspaceId, exceptId, now });
  await putSender(tx, sender);
  return sender;
}

type Fields = Pick<StoredSender, 'name' | 'address' | 'domain' | 'replyTo' | 'isDefault'>;

function changedBy(input: SenderInput, before: Fields): Fields {
  const name = (input.name ?? before.name).trim();
  if (UNFIT_NAME.test(name)) throw senderInvalid('name', 'must be one line of plain text');
  const given = (input.address ?? before.address).trim();
  const address = isEmail(given) ? parseAddress(given)?.address : undefined;
  if (address === undefined) {
    throw senderInvalid('address', 'must be a mailbox such as hello@example.com, without a name');
  }
  const replyTo = input.reply_to === undefined ? before.replyTo : input.reply_to;
  if (replyTo !== null && !isEmailSender(replyTo)) {
    throw senderInvalid('reply_to', 'must be an address, with or without a name');
  }
  return {
    name,
    address,
    domain: domainOfAddress(address),
    replyTo,
    isDefault: input.is_default ?? before.isDefault,
  };
}
