import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttps } from 'node:https';
import {
  createServer as createNet,
  type AddressInfo,
  type Server as NetServer,
  type Socket,
} from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { TLS_CERTIFICATE, TLS_KEY } from '../../../test/support/tls-pair.ts';
import { version } from '../../platform/version.ts';
import { callWebhook, type WebhookCall, type WebhookOptions } from './call-webhook.ts';
import type { HostAddress } from './name-lookup.ts';
import { parsePrivateHosts } from './private-hosts.ts';
import { signedHeaders } from './signature.ts';

/**
 * Goal: a call reaches the server that was checked and no other, and every way for it to end has its
 * own answer. Method: real servers on loopback, and a lookup that says what a test wants it to say.
 */

const open: (Server | NetServer)[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  }
});

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const CALL = {
  id: 'msg_1',
  timestamp: new Date('2026-03-01T12:00:00.000Z'),
  body: '{"data":"ü"}',
  secrets: [SECRET],
  wantsTraits: true,
};
const privateHosts = parsePrivateHosts('true');
const LOOPBACK: readonly HostAddress[] = [{ address: '127.0.0.1', family: 4 }];

interface Seen {
  readonly request: IncomingMessage;
  readonly body: string;
}

interface Said {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const port = (server: Server | NetServer): number => (server.address() as AddressInfo).port;

/** A server on loopback that notes what it is sent. */
async function serve({ status = 200, headers = {}, body = '' }: Said, tls = false) {
  const seen: Seen[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ request, body: Buffer.concat(chunks).toString() });
      response.writeHead(status, headers).end(body);
    });
  };
  const pair = { key: TLS_KEY, cert: TLS_CERTIFICATE };
  const server = tls ? createHttps(pair, answer) : createHttp(answer);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: port(server), seen };
}

