import { createHash } from 'node:crypto';
import type { Returned } from '../../transport/index.ts';
import { outcomeOf, type Outcome } from './outcome.ts';
import { readReport } from './report.ts';
import type { ReturnPaths } from './return-path.ts';

/** Told for everything that came in by mail: one and the same, however a mail came. */
const INBOUND_SOURCE = 'inbox';

/** Whom what was read is handed to. Both may be called again with the same. */
export interface Receivers {
  /** Records what came back; of messages of other workspaces it takes no notice. */
  readonly onReturned: (
    workspaceId: string,
    source: string,
    returned: readonly Returned[],
  ) => Promise<unknown>;
  /** Unsubscribes whom the message was sent to, if it is of this workspace. */
  readonly onUnsubscribe: (wish: { workspaceId: string; messageId: string }) => Promise<unknown>;
}

export interface ReceiveDeps extends Receivers {
  readonly paths: ReturnPaths;
}

/** A mail that came in. */
export interface IncomingMail {
  readonly raw: Uint8Array;
  readonly envelopeTo: string | null;
  readonly at: Date;
}

/**
 * Reads mails and hands on what they mean. When this returns, all of it is recorded; when it
 * throws, the same mails can be given again.
 *
 * @returns what each was taken for, in order
 */
export async function receiveMails(
  { paths, onReturned, onUnsubscribe }: ReceiveDeps,
  { workspaceId, mails }: { workspaceId: string; mails: AsyncIterable<IncomingMail> },
): Promise<Outcome['kind'][]> {
  const kinds: Outcome['kind'][] = [];
  const returned: Returned[] = [];
  for await (const { raw, envelopeTo, at } of mails) {
    const hash = createHash('sha256').update(raw).digest('hex');
    const outcome = outcomeOf(await readReport(raw), { envelopeTo, at, hash }, paths);
    kinds.push(outcome.kind);
    if (outcome.kind === 'returned') returned.push(...outcome.returned);
    if (outcome.kind === 'unsubscribe') {
      await onUnsubscribe({ workspaceId, messageId: outcome.messageId });
    }
  }
  if (returned.length > 0) await onReturned(workspaceId, INBOUND_SOURCE, returned);
  return kinds;
}
