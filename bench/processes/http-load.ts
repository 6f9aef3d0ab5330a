import { connect, type Socket } from 'node:net';
import { answerCalls } from '../child.ts';

/** What a load came to. */
export interface LoadResult {
  readonly ms: number;
  readonly calls: number;
  /** Milliseconds from sending a request to the end of its answer. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How often each answer came, by status and the part that tells one from another. */
  readonly answers: Readonly<Record<string, number>>;
  /** When each person's first request was sent, in milliseconds since 1970, where that was asked for. */
  readonly sentAtMs: readonly number[];
}

/** People whose requests go one after the other over one connection; people go side by side. */
export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly secretKey: string;
  /** For each person the calls to make, in order. */
  readonly people: readonly (readonly { readonly path: string; readonly body: object }[])[];
  readonly keepsTimes?: boolean;
}

const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: (\d+)/i;
const PERCENT_99 = 0.99;

answerCalls({
  /** Requests are built beforehand and written as they are: the load must not be what is measured. */
  run: async ({ port, connections, secretKey, people, keepsTimes }: Load): Promise<LoadResult> => {
    const requests = people.map((calls) =>
      calls.map(({ path, body }) => requestOf({ path, body, port, secretKey })),
    );
    const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
    const times: number[] = [];
    const sentAtMs: number[] = [];
    const answers: Record<string, number> = {};
    let next = 0;
    const startedMs = performance.now();
    await Promise.all(
      sockets.map(async (socket) => {
        const ask = askerOf(socket);
        for (let person = requests[next++]; person !== undefined; person = requests[next++]) {
          if (keepsTimes === true) sentAtMs[next - 1] = performance.timeOrigin + performance.now();
          for (const request of person) {
            const sentMs = performance.now();
            const answer = await ask(request);
            times.push(performance.now() - sentMs);
            answers[answer] = (answers[answer] ?? 0) + 1;
          }
        }
      }),
    );
    const ms = performance.now() - startedMs;
    for (const socket of sockets) socket.destroy();
    times.sort((a, b) => a - b);
    const quantile = (part: number): number => times[Math.floor(times.length * part)] ?? 0;
    const [p50Ms, p99Ms] = [quantile(0.5), quantile(PERCENT_99)];
    return { ms, calls: times.length, p50Ms, p99Ms, answers, sentAtMs };
  },
});

function requestOf({
  path,
  body,
  port,
  secretKey,
}: {
  path: string;
  body: object;
  port: number;
  secretKey: string;
}): Buffer {
  const text = JSON.stringify(body);
  const head =
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${secretKey}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}`;
  return Buffer.from(head + HEAD_END + text);
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true }, () => resolve(socket));
    socket.setEncoding('latin1').once('error', reject);
  });
}

/** Writes a request and gives what its answer says, in short. */
function askerOf(socket: Socket): (request: Buffer) => Promise<string> {
  let input = '';
  let done: { resolve: (answer: string) => void; reject: (error: Error) => void } | null = null;
  socket.on('data', (chunk: string) => {
    input += chunk;
    const head = input.indexOf(HEAD_END);
    if (head === -1) return;
    const length = Number(LENGTH.exec(input)?.[1] ?? 0);
    if (input.length < head + HEAD_END.length + length) return;
    const answer = answerOf(input, head + HEAD_END.length);
    input = '';
    done?.resolve(answer);
  });
  socket.on('close', () => done?.reject(new Error('the server closed the connection')));
  return (request) =>
    new Promise((resolve, reject) => {
      done = { resolve, reject };
      socket.write(request);
    });
}

/** `200 enrolled`: the status, and the name of the member that says what happened. */
function answerOf(text: string, bodyAt: number): string {
  const status = text.slice(9, 12);
  const said = /"(enrolled|already_enrolled|already_completed|created|error)"/.exec(
    text.slice(bodyAt),
  );
  return `${status} ${said?.[1] ?? ''}`;
}