/** A server that does with its connections what it is told. */
async function raw(serveOne: (socket: Socket) => void) {
  const server = createNet((socket) => {
    socket.on('error', () => {});
    serveOne(socket);
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return port(server);
}

const call = (url: string, options: WebhookOptions = {}, more: Partial<WebhookCall> = {}) =>
  callWebhook({ ...CALL, url, ...more }, { privateHosts, ...options });

test('a signed POST arrives whole, and the answer sets traits', async () => {
  const { port, seen } = await serve({ body: '{"traits":{"plan":"pro"}}' });
  const answer = await call(`http://127.0.0.1:${port}/hook?a=1#part`);
  expect(answer).toEqual({ kind: 'answered', status: 200, traits: { plan: 'pro' }, note: null });
  const [{ request, body } = {} as Seen] = seen;
  expect(body).toBe(CALL.body);
  expect([request.method, request.url]).toEqual(['POST', '/hook?a=1']);
  expect(request.headers).toMatchObject({
    ...signedHeaders(CALL),
    host: `127.0.0.1:${port}`,
    connection: 'close',
    'content-type': 'application/json',
    'content-length': '13',
    'user-agent': `Milepost/${version}`,
  });
});

test('a redirect is not followed, and says so', async () => {
  const elsewhere = await serve({});
  const location = `http://127.0.0.1:${elsewhere.port}/`;
  const { port } = await serve({ status: 307, headers: { location } });
  expect(await call(`http://127.0.0.1:${port}/`)).toEqual({
    kind: 'failed',
    reason: 'answered 307: redirects are not followed',
    status: 307,
    isTemporary: false,
  });
  expect(elsewhere.seen).toEqual([]);
});

test('429 carries how long to wait', async () => {
  const { port } = await serve({ status: 429, headers: { 'retry-after': '17' } });
  const answer = await call(`http://127.0.0.1:${port}/`);
  expect(answer).toMatchObject({ kind: 'failed', isTemporary: true, retryAfterMs: 17_000 });
});

// Every one of these is 127.0.0.1, ::1, the metadata of a cloud or nothing at all.
test.each([
  'http://127.0.0.1:PORT/',
  'http://127.0.0.1.:PORT/',
  'http://127.1:PORT/',
  'http://0x7f.1:PORT/',
  'http://0x7f000001:PORT/',
  'http://2130706433:PORT/',
  'http://017700000001:PORT/',
  'http://%31%32%37.0.0.1:PORT/',
  'http://１２７.0.0.1:PORT/',
  'http://127。0。0。1:PORT/',
  'http://[::1]:PORT/',
  'http://[0:0:0:0:0:0:0:1]:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::ffff:7f00:1]:PORT/',
  'http://[::127.0.0.1]:PORT/',
  'http://[64:ff9b::127.0.0.1]:PORT/',
  'http://[2002:7f00:1::]:PORT/',
  'http://0:PORT/',
  'http://0.0.0.0:PORT/',
  'http://[::]:PORT/',
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://10.0.0.1/',
  'http://100.64.0.1/',
  'http://224.0.0.1/',
  'http://255.255.255.255/',
  'http://localhost:PORT/',
  'http://LOCALHOST.:PORT/',
  'http://user@127.0.0.1:PORT/',
  'http://hooks.example@127.0.0.1:PORT/',
  'http://hooks.example:x@127.0.0.1:PORT/',
  'http://127.0.0.1..:PORT/',
  'ftp://127.0.0.1:PORT/',
  'file:///etc/passwd',
  '//127.0.0.1:PORT/',
  'http://',
  '',
])('%s is refused, and nothing arrives', async (url) => {
  const { port, seen } = await serve({});
  const answer = await callWebhook({ ...CALL, url: url.replace('PORT', String(port)) });
  expect(answer.kind).toBe('refused');
  expect(seen).toEqual([]);
});

test('a host name whose addresses are not all public is refused, without telling which', async () => {
  const lookup = () => Promise.resolve([{ address: '93.184.216.34', family: 4 }, ...LOOPBACK]);
  expect(await callWebhook({ ...CALL, url: 'http://hooks.example/' }, { lookup })).toEqual({
    kind: 'refused',
    reason: 'hooks.example leads to a loopback address',
  });
});

test('private addresses that the operator opened are called, a metadata address never is', async () => {
  const { port, seen } = await serve({});
  const lookup = (host: string) =>
    Promise.resolve(
      host === 'hooks.internal' ? LOOPBACK : [{ address: '169.254.169.254', family: 4 }],
    );
  const hosts = parsePrivateHosts('hooks.internal,metadata.internal');
  const options = { lookup, privateHosts: hosts };
  expect(await call(`http://hooks.internal:${port}/`, options)).toMatchObject({ status: 200 });
  expect(await call(`http://HOOKS.internal.:${port}/`, options)).toMatchObject({ status: 200 });
  expect(await call(`http://metadata.internal:${port}/`, options)).toMatchObject({
    kind: 'refused',
  });
  expect(seen).toHaveLength(2);
});

test('a name that changes its answer after the check leads nowhere else', async () => {
  const checked = await serve({});
  let asked = 0;
  const lookup = () => {
    asked += 1;
    return Promise.resolve(asked === 1 ? LOOPBACK : [{ address: '127.0.0.2', family: 4 }]);
  };
  const hosts = parsePrivateHosts('127.0.0.1');
  const options = { lookup, privateHosts: hosts };
  expect(await call(`http://rebind.example:${checked.port}/`, options)).toMatchObject({
    kind: 'answered',
  });
  expect(asked).toBe(1);
  expect(checked.seen[0]?.request.headers.host).toBe(`rebind.example:${checked.port}`);
  // The next call asks again, and is refused by what it hears then.
  expect(await call(`http://rebind.example:${checked.port}/`, options)).toMatchObject({
    kind: 'refused',
  });
  expect(checked.seen).toHaveLength(1);
});

test('a name that the system would resolve otherwise is connected to as it was checked', async () => {
  // The system knows no such name: whoever asks it again fails.
  const { port } = await serve({});
  const lookup = () => Promise.resolve(LOOPBACK);
  expect(await call(`http://no-such-name.invalid:${port}/`, { lookup })).toMatchObject({
    kind: 'answered',
  });
});

test('TLS is checked against the host name, whatever address it has', async () => {
  const { port, seen } = await serve({}, true);
  const lookup = () => Promise.resolve(LOOPBACK);
  const options = { lookup, ca: TLS_CERTIFICATE };
  expect(await call(`https://localhost:${port}/`, options)).toMatchObject({ kind: 'answered' });
  expect(await call(`https://localhost.:${port}/`, options)).toMatchObject({ kind: 'answered' });
  expect(await call(`https://other.example:${port}/`, options)).toEqual({
    kind: 'failed',
    reason: 'no answer: ERR_TLS_CERT_ALTNAME_INVALID',
    status: null,
    isTemporary: true,
  });
  expect(seen).toHaveLength(2);
});

test('a certificate that nobody vouches for is refused, whatever the environment says', async () => {
  const { port, seen } = await serve({}, true);
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  try {
    const answer = await call(`https://127.0.0.1:${port}/`);
    expect(answer).toMatchObject({ kind: 'failed', isTemporary: true });
    expect(seen).toEqual([]);
  } finally {
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
  }
});

test('proxies of the environment are not used', async () => {
  const proxy = await serve({});
  const { port, seen } = await serve({});
  const proxyUrl = `http://127.0.0.1:${proxy.port}`;
  // Node looks at them when a process starts.
  const program = `
    import { callWebhook } from ${JSON.stringify(join(import.meta.dirname, 'call-webhook.ts'))};
    import { parsePrivateHosts } from ${JSON.stringify(join(import.meta.dirname, 'private-hosts.ts'))};
    const call = ${JSON.stringify({ ...CALL, url: `http://127.0.0.1:${port}/` })};
    const privateHosts = parsePrivateHosts('true');
    await callWebhook({ ...call, timestamp: new Date(0) }, { privateHosts });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { NODE_USE_ENV_PROXY: '1', http_proxy: proxyUrl, HTTP_PROXY: proxyUrl },
    stdio: 'ignore',
  });
  const [status] = (await once(child, 'exit')) as [number];
  expect([status, seen.length, proxy.seen.length]).toEqual([0, 1, 0]);
});

