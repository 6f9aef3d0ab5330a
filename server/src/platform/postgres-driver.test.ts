import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { connect, isUnavailable } from './db.ts';

let server: Server | null = null;

afterEach(() => server?.close());

/** Greets whoever comes, and answers the first statement by `answer`. */
async function greeter(answer: (socket: Socket) => void): Promise<string> {
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', [0, 0, 0, 0]), message('Z', [73])]));
      socket.once('data', () => answer(socket));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `postgres://milepost@127.0.0.1:${(server.address() as AddressInfo).port}/milepost`;
}

/** A message of the protocol: kind, length, content. */
function message(kind: string, content: readonly number[]): Buffer {
  const head = Buffer.alloc(5);
  head.write(kind);
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, Buffer.from(content)]);
}

const shuttingDown = message('E', [...Buffer.from('SFATAL\0C57P01\0Mgoing down\0\0')]);

test.each([
  ['reset', (socket: Socket) => void socket.resetAndDestroy()],
  ['closed', (socket: Socket) => void socket.destroy()],
  [
    'refused',
    (socket: Socket) => void socket.write(Buffer.concat([shuttingDown, message('Z', [73])])),
  ],
])(
  'a connection that is %s before it knows the types fails the statement and nothing else',
  async (_, answer) => {
    const unheard: unknown[] = [];
    const hear = (error: unknown): void => void unheard.push(error);
    process.on('unhandledRejection', hear);
    const db = connect(await greeter(answer), { max: 1 });
    const failed = await db`select ${'x'}::text`.catch((error: unknown) => error);
    expect(isUnavailable(failed)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.off('unhandledRejection', hear);
    expect(unheard).toEqual([]);
    await db.end({ timeout: 0 });
  },
);
