import { inTransaction, type Pool } from '../../platform/db.ts';
import { parseAddress } from '../../platform/email-address.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { SecretBox } from '../../workspace/index.ts';
import { inboxInvalid, inboxNotFound, inboxTaken, tooManyInboxes } from './errors.ts';
import { InboxFault, withMailbox, type ImapDeps } from './imap.ts';
import type { Handled, Inbox, InboxImap } from './inbox.ts';
import { INBOX_LOCAL_MAX } from './return-path.ts';
import {
  countInboxes,
  deleteInbox,
  findInbox,
  insertInbox,
  isAddressTaken,
  lockInbox,
  updateInbox,
  type InboxContent,
} from './sql.ts';

export interface InboxDeps {
  readonly db: Pool;
  readonly box: SecretBox;
}

/** What callers say about an inbox; what is left out of a change stays. */
export interface InboxInput {
  readonly address?: string | undefined;
  /** Null: mail is only posted to it. */
  readonly imap?:
    | (Omit<InboxImap, 'mailbox'> & { mailbox?: string | undefined; password?: string | undefined })
    | null
    | undefined;
  readonly handled?: Handled | undefined;
  readonly moveTo?: string | null | undefined;
  readonly isEnabled?: boolean | undefined;
}

/** More would be a mistake: one per domain is enough. */
const INBOXES_MAX = 20;
const HOST =
  /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*|[\da-f:.]+)$/;

/**
 * Adds an inbox. It is read soon, from its oldest mail on.
 *
 * @throws tracking.inbox_invalid, tracking.inbox_address_taken, tracking.too_many_inboxes
 */
export async function createInbox(
  { db, box }: InboxDeps,
  {
    workspaceId,
    input,
    now,
  }: { workspaceId: string; input: InboxInput & { address: string }; now: Date },
): Promise<Inbox> {
  const id = uuidv7(now);
  const row = contentOf(input, { id, box, before: null });
  if ((await countInboxes(db, { workspaceId })) >= INBOXES_MAX) throw tooManyInboxes(INBOXES_MAX);
  const inbox = { ...row, id, workspaceId, now };
  if (!(await inTransaction(db, (tx) => insertInbox(tx, inbox)))) throw inboxTaken();
  return readInbox(db, { workspaceId, id });
}

/**
 * Changes an inbox. A password is never sent elsewhere than it was given for: another server, name
 * or way to it needs it anew.
 *
 * @throws tracking.inbox_not_found, tracking.inbox_invalid, tracking.inbox_address_taken
 */
export async function changeInbox(
  { db, box }: InboxDeps,
  {
    workspaceId,
    id,
    input,
    now,
  }: { workspaceId: string; id: string; input: InboxInput; now: Date },
): Promise<Inbox> {
  return inTransaction(db, async (tx) => {
    const before = await lockInbox(tx, { workspaceId, id });
    if (before === null) throw inboxNotFound();
    const row = contentOf(input, { id, box, before });
    const { imap } = before.inbox;
    const isMoved =
      row.host !== imap?.host || row.username !== imap.username || row.mailbox !== imap.mailbox;
    if (row.address !== before.inbox.address)
      await refuseTaken(tx, { workspaceId, address: row.address });
    await updateInbox(tx, { ...row, id, workspaceId, isMoved, now });
    return readInbox(tx, { workspaceId, id });
  });
}