test.each([
  ['a lookup that does not end', 'http://slow.example/'],
  ['a server that says nothing', 'http://127.0.0.1:PORT/silent'],
  ['headers that never end', 'http://127.0.0.1:PORT/headers'],
  ['a body that drips for ever', 'http://127.0.0.1:PORT/body'],
])('%s runs into the deadline', async (_what, url) => {
  const port = await raw((socket) => {
    socket.once('data', (data) => {
      const path = data.toString().split(' ')[1];
      if (path === '/silent') return;
      if (path === '/body') socket.write('HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n');
      else socket.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => socket.write(path === '/body' ? ' ' : 'x: y\r\n'), 20);
      socket.on('close', () => clearInterval(drip));
    });
  });
  const lookup = () => new Promise<never>(() => {});
  const startedMs = performance.now();
  const answer = await call(url.replace('PORT', String(port)), { lookup, timeoutMs: 300 });
  expect(answer).toEqual({
    kind: 'failed',
    reason: 'no answer within 0.3 s',
    status: null,
    isTemporary: true,
  });
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});

test('a yes counts although its unwanted body never ends', async () => {
  const port = await raw((socket) => {
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n'));
  });
  const answer = await call(
    `http://127.0.0.1:${port}/`,
    { timeoutMs: 200 },
    { wantsTraits: false },
  );
  expect(answer).toMatchObject({ kind: 'answered', status: 200 });
});

test('a caller that gives up is answered at once', async () => {
  const port = await raw(() => {});
  const stopping = new AbortController();
  const calling = call(`http://127.0.0.1:${port}/`, { signal: stopping.signal });
  setTimeout(() => stopping.abort(), 50);
  expect(await calling).toMatchObject({
    kind: 'failed',
    reason: 'given up: this process is stopping',
    isTemporary: true,
  });
});

test('an answer over its bound is a yes whose traits are not read', async () => {
  const { port } = await serve({ body: `{"traits":{"x":"${'y'.repeat(70_000)}"}}` });
  expect(await call(`http://127.0.0.1:${port}/`)).toEqual({
    kind: 'answered',
    status: 200,
    traits: null,
    note: 'the answer is longer than 65536 bytes: no traits were read',
  });
});

test.each([
  ['closes at once', ''],
  ['speaks something else', '220 mail.example ESMTP\r\n'],
  [
    'switches protocols',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
  ],
  ['breaks off in the body', 'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{'],
  ['has headers without end', `HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1000)}\r\n`.repeat(40)}`],
])('a server that %s is tried again', async (_what, said) => {
  const port = await raw((socket) => {
    socket.once('data', () => socket.end(said));
  });
  const answer = await call(`http://127.0.0.1:${port}/`, { timeoutMs: 3_000 });
  expect(answer).toMatchObject({ kind: 'failed', status: null, isTemporary: true });
  expect((answer as { reason: string }).reason).toMatch(/^no answer: /);
});

test('nobody listening, and a name without an address, are tried again', async () => {
  const port = await raw(() => {});
  open.pop()?.close();
  expect(await call(`http://127.0.0.1:${port}/`)).toMatchObject({
    reason: 'no answer: ECONNREFUSED',
    isTemporary: true,
  });
  const none = () => Promise.resolve([]);
  expect(await call('http://none.example/', { lookup: none })).toMatchObject({ isTemporary: true });
  const unknown = () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));
  expect(await call('http://none.example/', { lookup: unknown })).toMatchObject({
    reason: 'no answer: ENOTFOUND',
    isTemporary: true,
  });
});
