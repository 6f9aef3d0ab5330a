import { createLinkSigner, type LinkSigner } from '../platform/link-token.ts';
import type { Db } from '../platform/db.ts';
import type { Renderer } from '../template/index.ts';
import type { SenderBook } from './senders/sender-book.ts';

/** What composing takes from the rest of the server. */
export interface MailKit {
  readonly render: Renderer['render'];
  readonly signer: LinkSigner;
  /** Where recipients reach this server, without a trailing slash. */
  readonly publicUrl: () => string;
  /** The senders that steps name. */
  readonly book: Pick<SenderBook, 'senderOf'>;
  /** Null for mail that nobody follows. */
  readonly follower: Follower | null;
  /** What an email needs to know of its list; null for one that is missing. */
  readonly listOf: (list: { workspaceId: string; id: string }) => Promise<MailList | null>;
  /** Addresses at which what comes back is read; null for a side that reads none. */
  readonly returnOf: (message: {
    workspaceId: string;
    messageId: string;
    /** The domain of the sender: one that has an inbox gets its own mail back. */
    domain: string;
  }) => Promise<ReturnAddresses | null>;
}

/** A list, as the emails for it see it. */
export interface MailList {
  readonly id: string;
  readonly name: string;
  readonly tracking: { readonly opens?: boolean; readonly clicks?: boolean } | null;
}

/** Of one message. */
export interface ReturnAddresses {
  /** The envelope's sender: where bounces go. */
  readonly returnPath: string;
  /** Where a message ends the subscription. */
  readonly unsubscribe: string;
}

/** Makes links by which opening and clicking are noticed, and keeps where they lead. */
export interface Follower {
  readonly linksOf: (of: { workspaceId: string; messageId: string }) => {
    readonly linkFor: (url: string) => string;
    readonly pixelUrl: string;
    readonly honeypotUrl: string;
    readonly isOwn: (url: string) => boolean;
  };
  readonly keep: (db: Db, urls: readonly { workspaceId: string; url: string }[]) => Promise<void>;
}

const NO_KEY = new Uint8Array(32);

/** For mail that is only looked at: its links lead nowhere, and nothing of it is followed. */
export const trialKit = (render: Renderer['render']): MailKit => ({
  render,
  signer: createLinkSigner(NO_KEY),
  publicUrl: () => 'http://localhost',
  book: {
    senderOf: async () => ({ kind: 'found', from: 'sender@example.com', replyTo: null }),
  },
  follower: null,
  listOf: async () => null,
  returnOf: async () => null,
});
