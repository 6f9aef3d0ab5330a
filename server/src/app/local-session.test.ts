import { fastify } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { DomainError } from '../platform/errors.ts';
import { createLocalSession, isLocalHost, isLoopback } from './local-session.ts';

const session = createLocalSession(Buffer.alloc(32, 1));

/** What a server with a session says to a request with the cookie it gave. */
async function answerTo(headers: Record<string, string>) {
  const app = fastify();
  onTestFinished(() => app.close());
  app.get('/page', async (_request, reply) => {
    session.give(reply);
    return 'ok';
  });
  app.post('/act', async (request) => {
    try {
      session.require(request);
      return { code: 'allowed', isLocal: isLocalHost(request) };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { code: error.code, isLocal: isLocalHost(request) };
    }
  });
  const given = await app.inject({ url: '/page' });
  const cookie = String(given.headers['set-cookie']).split(';')[0] ?? '';
  const answer = await app.inject({
    method: 'POST',
    url: '/act',
    headers: { host: 'localhost:4400', cookie, ...headers },
  });
  return answer.json<{ code: string; isLocal: boolean }>();
}

test.each([
  [{}],
  [{ host: '127.0.0.1:4400' }],
  [{ host: '[::1]:4400' }],
  [{ origin: 'http://localhost:4400', 'sec-fetch-site': 'same-origin' }],
])('a page of this machine may act: %j', async (headers) => {
  expect(await answerTo(headers)).toEqual({ code: 'allowed', isLocal: true });
});

test.each([[{ cookie: '' }], [{ cookie: 'milepost_local=x' }]])(
  'without the cookie that was given nobody has a session: %j',
  async (headers) => {
    expect((await answerTo(headers)).code).toBe('session.invalid');
  },
);

test.each([
  [{ origin: 'http://evil.example' }],
  [{ origin: 'http://localhost:4401' }],
  [{ 'sec-fetch-site': 'cross-site' }],
  [{ 'sec-fetch-site': 'same-site' }],
])('a page of another site may not act: %j', async (headers) => {
  expect(await answerTo(headers)).toEqual({ code: 'session.cross_site', isLocal: true });
});

test.each([
  [{ host: 'evil.example' }],
  [{ host: 'localhost.evil.example' }],
  [{ 'x-forwarded-for': '203.0.113.7' }],
  [{ 'x-forwarded-host': 'mail.example.com' }],
  [{ 'x-real-ip': '203.0.113.7' }],
  [{ forwarded: 'for=203.0.113.7' }],
  [{ via: '1.1 proxy' }],
])('a request from elsewhere may not act, by whatever name it reached us: %j', async (headers) => {
  expect(await answerTo(headers)).toEqual({ code: 'session.cross_site', isLocal: false });
});

test('loopback is what only this machine reaches', () => {
  for (const host of ['localhost', '127.0.0.1', '127.8.9.10', '::1']) {
    expect(isLoopback(host)).toBe(true);
  }
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil.example', 'example.com']) {
    expect(isLoopback(host)).toBe(false);
  }
});
