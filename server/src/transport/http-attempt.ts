import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';

/** How long each part of an HTTP attempt may take, in milliseconds. */
export interface HttpTimeouts {
  /** Name, connection and TLS. */
  readonly connectMs: number;
  /** The whole answer. Long, for giving up leaves the message in doubt. */
  readonly answerMs: number;
  /** The same once we have been asked to stop. */
  readonly stopMs: number;
  /** An unused connection is ended after this long, before the provider does: 5 s are common. */
  readonly idleMs: number;
  /** After a connection could not be opened, none is tried for this long; doubled up to 30 s. */
  readonly reopenMs: number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Null when it broke off or was too long. */
  readonly body: Buffer | null;
}

/** What became of one request. */
export type HttpAttempt =
  | { readonly kind: 'answered'; readonly answer: HttpAnswer }
  /** Nothing of the request was written. */
  | {
      readonly kind: 'unsent';
      readonly phase: 'connect' | 'tls' | 'content';
      readonly reason: string;
    }
  /** The request was written, and no status came back. */
  | { readonly kind: 'unanswered'; readonly reason: string };

/** What may end or hold back an attempt. */
export interface HttpPermissions {
  readonly signal?: AbortSignal | undefined;
  readonly mayLeave?: (() => boolean) | undefined;
}

export interface HttpClient {
  /** One request, written once: no redirect, no proxy. Never throws for what a server does. */
  attempt(request: HttpRequest, permissions?: HttpPermissions): Promise<HttpAttempt>;
  close(): void;
}

export const HTTP_TIMEOUTS: HttpTimeouts = {
  connectMs: 15_000,
  answerMs: 120_000,
  stopMs: 5_000,
  idleMs: 4_000,
  reopenMs: 1_000,
};

/** An answer is an id or an error. */
const ANSWER_BYTES_MAX = 65_536;

