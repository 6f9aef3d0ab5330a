import { isIP } from 'node:net';
import type { ImapFlow } from 'imapflow';
import { oneLine } from './delivery-status.ts';
import type { Handled, InboxImap } from './inbox.ts';
import { MAIL_BYTES_MAX } from './mail.ts';

/** Where a host is reached, or in words why it is not. */
export type HostResolver = (
  host: string,
) => Promise<{ readonly address: string } | { readonly refused: string }>;

export interface ImapDeps {
  readonly resolve: HostResolver;
  /** Certificates to believe beside the public ones: a test's. */
  readonly ca?: string;
}

/** A mail as it lies in a mailbox. */
export interface StoredMail {
  readonly uid: number;
  readonly raw: Buffer;
  /** When the server took it. */
  readonly at: Date | null;
}

/** A mailbox that is open for reading. */
export interface OpenMailbox {
  readonly uidValidity: number;
  /** The UID that the next mail gets; null when the server does not say. */
  readonly uidNext: number | null;
  /** UIDs from `from` to `to`, ascending. */
  readonly uidsIn: (range: { from: number; to: number }) => Promise<number[]>;
  /** Null when it is gone meanwhile. */
  readonly fetch: (uid: number) => Promise<StoredMail | null>;
  readonly handle: (
    uids: readonly number[],
    how: { handled: Handled; moveTo: string | null },
  ) => Promise<void>;
}

const CONNECT_MS = 10_000;
/** A server that is silent in the middle of an answer. */
const SILENT_MS = 30_000;
const LITERAL_BYTES_MAX = 4 * MAIL_BYTES_MAX;
const RESPONSE_BYTES_MAX = 4 * 1_048_576;
const MAILBOXES_SHOWN = 20;

/** Something that whoever set the inbox up can mend. The message is for people. */
export class InboxFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InboxFault';
  }
}

/**
 * Connects, opens the mailbox, does `work`, and leaves, whatever happens.
 *
 * @param readOnly changes nothing on the server
 * @throws InboxFault in words when the server, the account or the mailbox is not as was said
 */
export async function withMailbox<T>(
  { resolve, ca }: ImapDeps,
  { imap, password, readOnly }: { imap: InboxImap; password: string; readOnly: boolean },
  work: (mailbox: OpenMailbox) => Promise<T>,
): Promise<T> {
  const found = await resolve(imap.host).catch((error: unknown) => {
    throw new InboxFault(`the host ${imap.host} is not known`, { cause: error });
  });
  if ('refused' in found) throw new InboxFault(found.refused);
  // Loaded by servers that read mailboxes only.
  const { ImapFlow: Client } = await import('imapflow');
  const client = new Client({
    host: found.address,
    ...(isIP(imap.host) === 0 ? { servername: imap.host } : {}),
    port: imap.port,
    secure: imap.tls === 'tls',
    ...(imap.tls === 'tls' ? {} : { doSTARTTLS: imap.tls === 'starttls' }),
    auth: { user: imap.username, pass: password },
    logger: false,
    disableAutoIdle: true,
    // What a small literal unpacks to would have no bound.
    disableCompression: true,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENT_MS,
    maxLiteralSize: LITERAL_BYTES_MAX,
    maxLineLength: RESPONSE_BYTES_MAX,
    maxResponseSize: RESPONSE_BYTES_MAX + LITERAL_BYTES_MAX,
    ...(ca === undefined ? {} : { tls: { ca } }),
  });
  // Whatever is told here is thrown by the command in hand, too.
  client.on('error', () => {});
  try {
    await connected(client, imap);
    return await work(await opened(client, { name: imap.mailbox, readOnly }));
  } finally {
    client.close();
  }
}

async function connected(client: ImapFlow, imap: InboxImap): Promise<void> {
  try {
    await client.connect();
  } catch (error) {
    throw new InboxFault(connectFault(error, imap), { cause: error });
  }
}

