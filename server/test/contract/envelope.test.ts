import { afterAll, describe, expect, test } from 'vitest';
import { startServer, type Answer } from '../support/server.ts';

/**
 * Goal: keys, the order of checks, CORS, and what is answered where nothing is. Method: real requests;
 * of each pair of neighbouring checks both fail in one request, and the earlier one answers.
 */
const server = await startServer();
afterAll(server.close);

const { widgetKey, secretKey, identitySecret } = server.test;
const TOO_LARGE = Buffer.alloc(300_000, 'x');
const JSON_TYPE = 'application/json; charset=utf-8';

const refusal = ({ status, text }: Answer) => ({ status, text });
const MISSING_KEY = { status: 401, text: '{"error":"Missing API key"}' };
const INVALID_KEY = { status: 401, text: '{"error":"Invalid API key"}' };
const TOO_MANY = { status: 429, text: '{"error":"Too many requests"}' };
const LARGE = { status: 413, text: '{"error":"Request body is too large"}' };
const NOT_JSON_TYPE = { status: 415, text: '{"error":"Content-Type must be application/json"}' };
const NOT_JSON = { status: 400, text: '{"error":"Request body is not valid JSON"}' };
const FIELDS = { status: 400, text: '{"error":"action, user_id, and series_id are required"}' };
const TOKEN = {
  status: 403,
  text: '{"error":"user_token is required when identity verification is enabled"}',
};
const NO_USER = { status: 404, text: '{"error":"User not found"}' };
const NO_SERIES = { status: 404, text: '{"error":"Series not found"}' };

const series = (headers: Record<string, string>, body: string | Buffer, isChunked = false) =>
  server.send({ method: 'POST', path: '/api/sdk/series', headers, body, isChunked });
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const json = { 'content-type': 'application/json' };
const CALL = JSON.stringify({ action: 'enroll', user_id: 'nobody', series_id: 'none' });

describe('keys', () => {
  test.each([
    ['no Authorization at all', {}],
    ['an empty Authorization', { authorization: '' }],
    ['another scheme', { authorization: `Basic ${widgetKey}` }],
    ['the key without a scheme', { authorization: widgetKey }],
    ['a scheme without a key', { authorization: 'Bearer' }],
    ['a scheme and a space', { authorization: 'Bearer ' }],
    ['the key as a password of its own', { 'x-api-key': widgetKey }],
  ])('%s is a missing key', async (_name, headers) => {
    expect(refusal(await series({ ...json, ...headers }, CALL))).toEqual(MISSING_KEY);
  });

  const last = widgetKey.at(-1) === 'a' ? 'b' : 'a';
  test.each([
    ['a word', 'nonsense'],
    ['a key of the right form that nobody has', widgetKey.slice(0, -1) + last],
    ['a key cut short', widgetKey.slice(0, -1)],
    ['a key with more', `${widgetKey}x`],
    ['a key with a space inside', `${widgetKey.slice(0, 20)} ${widgetKey.slice(20)}`],
    ['a widget key of the other side', widgetKey.replace('_test_', '_live_')],
    ['a widget key that says it is secret', widgetKey.replace('_wk_', '_sk_')],
    ['an identity secret', identitySecret],
    ['a key of 10,000 characters', 'mp_wk_test_'.padEnd(10_000, 'a')],
    ['a list of keys', `${widgetKey}, ${widgetKey}`],
  ])('%s is an invalid key', async (_name, key) => {
    expect(refusal(await series({ ...json, ...bearer(key) }, CALL))).toEqual(INVALID_KEY);
  });

  test('the scheme may be spelt in any case', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      const headers = { ...json, authorization: `${scheme} ${widgetKey}` };
      expect(refusal(await series(headers, CALL))).toEqual(NO_USER);
    }
  });

  test('a widget key and a secret key may call /api/sdk', async () => {
    for (const key of [widgetKey, secretKey, server.live.secretKey]) {
      expect(refusal(await series({ ...json, ...bearer(key) }, CALL))).toEqual(NO_USER);
    }
  });

  test('/api/v1 takes secret keys only', async () => {
    const none = await server.v1('GET', '/series', undefined, { key: null });
    expect(none).toMatchObject({ status: 401, body: { error: 'Missing API key' } });
    const wrong = await server.v1('GET', '/series', undefined, { key: 'x' });
    expect(wrong).toMatchObject({ status: 401, body: { error: 'Invalid API key' } });
    const identity = await server.v1('GET', '/series', undefined, { key: identitySecret });
    expect(identity).toMatchObject({ status: 401, body: { error: 'Invalid API key' } });
    const widget = await server.v1('GET', '/series', undefined, { key: widgetKey });
    expect(widget).toMatchObject({
      status: 403,
      body: { code: 'workspace.secret_key_required' },
    });
    expect((await server.v1('GET', '/series')).status).toBe(200);
  });
});

