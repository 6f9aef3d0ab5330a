import type { Db } from '../../platform/db.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { DueInbox, Handled, Inbox, InboxTls } from './inbox.ts';

interface InboxRow extends Omit<Inbox, 'imap'> {
  readonly host: string | null;
  readonly port: number | null;
  readonly tls: InboxTls | null;
  readonly username: string | null;
  readonly mailbox: string;
}

/** What can be written of an inbox. */
export interface InboxContent {
  readonly address: string;
  readonly host: string | null;
  readonly port: number | null;
  readonly tls: InboxTls | null;
  readonly username: string | null;
  readonly password: Uint8Array | null;
  readonly mailbox: string;
  readonly handled: Handled;
  readonly moveTo: string | null;
  readonly isEnabled: boolean;
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

function inboxOf({ host, port, tls, username, mailbox, ...rest }: InboxRow): Inbox {
  const isRead = host !== null && port !== null && tls !== null && username !== null;
  return { ...rest, imap: isRead ? { host, port, tls, username, mailbox } : null };
}

/** Adds an inbox, unless the side has one with this address. @returns whether it was added */
export async function insertInbox(
  db: Db,
  row: InboxContent & { id: string; workspaceId: string; now: Date },
): Promise<boolean> {
  const { count } = await db`
    insert into inboxes (id, workspace_id, address, domain, host, port, tls, username, password,
                         mailbox, handled, move_to, is_enabled, next_read_at, created_at, updated_at)
    values (${row.id}, ${row.workspaceId}, ${row.address}, ${domainOf(row.address)}, ${row.host},
            ${row.port}, ${row.tls}, ${row.username}, ${row.password}, ${row.mailbox},
            ${row.handled}, ${row.moveTo}, ${row.isEnabled}, ${row.now}, ${row.now}, ${row.now})
        on conflict (workspace_id, address) do nothing
  `;
  return count === 1;
}

/**
 * Writes what was changed. Another server or mailbox is read from its beginning; a reading that
 * goes on ends without effect.
 */
export async function updateInbox(
  db: Db,
  row: InboxContent & { id: string; workspaceId: string; isMoved: boolean; now: Date },
): Promise<void> {
  await db`
    update inboxes
       set address = ${row.address}, domain = ${domainOf(row.address)}, host = ${row.host},
           port = ${row.port}, tls = ${row.tls}, username = ${row.username},
           password = ${row.password}, mailbox = ${row.mailbox}, handled = ${row.handled},
           move_to = ${row.moveTo}, is_enabled = ${row.isEnabled}, updated_at = ${row.now},
           uid_validity = case when ${row.isMoved} then null else uid_validity end,
           last_uid = case when ${row.isMoved} then 0 else last_uid end,
           fault = null, fault_at = null, failures = 0, next_read_at = ${row.now},
           lease_token = null, leased_until = null
     where id = ${row.id} and workspace_id = ${row.workspaceId}
  `;
}

/** An inbox with its sealed password. Locks: the row, until the transaction ends. */
export async function lockInbox(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<{ inbox: Inbox; sealed: Uint8Array | null } | null> {
  const [row] = await db<(InboxRow & { sealed: Uint8Array | null })[]>`
    select id, workspace_id as "workspaceId", address, host, port, tls, username, mailbox, handled,
           move_to as "moveTo", is_enabled as "isEnabled", generation, read_at as "readAt",
           read_count as "readCount", fault, fault_at as "faultAt", created_at as "createdAt",
           updated_at as "updatedAt", password as sealed
      from inboxes
     where id = ${id} and workspace_id = ${workspaceId}
       for update
  `;
  if (row === undefined) return null;
  const { sealed, ...rest } = row;
  return { inbox: inboxOf(rest), sealed };
}

/** The inboxes of a side, the newest first. Index: inboxes_listed. */
export async function listInboxes(
  db: Db,
  { workspaceId, limit, after }: { workspaceId: string; limit: number; after: PageAfter | null },
): Promise<Inbox[]> {
  const rows = await db<InboxRow[]>`
    select id, workspace_id as "workspaceId", address, host, port, tls, username, mailbox, handled,
           move_to as "moveTo", is_enabled as "isEnabled", generation, read_at as "readAt",
           read_count as "readCount", fault, fault_at as "faultAt", created_at as "createdAt",
           updated_at as "updatedAt"
      from inboxes
     where workspace_id = ${workspaceId}
       and (${after?.at ?? null}::timestamptz is null
            or (created_at, id) < (${after?.at ?? null}, ${after?.id ?? null}))
     order by created_at desc, id desc
     limit ${limit}
  `;
  return rows.map(inboxOf);
}

export async function findInbox(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<Inbox | null> {
  const [row] = await db<InboxRow[]>`
    select id, workspace_id as "workspaceId", address, host, port, tls, username, mailbox, handled,
           move_to as "moveTo", is_enabled as "isEnabled", generation, read_at as "readAt",
           read_count as "readCount", fault, fault_at as "faultAt", created_at as "createdAt",
           updated_at as "updatedAt"
      from inboxes
     where id = ${id} and workspace_id = ${workspaceId}
  `;
  return row === undefined ? null : inboxOf(row);
}

/** How many inboxes a side has. Index: inboxes_address. */
export async function countInboxes(
  db: Db,
  { workspaceId }: { workspaceId: string },
): Promise<number> {
  const [row] = await db<{ count: number }[]>`
    select count(*) as count from inboxes where workspace_id = ${workspaceId}
  `;
  return row?.count ?? 0;
}

/** @returns whether there was one */
export async function deleteInbox(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<boolean> {
  const { count } = await db`
    delete from inboxes where id = ${id} and workspace_id = ${workspaceId}
  `;
  return count === 1;
}

/** Ends the address for posting and begins another one. @returns the new generation, or null */
export async function nextGeneration(
  db: Db,
  { workspaceId, id, now }: { workspaceId: string; id: string; now: Date },
): Promise<number | null> {
  const [row] = await db<{ generation: number }[]>`
    update inboxes set generation = generation + 1, updated_at = ${now}
     where id = ${id} and workspace_id = ${workspaceId}
    returning generation
  `;
  return row?.generation ?? null;
}

/** Whose inbox mail is posted to. Of all workspaces: whoever posts names the inbox alone. */
export async function findPosted(
  db: Db,
  { id, generation }: { id: string; generation: number },
): Promise<{ workspaceId: string } | null> {
  const [row] = await db<{ workspaceId: string }[]>`
    select workspace_id as "workspaceId"
      from inboxes
     where id = ${id} and generation = ${generation} and is_enabled
  `;
  return row ?? null;
}

/**
 * The inbox that a sender's bounces go to: of the sender's domain if there is one, else the
 * oldest.
 */
export async function findReturnInbox(
  db: Db,
  { workspaceId, domain }: { workspaceId: string; domain: string },
): Promise<string | null> {
  const [row] = await db<{ address: string }[]>`
    select address
      from inboxes
     where workspace_id = ${workspaceId} and is_enabled
     order by domain = ${domain} desc, created_at, id
     limit 1
  `;
  return row?.address ?? null;
}

/**
 * Takes the inbox that has waited longest, of all workspaces, for one worker.
 *
 * Locks: one row, skipping those that others take. Index: inboxes_due.
 */
export async function claimInbox(
  db: Db,
  { token, now, until }: { token: string; now: Date; until: Date },
): Promise<DueInbox | null> {
  const [row] = await db<
    (Omit<DueInbox, 'imap'> & {
      host: string;
      port: number;
      tls: InboxTls;
      username: string;
      mailbox: string;
    })[]
  >`
    update inboxes i
       set lease_token = ${token}, leased_until = ${until}
      from (select id
              from inboxes
             where host is not null and is_enabled and next_read_at <= ${now}
               and (leased_until is null or leased_until <= ${now})
             order by next_read_at
             limit 1
               for update skip locked) due
     where i.id = due.id
    returning i.id, i.workspace_id as "workspaceId", i.host, i.port, i.tls, i.username, i.mailbox,
              i.password as sealed, i.handled, i.move_to as "moveTo",
              i.uid_validity as "uidValidity", i.last_uid as "lastUid", i.failures
  `;
  if (row === undefined) return null;
  const { host, port, tls, username, mailbox, ...rest } = row;
  return { ...rest, imap: { host, port, tls, username, mailbox } };
}

/** Writes how far an inbox was read and lets go of it. @returns whether it was still held */
export async function settleInbox(
  db: Db,
  {
    id,
    token,
    uidValidity,
    lastUid,
    readCount,
    now,
    nextReadAt,
  }: {
    id: string;
    token: string;
    uidValidity: number;
    lastUid: number;
    readCount: number;
    now: Date;
    nextReadAt: Date;
  },
): Promise<boolean> {
  const { count } = await db`
    update inboxes
       set uid_validity = ${uidValidity}, last_uid = ${lastUid}, read_at = ${now},
           read_count = read_count + ${readCount}, failures = 0, fault = null, fault_at = null,
           next_read_at = ${nextReadAt}, lease_token = null, leased_until = null
     where id = ${id} and lease_token = ${token}
  `;
  return count === 1;
}

/** Writes why an inbox could not be read and lets go of it. @returns whether it was still held */
export async function failInbox(
  db: Db,
  {
    id,
    token,
    fault,
    now,
    nextReadAt,
  }: { id: string; token: string; fault: string; now: Date; nextReadAt: Date },
): Promise<boolean> {
  const { count } = await db`
    update inboxes
       set failures = failures + 1, fault = ${fault}, fault_at = ${now},
           next_read_at = ${nextReadAt}, lease_token = null, leased_until = null
     where id = ${id} and lease_token = ${token}
  `;
  return count === 1;
}

/** Whether a side has an inbox with this address. Index: inboxes_address. */
export async function isAddressTaken(
  db: Db,
  { workspaceId, address }: { workspaceId: string; address: string },
): Promise<boolean> {
  const rows = await db`
    select 1 from inboxes where workspace_id = ${workspaceId} and address = ${address}
  `;
  return rows.length > 0;
}
