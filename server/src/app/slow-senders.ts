import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { answerMalformed } from './unknown-path.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is a file, which may take as long as it keeps coming. */
    isUpload?: boolean;
  }
}

export interface SlowSenders {
  /** A request has to come whole within this time; of an upload as much in each such time as below. */
  readonly timeoutMs: number;
  readonly uploadBytesMin: number;
}

/** A bad line sends a kilobyte a second; a file of 1 GB may so take its time. */
export const SLOW_SENDERS: SlowSenders = { timeoutMs: 30_000, uploadBytesMin: 30_000 };

/**
 * Cuts off who does not send what they announced, so that slow senders hold no connections. Node's own
 * limit knows no difference between a call and a file.
 */
export function cutOffSlowSenders(app: FastifyInstance, slow: SlowSenders): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { raw, headers, routeOptions } = request;
    const hasBody =
      headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    // A request that never came over a network has no sender.
    if (hasBody && raw.socket instanceof Socket) {
      const isWanted = (): boolean =>
        routeOptions.config.isUpload === true && !reply.raw.headersSent;
      watch(raw, { ...slow, isWanted });
    }
    done();
  });
}

/** @param isWanted whether what comes is a file, and is still read: not once it has been refused */
function watch(
  raw: IncomingMessage,
  { timeoutMs, uploadBytesMin, isWanted }: SlowSenders & { isWanted: () => boolean },
): void {
  let seen = raw.socket.bytesRead;
  const timer = setInterval(() => {
    const come = raw.socket.bytesRead - seen;
    seen = raw.socket.bytesRead;
    // What lies here unread is our own slowness.
    const isOurs = raw.readableLength > 0;
    if (raw.complete || (isWanted() && (isOurs || come >= uploadBytesMin))) return;
    clearInterval(timer);
    const error = Object.assign(new Error('too slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    answerMalformed(error, raw.socket);
  }, timeoutMs);
  timer.unref();
  raw.once('close', () => clearInterval(timer));
}
