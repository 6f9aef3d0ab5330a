import { expect, test } from 'vitest';
import { ApiError, createClient, UnreachableError } from './index.ts';

interface Seen {
  url: string;
  init: RequestInit;
}

/** A fetch that remembers the call and gives the answer. */
function answering(status: number, body: string): { seen: Seen[]; fetch: typeof fetch } {
  const seen: Seen[] = [];
  const fake: typeof fetch = (url, init = {}) => {
    seen.push({ url: url as string, init });
    return Promise.resolve(new Response(status === 204 ? null : body, { status }));
  };
  return { seen, fetch: fake };
}

test('a call names the side it is about and sends only the filters that were given', async () => {
  const { seen, fetch } = answering(200, '{"data":[],"next_cursor":null}');
  const client = createClient({ baseUrl: 'http://localhost:4400', workspaceId: 'w1', fetch });
  const page = await client.messages.list({ status: 'in_doubt', limit: 50 });
  expect(page).toEqual({ data: [], next_cursor: null });
  expect(seen[0]?.url).toBe('http://localhost:4400/api/v1/messages?status=in_doubt&limit=50');
  expect(seen[0]?.init.headers).toEqual({ Accept: 'application/json', 'Milepost-Workspace': 'w1' });
});

test('a key is sent as a bearer token and an id is escaped in the path', async () => {
  const { seen, fetch } = answering(200, '{}');
  const client = createClient({ baseUrl: '', apiKey: 'mp_sk_test_x', fetch });
  await client.users.read('a/b?c');
  expect(seen[0]?.url).toBe('/api/v1/users/a%2Fb%3Fc');
  expect(seen[0]?.init.headers).toMatchObject({ Authorization: 'Bearer mp_sk_test_x' });
});

test('a refusal carries the status, the code and the words of the server', async () => {
  const { fetch } = answering(
    409,
    '{"error":"This side has no clock","code":"workspace.no_clock"}',
  );
  const client = createClient({ baseUrl: '', fetch });
  const refusal = await client.testClock.read().catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ApiError);
  expect(refusal).toMatchObject({
    status: 409,
    code: 'workspace.no_clock',
    message: 'This side has no clock',
  });
});

test('a refusal without JSON still says which status came', async () => {
  const { fetch } = answering(502, '<html>Bad gateway</html>');
  await expect(createClient({ baseUrl: '', fetch }).session()).rejects.toMatchObject({
    status: 502,
    message: 'The server answered 502.',
  });
});

test('silence is told apart from a refusal', async () => {
  const fetch = (() => Promise.reject(new TypeError('fetch failed'))) as typeof globalThis.fetch;
  const silence = createClient({ baseUrl: '', fetch }).session();
  await expect(silence).rejects.toBeInstanceOf(UnreachableError);
});

test('an empty answer is nothing, and a CSV is its text', async () => {
  const { fetch } = answering(204, '');
  const client = createClient({ baseUrl: '', fetch });
  const place = { path: { id: 's' }, query: { note: 'a mistake' } };
  expect(await client.call('DELETE /suppressions/{id}', place)).toBeUndefined();
  const csv = createClient({
    baseUrl: '',
    fetch: () =>
      Promise.resolve(
        new Response('email\r\na@b.c\r\n', { headers: { 'content-type': 'text/csv' } }),
      ),
  });
  expect(await csv.call('GET /suppressions/export')).toBe('email\r\na@b.c\r\n');
});
