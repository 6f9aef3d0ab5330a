import { Readable } from 'node:stream';

/** Somebody who listens to a side. */
export interface Listener {
  readonly workspaceId: string;
  /** Whose streams are counted together: a member, or a key. */
  readonly owner: string;
  /** The token of a member's session; null for a key. */
  readonly session: { readonly token: string; readonly memberId: string } | null;
  /** The header that a key came in. */
  readonly authorization: string | null;
  /** What is sent to them. */
  readonly body: Readable;
  readonly send: (event: string, data: object) => void;
  /** Keeps proxies from closing what says nothing. */
  readonly beat: (nowMs: number) => void;
  /** Says why, and closes. */
  readonly end: (reason: EndReason) => void;
}

export type EndReason = 'session' | 'shutdown';

/** What may wait for a slow reader: a hundred events. Whoever is slower is cut off, and asks anew. */
export const BUFFER_BYTES_MAX = 65_536;
const BEAT_MS = 15_000;
/** How soon a browser comes back after a cut. */
const RETRY_MS = 3_000;

export function createListener(
  who: Pick<Listener, 'workspaceId' | 'owner' | 'session' | 'authorization'>,
  nowMs: number,
): Listener {
  let beatMs = nowMs;
  const body = new Readable({ highWaterMark: BUFFER_BYTES_MAX, read: () => {} });
  const write = (text: string): void => {
    if (body.destroyed || body.readableEnded) return;
    if (body.readableLength + text.length > BUFFER_BYTES_MAX) body.destroy();
    else body.push(text);
  };
  write(`retry: ${RETRY_MS}\n\n`);
  const send = (event: string, data: object): void =>
    write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  return {
    ...who,
    body,
    send,
    beat: (now) => {
      if (now - beatMs < BEAT_MS) return;
      beatMs = now;
      write(': \n\n');
    },
    end: (reason) => {
      send('end', { reason });
      if (!body.destroyed) body.push(null);
    },
  };
}