describe('the order of checks', () => {
  test('a missing key comes before everything that is wrong with the body', async () => {
    expect(refusal(await series({}, TOO_LARGE))).toEqual(MISSING_KEY);
    expect(refusal(await series({}, TOO_LARGE, true))).toEqual(MISSING_KEY);
    expect(refusal(await series({}, '{'))).toEqual(MISSING_KEY);
  });

  test('an invalid key comes before the rate limit and the size of the body', async () => {
    const headers = bearer('mp_wk_test_nope');
    expect(refusal(await series(headers, TOO_LARGE))).toEqual(INVALID_KEY);
    expect(refusal(await series(headers, TOO_LARGE, true))).toEqual(INVALID_KEY);
  });

  test('the rate limit comes before the size of the body', async () => {
    const { test: side } = await server.newWorkspace({
      settings: { rate_limits: { widget_per_minute: 1 } },
    });
    const headers = { ...json, ...bearer(side.widgetKey) };
    expect(refusal(await series(headers, CALL))).toEqual(NO_USER);
    expect(refusal(await series(headers, TOO_LARGE))).toEqual(TOO_MANY);
    expect(refusal(await series(headers, TOO_LARGE, true))).toEqual(TOO_MANY);
    expect(refusal(await series(bearer(side.widgetKey), '{'))).toEqual(TOO_MANY);
  });

  test.each([
    ['another type', { 'content-type': 'text/plain' }],
    ['a type that is none', { 'content-type': 'json' }],
    ['no type', {}],
  ])('the size of the body comes before its type: %s', async (_name, type) => {
    const headers = { ...type, ...bearer(widgetKey) };
    expect(refusal(await series(headers, TOO_LARGE))).toEqual(LARGE);
    expect(refusal(await series(headers, TOO_LARGE, true))).toEqual(LARGE);
  });

  test('262,144 bytes are read, and one more is not', async () => {
    const headers = { ...json, ...bearer(widgetKey) };
    const fits = CALL.padEnd(262_144);
    expect(refusal(await series(headers, fits))).toEqual(NO_USER);
    expect(refusal(await series(headers, fits, true))).toEqual(NO_USER);
    expect(refusal(await series(headers, `${fits} `))).toEqual(LARGE);
    expect(refusal(await series(headers, `${fits} `, true))).toEqual(LARGE);
  });

  test.each([
    ['text/plain', 'text/plain'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['a form with files', 'multipart/form-data; boundary=x'],
    ['something like JSON', 'application/json-patch+json'],
    ['JSON with a suffix', 'application/problem+json'],
    ['JSON as text', 'text/json'],
    ['no type at all', 'json'],
    ['two types', 'text/plain, application/json'],
    ['an empty type', ''],
  ])('the type comes before the JSON: %s', async (_name, type) => {
    const headers = { 'content-type': type, ...bearer(widgetKey) };
    expect(refusal(await series(headers, '{'))).toEqual(NOT_JSON_TYPE);
    expect(refusal(await series(headers, '{', true))).toEqual(NOT_JSON_TYPE);
    expect(refusal(await series(headers, CALL))).toEqual(NOT_JSON_TYPE);
  });

  test('a body without a type, and nothing at all, have the wrong type', async () => {
    expect(refusal(await series(bearer(widgetKey), '{'))).toEqual(NOT_JSON_TYPE);
    expect(refusal(await series(bearer(widgetKey), '{', true))).toEqual(NOT_JSON_TYPE);
    expect(refusal(await series(bearer(widgetKey), ''))).toEqual(NOT_JSON_TYPE);
  });

  test.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json ;x=y',
  ])('JSON may be called %s', async (type) => {
    const headers = { 'content-type': type, ...bearer(widgetKey) };
    expect(refusal(await series(headers, CALL))).toEqual(NO_USER);
    expect(refusal(await series(headers, CALL, true))).toEqual(NO_USER);
  });

  test.each(['', ' ', '{', '{"action":}', "{'action':1}", '{"a":1}x', 'undefined', '{"a":01}'])(
    'JSON comes before the fields: %j',
    async (body) => {
      const headers = { ...json, ...bearer(widgetKey) };
      expect(refusal(await series(headers, body))).toEqual(NOT_JSON);
      expect(refusal(await series(headers, body, true))).toEqual(NOT_JSON);
    },
  );

  test('fields come before identity, identity before look-ups, look-ups before state', async () => {
    const { live } = server;
    const headers = { ...json, ...bearer(live.widgetKey) };
    expect(refusal(await series(headers, '{"action":"enroll","user_id":"a"}'))).toEqual(FIELDS);
    expect(refusal(await series(headers, CALL))).toEqual(TOKEN);
    const backend = { ...json, ...bearer(live.secretKey) };
    expect(refusal(await series(backend, CALL))).toEqual(NO_USER);
    await server.sdk('/users/identify', { user_id: 'ada' }, { key: live.secretKey });
    const known = CALL.replace('nobody', 'ada');
    expect(refusal(await series(backend, known))).toEqual(NO_SERIES);
  });

  test('an Idempotency-Key is looked at after the JSON and before the fields', async () => {
    const headers = { ...json, ...bearer(widgetKey), 'idempotency-key': 'x'.repeat(256) };
    expect(refusal(await series(headers, '{'))).toEqual(NOT_JSON);
    const tooLong = {
      status: 400,
      text: '{"error":"Idempotency-Key must be 1 to 255 characters"}',
    };
    expect(refusal(await series(headers, '{}'))).toEqual(tooLong);
  });

  test('/api/v1 checks in the same order', async () => {
    const post = (key: string | null, headers: Record<string, string>, body: Buffer | string) =>
      server.send({
        method: 'POST',
        path: '/api/v1/series',
        headers: { ...headers, ...(key === null ? {} : bearer(key)) },
        body,
      });
    const text = { 'content-type': 'text/plain' };
    const huge = Buffer.alloc(9_000_000, 'x');
    expect(await post(null, text, huge)).toMatchObject({ status: 401 });
    expect(await post(secretKey, text, huge)).toMatchObject({
      status: 413,
      body: { error: 'Request body is too large', code: 'request.too_large' },
    });
    expect(await post(secretKey, text, '{')).toMatchObject({
      status: 415,
      body: { error: 'Content-Type must be application/json', code: 'request.content_type' },
    });
    expect(await post(secretKey, json, '{')).toMatchObject({
      status: 400,
      body: { error: 'Request body is not valid JSON', code: 'request.not_json' },
    });
    expect(await post(secretKey, json, '{}')).toMatchObject({
      status: 400,
      body: { code: 'series.invalid' },
    });
  });
});

