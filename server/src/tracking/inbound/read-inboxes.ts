import { randomUUID } from 'node:crypto';
import { isUnavailable, type Db } from '../../platform/db.ts';
import type { SecretBox } from '../../workspace/index.ts';
import { InboxFault, withMailbox, type ImapDeps, type OpenMailbox } from './imap.ts';
import type { DueInbox } from './inbox.ts';
import { receiveMails, type IncomingMail, type ReceiveDeps } from './receive.ts';
import { claimInbox, failInbox, settleInbox } from './sql.ts';

export interface InboxReaderDeps extends ReceiveDeps, ImapDeps {
  readonly db: Db;
  readonly box: SecretBox;
  /** The real time, as the database has it. */
  readonly now: () => Date;
}

/** Reads the inboxes of all workspaces, one at a time. */
export interface InboxReader {
  /** Reads a batch of the inbox that has waited longest. @returns 0 when none was due */
  readonly tick: () => Promise<number>;
  /** Makes the next tick look, after an inbox was added or changed. */
  readonly wake: () => void;
}

/** How often an inbox is read, and how often the table is asked when nothing is due. */
const EVERY_MS = 60_000;
const FAILED_EVERY_MS_MAX = 3_600_000;
/** Far longer than a batch takes: only a worker that died lets it pass. */
const LEASE_MS = 5 * 60_000;
/** A batch ends in time for its lease, however slow the server is. */
const BATCH_MS_MAX = 60_000;
const BATCH_MAX = 50;
/** UIDs have gaps: so many are asked for at once, and so many times in a batch. */
const UID_WINDOW = 10_000;
const WINDOWS_MAX = 50;
const UID_MAX = 2 ** 32 - 1;

/**
 * One worker reads an inbox at a time, by a lease in the database. Progress is written after what
 * was read has been recorded: a worker that dies in between makes the same mails be read again,
 * which changes nothing. With no inbox due it costs one statement a minute.
 */
export function createInboxReader(deps: InboxReaderDeps): InboxReader {
  let nextLookAt = 0;
  return {
    wake: () => {
      nextLookAt = 0;
    },
    tick: async () => {
      const now = deps.now();
      if (now.getTime() < nextLookAt) return 0;
      const token = randomUUID();
      const until = new Date(now.getTime() + LEASE_MS);
      const inbox = await claimInbox(deps.db, { token, now, until });
      if (inbox === null) {
        nextLookAt = now.getTime() + EVERY_MS;
        return 0;
      }
      await readInbox(deps, inbox, token);
      return 1;
    },
  };
}

async function readInbox(deps: InboxReaderDeps, inbox: DueInbox, token: string): Promise<void> {
  const { db, now } = deps;
  const { id } = inbox;
  try {
    const password = deps.box.open(inbox.sealed, id);
    const readOnly = inbox.handled === 'keep';
    const read = await withMailbox(deps, { imap: inbox.imap, password, readOnly }, (mailbox) =>
      readBatch(deps, inbox, mailbox),
    );
    const at = now();
    const nextReadAt = new Date(at.getTime() + (read.hasMore ? 0 : EVERY_MS));
    await settleInbox(db, { id, token, ...read, now: at, nextReadAt });
  } catch (error) {
    if (isUnavailable(error) && !(error instanceof InboxFault)) throw error;
    const at = now();
    const waitMs = Math.min(FAILED_EVERY_MS_MAX, EVERY_MS * 2 ** Math.min(inbox.failures, 10));
    const nextReadAt = new Date(at.getTime() + waitMs);
    const isTheirs = error instanceof InboxFault;
    const fault = isTheirs ? error.message : 'reading broke off; it is tried again';
    await failInbox(db, { id, token, fault, now: at, nextReadAt });
    if (!isTheirs && !isOfSocket(error)) throw error;
  }
}

/** Connections are lost; the next reading goes on where this one began. */
function isOfSocket(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^(?:E[A-Z]+|NoConnection|EConnectionClosed)$/.test(code);
}

interface Read {
  readonly uidValidity: number;
  readonly lastUid: number;
  readonly readCount: number;
  readonly hasMore: boolean;
}

async function readBatch(
  deps: InboxReaderDeps,
  inbox: DueInbox,
  mailbox: OpenMailbox,
): Promise<Read> {
  const { uidValidity, uidNext } = mailbox;
  const end = uidNext === null ? UID_MAX : uidNext - 1;
  // Another validity: the UIDs mean other mails now, and all are read again.
  const before = inbox.uidValidity === uidValidity ? inbox.lastUid : 0;
  const found = await nextUids(mailbox, { before, end });
  const deadline = deps.now().getTime() + BATCH_MS_MAX;
  const done: number[] = [];
  async function* mails(): AsyncGenerator<IncomingMail> {
    for (const uid of found.uids.slice(0, BATCH_MAX)) {
      const now = deps.now();
      if (now.getTime() > deadline) return;
      const mail = await mailbox.fetch(uid);
      if (mail !== null) yield { raw: mail.raw, envelopeTo: null, at: mail.at ?? now };
      done.push(uid);
    }
  }
  const kinds = await receiveMails(deps, { workspaceId: inbox.workspaceId, mails: mails() });
  await mailbox.handle(done, inbox);
  const isCut = done.length < found.uids.length;
  return {
    uidValidity,
    lastUid: done.at(-1) ?? found.emptyTo,
    readCount: kinds.length,
    hasMore: isCut || found.searchedTo < end,
  };
}

/** The next mails, looked for in windows, so that no answer grows with the mailbox. */
async function nextUids(
  mailbox: OpenMailbox,
  { before, end }: { before: number; end: number },
): Promise<{ uids: number[]; emptyTo: number; searchedTo: number }> {
  // Without an end there is one question, for all that is new.
  const step = end === UID_MAX ? UID_MAX : UID_WINDOW;
  let emptyTo = before;
  for (let turn = 0; turn < WINDOWS_MAX && emptyTo < end; turn += 1) {
    const to = Math.min(emptyTo + step, end);
    const uids = await mailbox.uidsIn({ from: emptyTo + 1, to });
    if (uids.length > 0) return { uids, emptyTo, searchedTo: to };
    if (end === UID_MAX) return { uids, emptyTo, searchedTo: end };
    emptyTo = to;
  }
  return { uids: [], emptyTo, searchedTo: emptyTo };
}
