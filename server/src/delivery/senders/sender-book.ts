import { createCache } from '../../platform/cache.ts';
import type { Db } from '../../platform/db.ts';
import { formatAddress } from '../../platform/email-address.ts';
import { storedIdOf } from '../../platform/ids.ts';
import { findDefaultSender, findSender } from './sql/senders.ts';
import type { StoredSender } from './stored-sender.ts';

/** Who an email is from. */
export interface SendingAs {
  readonly from: string;
  readonly replyTo: string | null;
}

export type NamedSender =
  | ({ readonly kind: 'found' } & SendingAs)
  | { readonly kind: 'missing'; readonly reason: 'sender_missing' };

/** Senders of all sides, as emails ask for them. */
export interface SenderBook {
  /**
   * The sender that a step names. One that was deleted, or that is of another side, is missing: then the
   * email must not leave under any other name.
   */
  readonly senderOf: (workspaceId: string, senderId: string) => Promise<NamedSender>;
  /** Who sends where a step names nobody; null where the settings say it. */
  readonly defaultOf: (workspaceId: string) => Promise<SendingAs | null>;
}

/** Senders are known for a second: a change is followed soon, and a batch asks once. */
export function createSenderBook({ db }: { db: Db }): SenderBook {
  const named = createCache({
    load: async (key: string): Promise<SendingAs | null> => {
      const [workspaceId = '', id = ''] = key.split(' ');
      return sendingAs(await findSender(db, { workspaceId, id }));
    },
  });
  const defaults = createCache({
    load: async (workspaceId: string) => sendingAs(await findDefaultSender(db, { workspaceId })),
  });
  return {
    senderOf: async (workspaceId, senderId) => {
      const sender = await named.get(`${workspaceId} ${storedIdOf(senderId)}`);
      if (sender === null) return { kind: 'missing', reason: 'sender_missing' };
      return { kind: 'found', ...sender };
    },
    defaultOf: (workspaceId) => defaults.get(workspaceId),
  };
}

/**
 * Who the email of a step is from: the sender that it names, else its own `from`, else the side's. A reply
 * address of the step comes before that of its sender.
 */
export async function sentAs(
  { senderOf }: Pick<SenderBook, 'senderOf'>,
  {
    workspaceId,
    step,
    side,
  }: {
    workspaceId: string;
    step: {
      readonly sender_id?: string | undefined;
      readonly from?: string | null | undefined;
      readonly reply_to?: string | null | undefined;
    };
    side: SendingAs;
  },
): Promise<NamedSender> {
  const { sender_id: senderId, from, reply_to: replyTo } = step;
  const named: NamedSender =
    senderId === undefined
      ? { kind: 'found', from: from ?? side.from, replyTo: side.replyTo }
      : await senderOf(workspaceId, senderId);
  if (named.kind === 'missing') return named;
  return { ...named, replyTo: replyTo ?? named.replyTo };
}

const sendingAs = (sender: StoredSender | null): SendingAs | null =>
  sender === null ? null : { from: formatAddress(sender), replyTo: sender.replyTo };