/** Connections to one provider, kept open while they are used. */
export function createHttpClient({
  connections,
  timeouts,
  ca,
}: {
  connections: number;
  timeouts: HttpTimeouts;
  ca?: string | undefined;
}): HttpClient {
  const pool = { keepAlive: true, maxSockets: connections, timeout: timeouts.idleMs };
  const agents = {
    'http:': new HttpAgent(pool),
    // Said outright, for a variable of the environment can turn the default off.
    'https:': new HttpsAgent({ ...pool, rejectUnauthorized: true, ...(ca ? { ca } : {}) }),
  };
  return {
    attempt: async (request, permissions = {}) => {
      const agent = agents[request.url.protocol === 'https:' ? 'https:' : 'http:'];
      for (let keptCount = 0; ; keptCount += 1) {
        const { attempt, wasKept } = await new Promise<Ended>((resolve) => {
          new Attempt(request, { agent, timeouts, permissions, resolve }).start();
        });
        // A connection that was kept and is dead: nothing was written, so a new one is as good.
        const isDead = wasKept && attempt.kind === 'unsent' && attempt.phase === 'connect';
        if (!isDead || keptCount > connections || permissions.signal?.aborted === true)
          return attempt;
      }
    },
    close: () => {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

interface AttemptWire {
  readonly agent: HttpAgent;
  readonly timeouts: HttpTimeouts;
  readonly permissions: HttpPermissions;
  readonly resolve: (ended: Ended) => void;
}

interface Ended {
  readonly attempt: HttpAttempt;
  /** Whether the connection had been open before. */
  readonly wasKept: boolean;
}

/**
 * One request from its connection to its answer.
 *
 * Exactly one write decides: head and body leave together once the connection stands, and before it
 * every failure is `unsent`.
 */
class Attempt {
  readonly #wire: AttemptWire;
  readonly #body: Buffer | null;
  readonly #isTls: boolean;
  readonly #request: ClientRequest;
  #phase: 'connect' | 'tls' | 'content' | 'end' = 'connect';
  #answer: IncomingMessage | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor({ method, url, headers, body }: HttpRequest, wire: AttemptWire) {
    this.#wire = wire;
    this.#body = body;
    this.#isTls = url.protocol === 'https:';
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    this.#request = (this.#isTls ? requestHttps : requestHttp)({
      method,
      agent: wire.agent,
      host,
      port: url.port === '' ? (this.#isTls ? 443 : 80) : Number(url.port),
      path: url.pathname + url.search,
      headers: { host: url.host, ...headers, ...(body && { 'content-length': body.length }) },
      ...(this.#isTls ? { servername: isIP(host) === 0 ? host : '' } : {}),
    });
  }

  start(): void {
    const { timeouts, permissions } = this.#wire;
    this.#limit(timeouts.connectMs, 'no connection');
    permissions.signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#request.on('socket', (socket) => this.#onSocket(socket));
    this.#request.on('response', (response) => void this.#onResponse(response));
    this.#request.on('error', (error) => this.#fail(wordsOf(error)));
    // Such as a switch of protocols: the connection ends, and no answer comes.
    this.#request.on('close', () => {
      if (this.#answer === null) this.#fail('the server closed the connection');
    });
    if (permissions.signal?.aborted === true) this.#onAbort();
  }

  readonly #onAbort = (): void => {
    if (this.#phase !== 'end') this.#fail('the worker is stopping');
    else this.#limit(this.#wire.timeouts.stopMs, 'no answer');
  };

  #onSocket(socket: Socket): void {
    if (this.#request.reusedSocket) {
      // What has already been heard on it is looked at first: it may be the end.
      setImmediate(() => setImmediate(() => this.#write()));
      return;
    }
    const onTcp = (): void => {
      if (this.#isTls) this.#phase = 'tls';
      else this.#write();
    };
    if (this.#isTls) socket.once('secureConnect', () => this.#write());
    if (socket.connecting) socket.once('connect', onTcp);
    else onTcp();
  }

  #write(): void {
    if (this.#isOver) return;
    this.#phase = 'content';
    if (this.#wire.permissions.mayLeave?.() === false) {
      return this.#fail('this worker stood still and may have been taken for dead');
    }
    this.#phase = 'end';
    this.#limit(this.#wire.timeouts.answerMs, 'no answer');
    if (this.#body === null) this.#request.end();
    else this.#request.end(this.#body);
  }

  async #onResponse(response: IncomingMessage): Promise<void> {
    this.#answer = response;
    const body = await bodyOf(response);
    const { statusCode: status = 0, headers } = response;
    this.#end({ kind: 'answered', answer: { status, headers, body } });
  }

  #limit(ms: number, what: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fail(`${what} within ${ms} ms`), ms);
  }

  #fail(reason: string): void {
    if (this.#answer !== null) {
      // The status is known: the body ends here, and `#onResponse` tells.
      this.#answer.destroy();
    } else if (this.#phase === 'end') {
      this.#end({ kind: 'unanswered', reason });
    } else {
      this.#end({ kind: 'unsent', phase: this.#phase, reason });
    }
  }

  #end(attempt: HttpAttempt): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#wire.permissions.signal?.removeEventListener('abort', this.#onAbort);
    if (attempt.kind !== 'answered' || attempt.answer.body === null) this.#request.destroy();
    this.#wire.resolve({ attempt, wasKept: this.#request.reusedSocket });
  }
}

async function bodyOf(response: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > ANSWER_BYTES_MAX) return null;
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks);
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the server reset the connection',
  EPIPE: 'the server closed the connection',
  ENOTFOUND: 'the name of the server has no address',
  EAI_AGAIN: 'the name of the server could not be looked up',
  EHOSTUNREACH: 'the server cannot be reached',
  ENETUNREACH: 'the server cannot be reached',
  ETIMEDOUT: 'the connection timed out',
};

/** Without addresses, which the message of an error may name. */
function wordsOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  if (code.startsWith('HPE_')) return `the answer is not HTTP (${code})`;
  return WORDS[code] ?? `the connection failed (${code})`;
}
