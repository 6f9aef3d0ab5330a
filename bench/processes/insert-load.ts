import { connect, type Socket } from 'node:net';
import { parseDatabaseUrl } from '../../server/src/platform/database-url.ts';
import { answerCalls } from '../child.ts';

/**
 * Clients that do what pgbench does with `-M prepared`: each inserts one row, waits until it is
 * committed, and inserts the next. They speak the wire protocol themselves, because a client library
 * would cost more than the insert.
 * Source: PostgreSQL manual, "Frontend/Backend Protocol".
 */
const CLIENTS_READY = 'Z'.charCodeAt(0);
const ERROR = 'E'.charCodeAt(0);
const PROTOCOL = 196_608;
const SQL =
  'insert into single_row (bucket, id, user_id, automation_id, entered_at) ' +
  'values ($1, gen_random_uuid(), gen_random_uuid(), $2, now())';
const AUTOMATION = '01900000-0000-7000-8000-000000000000';
const LENGTH_BYTES = 4;

answerCalls({
  /** @returns how long it took, in milliseconds */
  run: async ({ url, clients, rows }: { url: string; clients: number; rows: number }) => {
    const sessions = await Promise.all(Array.from({ length: clients }, () => openSession(url)));
    let left = rows;
    const startedMs = performance.now();
    await Promise.all(
      sessions.map(async (session) => {
        while (left-- > 0) await session.ask(insertOf(left % 64));
      }),
    );
    const ms = performance.now() - startedMs;
    for (const { socket } of sessions) socket.destroy();
    return ms;
  },
});

interface Session {
  readonly socket: Socket;
  /** Writes messages and resolves when the server is ready for the next ones. */
  readonly ask: (messages: Buffer) => Promise<void>;
}

async function openSession(url: string): Promise<Session> {
  const { host, port, user, database } = parseDatabaseUrl(url);
  const socket = connect(`${host}/.s.PGSQL.${port}`);
  let input: Buffer = Buffer.alloc(0);
  let done: { resolve: () => void; reject: (error: Error) => void } | null = null;
  socket.on('data', (chunk: Buffer) => {
    input = input.length === 0 ? chunk : Buffer.concat([input, chunk]);
    while (input.length > LENGTH_BYTES) {
      const size = 1 + input.readUInt32BE(1);
      if (input.length < size) return;
      const [type] = input;
      if (type === ERROR) done?.reject(new Error(input.toString('utf8', 5, size)));
      input = input.subarray(size);
      if (type === CLIENTS_READY) done?.resolve();
    }
  });
  const ask = (messages: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      done = { resolve, reject };
      socket.write(messages);
    });
  const start = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  await ask(Buffer.concat([int32(start.length + 8), int32(PROTOCOL), start]));
  await ask(Buffer.concat([message('P', Buffer.from(`s\0${SQL}\0\0\0`)), message('S')]));
  return { socket, ask };
}

function insertOf(bucket: number): Buffer {
  const values = [String(bucket), AUTOMATION].map((text) =>
    Buffer.concat([int32(text.length), Buffer.from(text)]),
  );
  const bind = Buffer.concat([Buffer.from('\0s\0\0\0\0\x02'), ...values, Buffer.from('\0\0')]);
  const execute = Buffer.concat([Buffer.from('\0'), int32(0)]);
  return Buffer.concat([message('B', bind), message('E', execute), message('S')]);
}

function message(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + LENGTH_BYTES), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(LENGTH_BYTES);
  bytes.writeInt32BE(value);
  return bytes;
}
