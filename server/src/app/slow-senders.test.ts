import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify from 'fastify';
import { afterAll, expect, test } from 'vitest';
import { cutOffSlowSenders } from './slow-senders.ts';

/** A server on which a request has 600 ms, and a file has to bring 100 bytes in each. */
const app = fastify();
cutOffSlowSenders(app, { timeoutMs: 600, uploadBytesMin: 100 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
  done(null, body),
);
app.addContentTypeParser('*', (_request, _body, done) => done(null));
app.post('/call', () => 'taken');
app.post('/file', { config: { isUpload: true } }, async ({ raw }) => {
  let length = 0;
  for await (const bytes of raw as AsyncIterable<Buffer>) length += bytes.length;
  return String(length);
});
app.post('/refused', { config: { isUpload: true } }, (_request, reply) => reply.code(401).send());
await app.listen({ host: '127.0.0.1', port: 0 });
const { port } = app.server.address() as AddressInfo;
afterAll(() => app.close());

/** Sends so many bytes every 50 ms, in all for 1,500 ms. */
function send(path: string, bytes: number, type: string): Promise<[number, string] | 'cut off'> {
  return new Promise((resolve) => {
    const headers = { 'content-type': type, 'transfer-encoding': 'chunked' };
    const call = request({ port, path, method: 'POST', headers }, (answer) => {
      let body = '';
      answer.on('data', (part: Buffer) => (body += part.toString()));
      answer.on('end', () => resolve([answer.statusCode ?? 0, body]));
    });
    call.on('error', () => resolve('cut off'));
    void (async () => {
      for (let times = 0; times < 30 && !call.destroyed; times += 1) {
        call.write('x'.repeat(bytes));
        await sleep(50);
      }
      call.end();
    })();
  });
}

test('a file may take its time, as long as it keeps coming', async () => {
  expect(await send('/file', 200, 'text/csv')).toEqual([200, '6000']);
});

test('a file that hardly comes is cut off, and a call that does not come whole', async () => {
  const timedOut = [408, '{"error":"Request timed out"}'];
  expect(await send('/file', 1, 'text/csv')).toEqual(timedOut);
  expect(await send('/call', 200, 'application/json')).toEqual(timedOut);
});

test('a file that was refused holds no connection, however fast it comes', async () => {
  const before = await connections();
  expect(await send('/refused', 200, 'text/csv')).not.toEqual([200, expect.anything()]);
  await sleep(1_500);
  expect(await connections()).toBeLessThanOrEqual(before);
});

const connections = (): Promise<number> =>
  new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count)));