/** What imapflow and the socket below it tell about a failure. */
interface Told {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly responseText?: unknown;
  readonly authenticationFailed?: unknown;
  readonly tlsFailed?: unknown;
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody answers at',
  ECONNRESET: 'the connection was cut by',
  EHOSTUNREACH: 'there is no way to',
  ENETUNREACH: 'there is no way to',
  ETIMEDOUT: 'there was no answer in time from',
  CONNECT_TIMEOUT: 'there was no answer in time from',
  GREETING_TIMEOUT: 'there was no IMAP greeting in time from',
  UPGRADE_TIMEOUT: 'TLS was not agreed on in time with',
};

function connectFault(error: unknown, { host, port, tls, username }: InboxImap): string {
  const told = (error ?? {}) as Told;
  const code = typeof told.code === 'string' ? told.code : '';
  const said = oneLine(String(told.responseText ?? told.message ?? error)).slice(0, 200);
  const server = `${host}:${port}`;
  if (told.authenticationFailed === true || told.responseText !== undefined) {
    return `the server does not let ${username} in (${said}); some providers want an app password`;
  }
  const unreachable = UNREACHABLE[code];
  if (unreachable !== undefined) return `${unreachable} ${server}`;
  if (/^(?:ERR_SSL_WRONG_VERSION|EPROTO)/.test(code)) {
    return `${server} does not speak TLS from the first byte: take starttls, or the port 993`;
  }
  if (/CERT|SELF_SIGNED|ISSUER|ALTNAME|VERIFY/i.test(code)) {
    return `the certificate of ${server} does not hold: ${said}`;
  }
  if (tls === 'starttls' && (told.tlsFailed === true || /starttls/i.test(said))) {
    return `${server} does not offer STARTTLS: ${said}`;
  }
  return `${server} cannot be read: ${said}`;
}

async function opened(
  client: ImapFlow,
  { name, readOnly }: { name: string; readOnly: boolean },
): Promise<OpenMailbox> {
  const box = await client.mailboxOpen(name, { readOnly }).catch(async (cause: unknown) => {
    const all = await client.list();
    const names = all.slice(0, MAILBOXES_SHOWN).map(({ path }) => path);
    throw new InboxFault(`there is no mailbox ${name}; there are: ${names.join(', ')}`, { cause });
  });
  return {
    uidValidity: Number(box.uidValidity),
    uidNext: typeof box.uidNext === 'number' ? box.uidNext : null,
    uidsIn: async ({ from, to }) => {
      const found = await client.search({ uid: `${from}:${to}` }, { uid: true });
      if (found === false || found === undefined)
        throw new InboxFault('the server does not tell which mails there are');
      // `n:*` names the last mail even where there is none from n on; servers do so for others,
      // too.
      return found.filter((uid) => uid >= from && uid <= to).toSorted((a, b) => a - b);
    },
    fetch: async (uid) => {
      const query = {
        uid: true,
        internalDate: true,
        source: { start: 0, maxLength: MAIL_BYTES_MAX },
      };
      const mail = await client.fetchOne(String(uid), query, { uid: true });
      if (mail === false || mail.source === undefined) return null;
      const at = mail.internalDate === undefined ? null : new Date(mail.internalDate);
      return { uid, raw: mail.source, at: at === null || Number.isNaN(at.getTime()) ? null : at };
    },
    handle: (uids, how) => handleMails(client, uids, how),
  };
}

async function handleMails(
  client: ImapFlow,
  uids: readonly number[],
  { handled, moveTo }: { handled: Handled; moveTo: string | null },
): Promise<void> {
  if (uids.length === 0 || handled === 'keep') return;
  const range = uids.join(',');
  if (!(await client.messageFlagsAdd(range, ['\\Seen'], { uid: true }))) {
    throw new InboxFault('the server does not let mails be marked as seen: take handled = keep');
  }
  if (handled !== 'move' || moveTo === null) return;
  if ((await client.messageMove(range, moveTo, { uid: true })) === false) {
    throw new InboxFault(`mails cannot be moved to ${moveTo}: is there such a mailbox?`);
  }
}