describe('CORS', () => {
  const page = { origin: 'https://app.example.com' };

  test.each(['/api/sdk/series', '/api/sdk/users/identify'])(
    'a preflight of %s is answered',
    async (path) => {
      const preflight = {
        ...page,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,idempotency-key',
      };
      const answer = await server.send({ method: 'OPTIONS', path, headers: preflight });
      expect(answer.status).toBe(204);
      expect(answer.text).toBe('');
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'POST, OPTIONS',
        'access-control-allow-headers': 'Authorization, Content-Type, Idempotency-Key',
      });
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    },
  );

  test('every answer under /api/sdk may be read by a page, refusals too', async () => {
    const send = (headers: Record<string, string>, body: string | Buffer, path = 'series') =>
      server.send({
        method: 'POST',
        path: `/api/sdk/${path}`,
        headers: { ...page, ...headers },
        body,
      });
    const keyed = { ...json, ...bearer(widgetKey) };
    const { test: limited } = await server.newWorkspace({
      settings: { rate_limits: { widget_per_minute: 1 } },
    });
    await send({ ...json, ...bearer(limited.widgetKey) }, CALL);
    const answers = [
      await send(keyed, '{"user_id":"ada"}', 'users/identify'),
      await send({}, CALL),
      await send(bearer('x'), CALL),
      await send({ ...json, ...bearer(limited.widgetKey) }, CALL),
      await send(keyed, TOO_LARGE),
      await send(bearer(widgetKey), CALL),
      await send(keyed, '{'),
      await send(keyed, '{}'),
      await send({ ...json, ...bearer(server.live.widgetKey) }, CALL),
      await send(keyed, CALL),
      await send(keyed, CALL, 'unknown'),
      await server.send({ path: '/api/sdk/series', headers: page }),
      await send({ ...keyed, 'idempotency-key': 'one' }, CALL),
      await send({ ...keyed, 'idempotency-key': 'one' }, '{}'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([
      200, 401, 401, 429, 413, 415, 400, 400, 403, 404, 404, 405, 404, 422,
    ]);
    for (const { headers } of answers) {
      expect(headers['access-control-allow-origin']).toBe('*');
      expect(headers['access-control-allow-credentials']).toBeUndefined();
    }
    // What a page may see beyond the body.
    expect(answers[3]?.headers['access-control-expose-headers']).toContain('Retry-After');
    expect(answers[12]?.headers['access-control-expose-headers']).toContain('Idempotent-Replayed');
  });

  test('a workspace may narrow the origins; programs without one are let in', async () => {
    const { test: side } = await server.newWorkspace({
      settings: { allowed_origins: ['https://app.example.com'] },
    });
    const send = (origin?: string) =>
      series(
        { ...json, ...bearer(side.widgetKey), ...(origin === undefined ? {} : { origin }) },
        CALL,
      );
    const own = await send('https://app.example.com');
    expect(refusal(own)).toEqual(NO_USER);
    expect(own.headers['access-control-allow-origin']).toBe('https://app.example.com');
    expect(own.headers['vary']).toMatch(/\bOrigin\b/i);
    for (const origin of ['https://evil.example', 'http://app.example.com', 'null']) {
      const foreign = await send(origin);
      expect(foreign.status).toBe(403);
      expect(foreign.headers['access-control-allow-origin']).not.toBe(origin);
    }
    expect(refusal(await send())).toEqual(NO_USER);
  });

  test('/api/v1 is not for pages of other origins', async () => {
    const headers = { ...page, ...bearer(secretKey) };
    const answer = await server.send({ path: '/api/v1/series', headers });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('what is not there', () => {
  test.each([
    ['GET', '/api/sdk/series', 'OPTIONS, POST'],
    ['PUT', '/api/sdk/series', 'OPTIONS, POST'],
    ['DELETE', '/api/sdk/users/identify', 'OPTIONS, POST'],
    ['PROPFIND', '/api/sdk/series', 'OPTIONS, POST'],
    ['PATCH', '/api/sdk/series?x=1', 'OPTIONS, POST'],
  ])('%s %s: 405, and what is allowed', async (method, path, allow) => {
    const answer = await server.send({ method, path });
    expect(refusal(answer)).toEqual({ status: 405, text: '{"error":"Method not allowed"}' });
    expect(answer.headers['allow']).toBe(allow);
    expect(answer.headers['content-type']).toBe(JSON_TYPE);
  });

  test.each([
    ['PATCH', '/api/v1/series', 'GET, HEAD, POST'],
    ['POST', '/api/v1/series/0197c5f0-0000-7000-8000-000000000000', 'DELETE, GET, HEAD, PUT'],
    ['GET', '/api/v1/test_clock/advance', 'POST'],
    ['DELETE', '/api/v1/settings', 'GET, HEAD, PATCH'],
    ['OPTIONS', '/api/v1/series', 'GET, HEAD, POST'],
    ['POST', '/healthz', 'GET, HEAD'],
  ])('%s %s: 405, and what is allowed', async (method, path, allow) => {
    const answer = await server.send({ method, path });
    expect(answer.status).toBe(405);
    expect(answer.body.error).toBe('Method not allowed');
    expect(answer.headers['allow']).toBe(allow);
  });

  test.each([
    ['POST', '/api/sdk'],
    ['POST', '/api/sdk/'],
    ['POST', '/api/sdk/series/'],
    ['GET', '/api/sdk/series/'],
    ['POST', '/api/sdk/Series'],
    ['POST', '/api/sdk//series'],
    ['POST', '/api/sdk/series/x'],
    ['GET', '/api/sdk/nothing'],
    ['GET', '/api'],
    ['GET', '/nothing'],
    ['GET', '/%00'],
    ['GET', '/%'],
    ['GET', '/api/sdk/%ff'],
    ['GET', '/..%2f..%2fetc/passwd'],
    ['GET', `/${'x'.repeat(8_000)}`],
  ])('%s %s: 404, key or no key', async (method, path) => {
    for (const headers of [{}, bearer(widgetKey), bearer(secretKey)]) {
      const answer = await server.send({ method, path, headers });
      expect(refusal(answer)).toEqual({ status: 404, text: '{"error":"Not found"}' });
      expect(answer.headers['content-type']).toBe(JSON_TYPE);
    }
  });

  test('a version that a client asks for is nothing to us', async () => {
    const headers = { ...json, ...bearer(widgetKey), 'accept-version': '9.x' };
    expect(refusal(await series(headers, CALL))).toEqual(NO_USER);
  });

  test.each([
    '/api/v1',
    '/api/v1/',
    '/api/v1/nothing',
    '/api/v1/users/%ff',
    `/api/v1/users/${'x'.repeat(3_000)}`,
  ])('GET %s: 404 in the shape of /api/v1', async (path) => {
    const answer = await server.send({ path, headers: bearer(secretKey) });
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({
      error: 'Not found',
      code: 'request.not_found',
      request_id: expect.any(String),
    });
    expect(answer.headers['content-type']).toBe(JSON_TYPE);
  });
});

describe('every answer', () => {
  test('is JSON with its charset, and is not to be guessed at', async () => {
    const answers = [
      await server.sdk('/users/identify', { user_id: 'ada' }),
      await server.sdk('/series', '{'),
      await server.sdk('/series', {}, { key: null }),
      await server.sdk('/series', TOO_LARGE),
      await server.sdk('/series', {}, { headers: { 'idempotency-key': 'charset' } }),
      await server.v1('GET', '/series'),
      await server.v1('GET', '/series/none'),
      await server.v1('POST', '/series', {}),
      await server.v1('GET', '/series?limit=x'),
      await server.send({ path: '/nothing' }),
      await server.send({ path: '/healthz' }),
      await server.send({ path: '/readyz' }),
      await server.send({ path: '/api/openapi.json' }),
    ];
    for (const { headers, body } of answers) {
      expect(headers['content-type']).toBe(JSON_TYPE);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(body).not.toBeNull();
    }
  });

  test('says nothing of how the server is made', async () => {
    const answer = await server.sdk('/series', CALL);
    expect(answer.headers['server']).toBeUndefined();
    expect(answer.headers['x-powered-by']).toBeUndefined();
  });

  test.each([
    ['no HTTP', 'hello\r\n\r\n', '400 Bad Request'],
    ['another protocol', 'GET / HTTP/7.3\r\n\r\n', '400 Bad Request'],
    [
      'two lengths',
      'POST /api/sdk/series HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
      '400 Bad Request',
    ],
    [
      'a length and chunks',
      'POST /api/sdk/series HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '400 Bad Request',
    ],
    [
      'a length that is no number',
      'POST /api/sdk/series HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n',
      '400 Bad Request',
    ],
    [
      'a header without a colon',
      'GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n',
      '400 Bad Request',
    ],
    ['NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n', '400 Bad Request'],
    [
      'headers of 20 kB',
      `GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`,
      '431 Request Header Fields Too Large',
    ],
    [
      '2,000 headers',
      `GET / HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(4_000)}\r\n`,
      '431 Request Header Fields Too Large',
    ],
  ])('to what is no request is one too: %s', async (_name, text, status) => {
    const answer = await server.sendRaw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}\\r\\n`));
    expect(answer.toLowerCase()).toContain('content-type: application/json; charset=utf-8\r\n');
    expect(answer).toMatch(/\r\n\r\n\{"error":"[^"]+"\}$/);
  });
});
