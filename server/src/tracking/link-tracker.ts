import { createCache } from '../platform/cache.ts';
import type { Db, Pool } from '../platform/db.ts';
import { uuidv5 } from '../platform/ids.ts';
import type { LinkSigner } from '../platform/link-token.ts';
import { findLink, insertLinks, type Link } from './sql/links.ts';

/** Where one message's links lead to; what `rewriteLinks` takes. */
export interface MessageLinks {
  readonly linkFor: (url: string) => string;
  readonly pixelUrl: string;
  readonly honeypotUrl: string;
  readonly isOwn: (url: string) => boolean;
}

/** What a click token names. */
export interface Followed {
  readonly messageId: string;
  /** Null for the hidden link. */
  readonly linkId: string | null;
}

/** Makes and reads the links of opens and clicks, and keeps where they lead. */
export interface LinkTracker {
  readonly linksOf: (of: { workspaceId: string; messageId: string }) => MessageLinks;
  /**
   * Keeps where links lead, before their messages leave: those that are not known here to be kept, in
   * one statement. Those kept in a transaction are not remembered, for it may be undone.
   */
  readonly keep: (db: Db, urls: readonly { workspaceId: string; url: string }[]) => Promise<void>;
  /** The message that an open token names; null for what is none. */
  readonly opened: (token: string) => string | null;
  /** What a click token names; null for what is none. */
  readonly followed: (token: string) => Followed | null;
  /** The http(s) address of a link; null where there is none. */
  readonly targetOf: (linkId: string) => Promise<string | null>;
}

const ID_BYTES = 16;
/** Links remembered as kept; each is 36 characters. */
const KEPT_MAX = 100_000;
/** An email's links are mostly those of the emails before it. */
const REMEMBERED_IDS_MAX = 5_000;
const TARGETS_MAX = 10_000;
/** What a link leads to never changes; this bounds how long one that is missing stays missing. */
const TARGET_TTL_MS = 60_000;
const WEB = /^https?:\/\/[^\s/]/i;

/** The id of a link: equal addresses of one workspace share a row. */
const linkIdOf = (workspaceId: string, url: string): string =>
  uuidv5(workspaceId, `\0link\0${url}`);

/**
 * @param publicUrl where people reach this server, without a trailing slash
 */
export function createLinkTracker({
  signer,
  publicUrl,
  db,
}: {
  signer: LinkSigner;
  publicUrl: () => string;
  db: Pool;
}): LinkTracker {
  const linkBytes = createLinkBytes();
  const targets = createCache({
    load: (id: string) => findLink(db, id),
    ttlMs: TARGET_TTL_MS,
    entriesMax: TARGETS_MAX,
  });
  return {
    linksOf({ workspaceId, messageId }) {
      const base = publicUrl();
      const message = bytesOf(messageId);
      const token = (linkId: Buffer) => signer.sign('click', Buffer.concat([message, linkId]));
      return {
        linkFor: (url) => `${base}/c/${token(linkBytes(workspaceId, url))}`,
        pixelUrl: `${base}/o/${signer.sign('open', message)}.gif`,
        honeypotUrl: `${base}/c/${token(Buffer.alloc(0))}`,
        isOwn: (url) => url === base || url.startsWith(`${base}/`),
      };
    },
    keep: createKeeper(db),
    opened(token) {
      const payload = signer.open('open', token);
      return payload?.length === ID_BYTES ? idOf(payload) : null;
    },
    followed(token) {
      const payload = signer.open('click', token);
      if (payload === null || payload.length % ID_BYTES !== 0) return null;
      const [messageId, linkId = null] = [payload.subarray(0, ID_BYTES), payload.subarray(ID_BYTES)]
        .filter((bytes) => bytes.length === ID_BYTES)
        .map(idOf);
      return messageId === undefined ? null : { messageId, linkId };
    },
    async targetOf(linkId) {
      const url = await targets.get(linkId);
      return url !== null && WEB.test(url) ? url : null;
    },
  };
}

/** The bytes of link ids, remembered. */
function createLinkBytes(): (workspaceId: string, url: string) => Buffer {
  const remembered = new Map<string, Buffer>();
  return (workspaceId, url) => {
    const name = `${workspaceId} ${url}`;
    const known = remembered.get(name);
    if (known !== undefined) return known;
    if (remembered.size >= REMEMBERED_IDS_MAX) remembered.clear();
    const bytes = bytesOf(linkIdOf(workspaceId, url));
    remembered.set(name, bytes);
    return bytes;
  };
}

function createKeeper(db: Pool): LinkTracker['keep'] {
  const kept = new Set<string>();
  return async (connection, urls) => {
    const links = new Map<string, Link>();
    for (const { workspaceId, url } of urls) {
      const id = linkIdOf(workspaceId, url);
      if (!kept.has(id)) links.set(id, { id, workspaceId, url });
    }
    if (links.size === 0) return;
    await insertLinks(connection, [...links.values()]);
    // A transaction may still be undone: only what is committed is remembered.
    if (connection !== (db as Db)) return;
    if (kept.size + links.size > KEPT_MAX) kept.clear();
    for (const id of links.keys()) kept.add(id);
  };
}

const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');

function idOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
