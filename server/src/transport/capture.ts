import type { Transport } from './transport.ts';

/** Nothing leaves, so there is nothing to wait for; the number bounds the caller's batches only. */
const CONCURRENCY = 100;

/**
 * The transport that hands nothing over: each message is accepted at once and stays where it is,
 * to be looked at in the inbox. Used without an SMTP server and always on a test side.
 */
export function createCaptureTransport(): Transport {
  let isClosed = false;
  return {
    name: 'capture',
    concurrency: CONCURRENCY,
    send: (_message, signal) =>
      Promise.resolve(
        isClosed || signal?.aborted === true
          ? { kind: 'deferred', phase: 'connect', answer: 'the worker is stopping' }
          : { kind: 'accepted', answer: 'captured' },
      ),
    verify: () => Promise.resolve({ ok: true, answer: 'messages are captured' }),
    close: () => {
      isClosed = true;
      return Promise.resolve();
    },
  };
}