/** @throws tracking.inbox_not_found */
export async function readInbox(
  db: Parameters<typeof findInbox>[0],
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<Inbox> {
  const inbox = await findInbox(db, { workspaceId, id });
  if (inbox === null) throw inboxNotFound();
  return inbox;
}

/** Removes an inbox. Bounces to return-paths made of it are lost, unless another one gets them. */
export async function removeInbox(
  { db }: Pick<InboxDeps, 'db'>,
  which: { workspaceId: string; id: string },
): Promise<void> {
  if (!(await inTransaction(db, (tx) => deleteInbox(tx, which)))) throw inboxNotFound();
}

/**
 * Connects as reading would and says in words what is wrong. Changes nothing on the server.
 *
 * @throws tracking.inbox_not_found
 */
export async function testInbox(
  { db, box, ...imapDeps }: InboxDeps & ImapDeps,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<{ ok: boolean; message: string }> {
  const found = await inTransaction(db, (tx) => lockInbox(tx, { workspaceId, id }));
  if (found === null) throw inboxNotFound();
  const { imap } = found.inbox;
  if (imap === null || found.sealed === null) {
    return {
      ok: true,
      message: 'mail is only posted to this inbox: there is nothing to connect to',
    };
  }
  const password = box.open(found.sealed, id);
  try {
    return await withMailbox(imapDeps, { imap, password, readOnly: true }, async ({ uidNext }) => ({
      ok: true,
      message: readableOf(imap, uidNext),
    }));
  } catch (error) {
    if (error instanceof InboxFault) return { ok: false, message: error.message };
    return { ok: false, message: `the connection to ${imap.host} broke off: try again` };
  }
}

function readableOf({ mailbox, host }: InboxImap, uidNext: number | null): string {
  const upTo = uidNext === null ? '' : `; the next mail gets the UID ${uidNext}`;
  return `${mailbox} of ${host} can be read${upTo}`;
}

async function refuseTaken(
  db: Parameters<typeof findInbox>[0],
  { workspaceId, address }: { workspaceId: string; address: string },
): Promise<void> {
  if (await isAddressTaken(db, { workspaceId, address })) throw inboxTaken();
}

function contentOf(
  input: InboxInput,
  {
    id,
    box,
    before,
  }: { id: string; box: SecretBox; before: { inbox: Inbox; sealed: Uint8Array | null } | null },
): InboxContent {
  const old = before?.inbox;
  const handled = input.handled ?? old?.handled ?? 'mark_seen';
  const moveTo = handled === 'move' ? (input.moveTo ?? old?.moveTo ?? null) : null;
  if (handled === 'move' && moveTo === null) throw inboxInvalid('move_to', 'must name a mailbox');
  const rest = {
    address: addressOf(input.address ?? old?.address ?? ''),
    handled,
    moveTo,
    isEnabled: input.isEnabled ?? old?.isEnabled ?? true,
  };
  const nowhere = {
    host: null,
    port: null,
    tls: null,
    username: null,
    password: null,
    mailbox: 'INBOX',
  };
  if (input.imap === undefined && old?.imap) {
    return { ...rest, ...old.imap, password: before?.sealed ?? null };
  }
  if (!input.imap) return { ...rest, ...nowhere };
  const { password, mailbox = 'INBOX', host, ...server } = input.imap;
  const given: InboxImap = { ...server, host: hostOf(host), mailbox };
  if (password !== undefined) return { ...rest, ...given, password: box.seal(password, id) };
  const sealed = before?.sealed ?? null;
  if (sealed === null || !isSameAccount(given, old?.imap ?? null)) {
    throw inboxInvalid('imap/password', 'must be given for another server, account or kind of TLS');
  }
  return { ...rest, ...given, password: sealed };
}

function isSameAccount(a: InboxImap, b: InboxImap | null): boolean {
  return a.host === b?.host && a.port === b.port && a.tls === b.tls && a.username === b.username;
}

function addressOf(text: string): string {
  const address = parseAddress(text)?.address.toLowerCase();
  if (address === undefined || text.includes('<'))
    throw inboxInvalid('address', 'must be an email address');
  if (address.indexOf('@') > INBOX_LOCAL_MAX) {
    throw inboxInvalid('address', `must have at most ${INBOX_LOCAL_MAX} characters before the @`);
  }
  return address;
}

function hostOf(text: string): string {
  const host = text.toLowerCase();
  if (!HOST.test(host)) throw inboxInvalid('imap/host', 'must be a host name or an IP address');
  return host;
}
