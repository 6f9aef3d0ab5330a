import { Agent, request as nodeRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

/** What a server answered, as it came over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body, byte for byte. */
  readonly text: string;
  /** The body as JSON; null when it is empty or none. Untyped, for tests look into it freely. */
  readonly body: ReturnType<typeof JSON.parse>;
}

/** One request. */
export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** Sends the body without `Content-Length`. */
  readonly isChunked?: boolean;
}

/** Real sockets to one server. */
export interface HttpClient {
  /** Fails when no whole answer came within 20 seconds: a server may refuse, but never hang. */
  readonly send: (call: Call) => Promise<Answer>;
  /** Writes text to a socket as it is and gives what came back until the server closed it. */
  readonly sendRaw: (text: string | Buffer, options?: { waitMs?: number }) => Promise<string>;
  readonly close: () => void;
}

/** Of a busy machine, on which an answer takes milliseconds when it has nothing else to do. */
const ANSWER_WITHIN_MS = 20_000;
const SOCKETS_MAX = 128;

/** A client of a server on a port of this machine. */
export function httpClient(port: number): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });
  return {
    send: (call) => send(call, { port, agent }),
    sendRaw: (text, options) => sendRaw(text, port, options),
    close: () => agent.destroy(),
  };
}

function send(
  { method = 'GET', path, headers = {}, body, isChunked = false }: Call,
  { port, agent }: { port: number; agent: Agent },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length =
      body === undefined || isChunked ? {} : { 'content-length': Buffer.byteLength(body) };
    const request = nodeRequest(
      { host: '127.0.0.1', port, method, path, agent, headers: { ...length, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          clearTimeout(timer);
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            body: jsonOf(text),
          });
        });
      },
    );
    let timer: NodeJS.Timeout | undefined;
    // Counted from when it has a socket: many calls at once wait for theirs in this process.
    request.on('socket', () => {
      timer = setTimeout(() => {
        request.destroy(new Error(`${method} ${path.slice(0, 100)} was not answered in time`));
      }, ANSWER_WITHIN_MS);
    });
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    if (body !== undefined && isChunked) request.write(body);
    request.end(isChunked ? undefined : body);
  });
}

function jsonOf(text: string): Answer['body'] {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function sendRaw(
  text: string | Buffer,
  port: number,
  { waitMs = ANSWER_WITHIN_MS }: { waitMs?: number } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(text));
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(chunks).toString());
    };
    const timer = setTimeout(end, waitMs);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A server that refuses may close while we still write.
    socket.on('error', end);
    socket.on('close', end);
  });
}
