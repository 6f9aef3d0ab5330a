import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startServer, type Answer } from '../support/server.ts';
import { activeSeries, draftSeries, email, newUser } from '../support/series.ts';

/**
 * Goal: whatever is sent, the answer is a 4xx that the contract knows, soon, and nothing of it is
 * kept. Method: hostile bodies, paths and connections against every route that takes a body; then
 * random JSON. The client fails on any call that is not answered within ten seconds.
 */
const server = await startServer();
afterAll(server.close);

/** How many random bodies each route gets; a nightly run sets more. */
const FUZZ_RUNS = Number(process.env['FUZZ_RUNS'] ?? 60);

const bearer = { authorization: `Bearer ${server.test.secretKey}` };
const json = { ...bearer, 'content-type': 'application/json' };
const seriesId = await activeSeries(server);
const draftId = await draftSeries(server);
const { body: draft } = await server.v1('POST', '/broadcasts', { name: 'News' });
const broadcastId: string = draft.id;
const userId = await newUser(server);
const made = await server.v1('POST', '/keys', { kind: 'widget' });
const keyId: string = made.body.id;
const UNKNOWN = '0197c5f0-0000-7000-8000-000000000000';

interface Route {
  readonly method: string;
  readonly path: string;
}

/** Routes that read a body. */
const READING: readonly Route[] = [
  { method: 'POST', path: '/api/sdk/series' },
  { method: 'POST', path: '/api/sdk/users/identify' },
  { method: 'POST', path: '/api/v1/series' },
  { method: 'PUT', path: `/api/v1/series/${draftId}` },
  { method: 'POST', path: '/api/v1/broadcasts' },
  { method: 'POST', path: '/api/v1/keys' },
  { method: 'PATCH', path: '/api/v1/settings' },
  { method: 'POST', path: '/api/v1/test_clock/advance' },
  { method: 'POST', path: '/api/v1/messages' },
  { method: 'POST', path: `/api/v1/messages/${UNKNOWN}/resolve` },
  { method: 'POST', path: '/api/v1/messages/resolve' },
  { method: 'POST', path: '/api/v1/identity/verify' },
  { method: 'POST', path: '/api/sdk/users/update' },
  { method: 'POST', path: '/api/sdk/companies/identify' },
  { method: 'POST', path: '/api/sdk/events' },
  { method: 'POST', path: '/api/sdk/beacon' },
  { method: 'POST', path: '/api/v1/lists' },
  { method: 'PATCH', path: `/api/v1/lists/${UNKNOWN}` },
  { method: 'PUT', path: `/api/v1/lists/${UNKNOWN}/confirmation` },
  { method: 'POST', path: `/api/v1/lists/${UNKNOWN}/subscribers` },
  { method: 'PUT', path: '/api/v1/users/nobody-at-all/preferences' },
  { method: 'POST', path: `/api/v1/lists/${UNKNOWN}/subscribers/import` },
  { method: 'POST', path: '/api/v1/users/search' },
  { method: 'POST', path: '/api/v1/users/count' },
  { method: 'PATCH', path: '/api/v1/users/nobody-at-all' },
  { method: 'POST', path: '/api/v1/companies/search' },
  { method: 'PATCH', path: '/api/v1/companies/nothing-at-all' },
  { method: 'POST', path: '/api/v1/filters' },
  { method: 'PATCH', path: `/api/v1/filters/${UNKNOWN}` },
  { method: 'POST', path: '/api/v1/suppressions' },
  { method: 'POST', path: '/api/v1/suppressions/import' },
  { method: 'POST', path: '/api/v1/templates' },
  { method: 'PATCH', path: `/api/v1/templates/${UNKNOWN}` },
  { method: 'POST', path: `/api/v1/templates/${UNKNOWN}/versions` },
  { method: 'POST', path: `/api/v1/series/${draftId}/preview` },
  { method: 'POST', path: `/api/v1/series/${draftId}/test_send` },
  { method: 'POST', path: `/api/v1/broadcasts/${broadcastId}/preview` },
  { method: 'POST', path: `/api/v1/broadcasts/${broadcastId}/test_send` },
  { method: 'POST', path: '/api/v1/invitations' },
  { method: 'PATCH', path: `/api/v1/members/${UNKNOWN}` },
  { method: 'POST', path: '/api/v1/inboxes' },
  { method: 'PATCH', path: `/api/v1/inboxes/${UNKNOWN}` },
  { method: 'POST', path: '/api/v1/webhooks' },
  { method: 'PATCH', path: `/api/v1/webhooks/${UNKNOWN}` },
  { method: 'POST', path: `/api/v1/webhooks/${UNKNOWN}/replay` },
  { method: 'POST', path: `/api/v1/webhooks/${UNKNOWN}/test` },
  { method: 'POST', path: '/api/v1/imports/look' },
  { method: 'POST', path: '/api/v1/transports' },
  { method: 'PATCH', path: `/api/v1/transports/${UNKNOWN}` },
  { method: 'POST', path: '/api/v1/senders' },
  { method: 'PATCH', path: `/api/v1/senders/${UNKNOWN}` },
  { method: 'POST', path: '/api/v1/sender_domains' },
  { method: 'PATCH', path: `/api/v1/sender_domains/${UNKNOWN}` },
  { method: 'POST', path: `/api/v1/sender_domains/${UNKNOWN}/rotate` },
  { method: 'PUT', path: `/api/v1/broadcasts/${UNKNOWN}` },
  { method: 'POST', path: `/api/v1/broadcasts/${UNKNOWN}/schedule` },
  { method: 'POST', path: `/api/v1/broadcasts/${UNKNOWN}/audience_count` },
];
/** Routes that act on what the path names, and read no more of a body than that it is JSON. */
const ACTING: readonly Route[] = [
  ...['activate', 'pause', 'resume', 'archive', 'publish'].map((act) => ({
    method: 'POST',
    path: `/api/v1/series/${UNKNOWN}/${act}`,
  })),
  ...['series', 'broadcasts'].map((noun) => ({
    method: 'POST',
    path: `/api/v1/${noun}/${UNKNOWN}/duplicate`,
  })),
  ...['rotate', 'revoke'].map((act) => ({
    method: 'POST',
    path: `/api/v1/keys/${UNKNOWN}/${act}`,
  })),
  ...['issue', 'refuse'].map((act) => ({
    method: 'POST',
    path: `/api/v1/confirmations/${UNKNOWN}/${act}`,
  })),
  ...['pause', 'resume', 'cancel'].map((act) => ({
    method: 'POST',
    path: `/api/v1/imports/${UNKNOWN}/${act}`,
  })),
  { method: 'DELETE', path: `/api/v1/series/${UNKNOWN}` },
  { method: 'DELETE', path: `/api/v1/broadcasts/${UNKNOWN}` },
  ...['send', 'pause', 'resume', 'cancel'].map((act) => ({
    method: 'POST',
    path: `/api/v1/broadcasts/${UNKNOWN}/${act}`,
  })),
  { method: 'POST', path: `/api/v1/templates/${UNKNOWN}/archive` },
  { method: 'POST', path: `/api/v1/inboxes/${UNKNOWN}/rotate_post_url` },
  { method: 'POST', path: `/api/v1/transports/${UNKNOWN}/verify` },
  { method: 'POST', path: `/api/v1/webhooks/${UNKNOWN}/rotate_secret` },
  { method: 'POST', path: `/api/v1/webhooks/${UNKNOWN}/deliveries/${UNKNOWN}/replay` },
];

const send = (
  { method, path }: Route,
  body: string | Buffer,
  headers: Record<string, string> = json,
) => server.send({ method, path, headers, body });

/** A refusal in the shape of its scope, that says nothing of our insides. */
function expectRefusal(answer: Answer, statuses: readonly number[], what: unknown): void {
  expect(
    statuses,
    `${JSON.stringify(what)?.slice(0, 200)}: ${answer.status} ${answer.text.slice(0, 300)}`,
  ).toContain(answer.status);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(typeof answer.body.error).toBe('string');
  expect(answer.body.error.length).toBeGreaterThan(0);
  expect(answer.text).not.toMatch(/postgres|select |insert |\.ts:|node_modules|at Object|stack/i);
  expect(answer.text.length).toBeLessThan(2_000);
}

/** Everything that calls may change, in one text. */
async function contents(): Promise<string> {
  const [row] = await server.db<{ all: string }[]>`
    select concat_ws('|',
      (select md5(coalesce(string_agg(u::text, '' order by u.id), '')) from users u),
      (select md5(coalesce(string_agg(y::text, '' order by y.id), '')) from companies y),
      (select md5(coalesce(string_agg(e::text, '' order by e.id), '')) from events e),
      (select md5(coalesce(string_agg(a::text, '' order by a.id), '')) from automations a),
      (select md5(coalesce(string_agg(v::text, '' order by v.automation_id, v.number), '')) from series_versions v),
      (select md5(coalesce(string_agg(e::text, '' order by e.id), '')) from enrollments e),
      (select md5(coalesce(string_agg(r::text, '' order by r.enrollment_id, r.seq), '')) from recipients r),
      (select md5(coalesce(string_agg(m::text, '' order by m.id), '')) from messages m),
      (select md5(coalesce(string_agg(k::text, '' order by k.id), '')) from api_keys k),
      (select md5(coalesce(string_agg(i::text, '' order by i.id), '')) from identity_secrets i),
      (select md5(coalesce(string_agg(l::text, '' order by l.id), '')) from lists l),
      (select md5(coalesce(string_agg(p::text, '' order by p.user_id, p.list_id), '')) from preferences p),
      (select md5(coalesce(string_agg(s::text, '' order by s.id), '')) from suppressions s),
      (select md5(coalesce(string_agg(t::text, '' order by t.id), '')) from templates t),
      (select count(*) from template_versions),
      (select count(*) from audit_entries),
      (select md5(coalesce(string_agg(i::text, '' order by i.id), '')) from inboxes i),
      (select md5(coalesce(string_agg(h::text, '' order by h.id), '')) from webhooks h),
      (select count(*) from webhook_deliveries),
      (select md5(coalesce(string_agg(t::text, '' order by t.id), '')) from transports t),
      (select md5(coalesce(string_agg(s::text, '' order by s.id), '')) from senders s),
      (select md5(coalesce(string_agg(d::text, '' order by d.id), '')) from sender_domains d),
      (select md5(coalesce(string_agg((w.id, w.settings, w.timezone, w.clock_now)::text, '' order by w.id), '')) from workspaces w)
    ) as all
  `;
  return row?.all ?? '';
}

const deep = (depth: number, open = '[', close = ']', core = ''): string =>
  open.repeat(depth) + core + close.repeat(depth);

describe('nothing is kept', () => {
  let before = '';
  beforeEach(async () => void (before = await contents()));
  afterEach(async () => expect(await contents()).toBe(before));

  const NOT_JSON: [string, string | Buffer][] = [
    ['a brace', '{'],
    ['a word', 'nonsense'],
    ['single quotes', "{'a':1}"],
    ['a comma too many', '{"a":1,}'],
    ['a comment', '{"a":1/*x*/}'],
    ['two values', '{}{}'],
    ['NaN', '{"a":NaN}'],
    ['Infinity', '{"a":-Infinity}'],
    ['a hexadecimal number', '{"a":0x10}'],
    ['a leading zero', '{"a":01}'],
    ['a bare line feed in a string', '{"a":"\n"}'],
    ['a bad escape', '{"a":"\\x41"}'],
    ['half an escape', '{"a":"\\u12"}'],
    ['a form', 'a=1&b=2'],
    ['XML', '<a/>'],
    ['a NUL', '\0'],
    ['JSON and a NUL', '{}\0'],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['Latin-1', Buffer.from('{"user_id":"caf\xe9"}', 'latin1')],
    [
      'an overlong encoding',
      Buffer.concat([Buffer.from('{"user_id":"'), Buffer.of(0xc0, 0xaf), Buffer.from('"}')]),
    ],
    [
      'an encoded surrogate',
      Buffer.concat([Buffer.from('{"user_id":"'), Buffer.of(0xed, 0xa0, 0x80), Buffer.from('"}')]),
    ],
    ['random bytes', Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 7_919) % 256))],
    ['gzip', gzipSync('{"user_id":"zipped"}')],
    ['a prototype', '{"__proto__":{"user_id":"x"},"user_id":"y"}'],
    ['a prototype inside', '{"user_id":"x","traits":{"a":{"__proto__":{"b":1}}}}'],
    ['a prototype, escaped', '{"user_id":"x","\\u005f_proto__":{"b":1}}'],
    ['the prototype of a constructor', '{"user_id":"x","constructor":{"prototype":{"b":1}}}'],
  ];
  test.each(NOT_JSON)('of a body that is no JSON: %s', async (_name, body) => {
    for (const route of [...READING, ...ACTING]) {
      const answer = await send(route, body);
      expectRefusal(answer, [400], [route, body]);
      expect(answer.body.error).toBe('Request body is not valid JSON');
    }
  });

  test('of a body with another encoding', async () => {
    for (const encoding of ['gzip', 'deflate', 'br', 'x']) {
      const headers = { ...json, 'content-encoding': encoding };
      for (const route of READING) {
        expectRefusal(
          await send(route, gzipSync('{"user_id":"zipped"}'), headers),
          [400, 415],
          route,
        );
      }
    }
  });

  /** What these do not know they ignore. */
  const LENIENT = new Set(['/api/v1/settings', '/api/v1/suppressions', '/api/v1/users/count']);

  test('of a body of a megabyte', async () => {
    const bodies = [
      'x'.repeat(1_000_000),
      JSON.stringify({ user_id: 'x'.repeat(1_000_000) }),
      JSON.stringify({ user_id: 'big', traits: { a: 'x'.repeat(1_000_000) } }),
      `[${'1,'.repeat(500_000)}1]`,
      JSON.stringify(Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`key ${i}`, i]))),
      `{${'"a":1,'.repeat(160_000)}"a":1}`,
    ];
    for (const body of bodies) {
      for (const route of READING) {
        // What is ignored may be long under /api/v1, where a series is.
        if (LENIENT.has(route.path)) continue;
        // Calls that hold many users or events are as long as those may be.
        const isShort = /^\/api\/sdk\/(series|.*identify)$/.test(route.path);
        expectRefusal(await send(route, body), isShort ? [413] : [400, 404, 413], route);
      }
    }
  });

  test('of a body of nine megabytes, with or without its length', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(9_000_000) });
    for (const isChunked of [false, true]) {
      for (const route of READING.slice(0, 4)) {
        const answer = await server.send({ ...route, headers: json, body, isChunked });
        expectRefusal(answer, [413], route);
      }
    }
  });

  test('of JSON 10,000 deep, and deeper', async () => {
    for (const depth of [10_000, 100_000]) {
      const nests = [deep(depth), deep(depth, '{"a":', '}', '1')];
      for (const nest of nests) {
        const anywhere = [
          nest,
          `{"name":${nest},"user_id":${nest},"action":${nest},"kind":${nest}}`,
        ];
        const series = [
          `{"name":"deep","settings":${nest},"steps":[]}`,
          `{"name":"deep","settings":{"x":${nest}},"steps":[{"id":"a","type":"end","x":${nest}}]}`,
          `{"name":"deep","steps":${nest}}`,
        ];
        const user = [
          `{"user_id":"deep","traits":${nest}}`,
          `{"user_id":"deep","traits":{"a":${nest}}}`,
          `{"user_id":"deep","context":{"a":${nest}}}`,
        ];
        for (const route of READING) {
          const isSdk = route.path.startsWith('/api/sdk');
          const more = route.path.endsWith('identify') ? user : isSdk ? [] : series;
          for (const body of [...anywhere, ...more]) {
            expectRefusal(await send(route, body), isSdk ? [400, 413] : [400], [route, body]);
          }
        }
      }
    }
  });

  const VALUES: readonly unknown[] = [
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    '',
    'x',
    '\0',
    '\ud800',
    [],
    {},
    [null],
    '__proto__',
    'x'.repeat(10_000),
    '+275760-09-13T00:00:00.000Z',
  ];

  test('of a series with any member of a wrong type', async () => {
    const whole = {
      name: 'x',
      settings: {
        entry_trigger: 'api',
        timezone: 'UTC',
        use_user_timezone: true,
        send_window: { start: '09:00', end: '17:00' },
        business_days_only: true,
        business_days: [1, 2],
        holidays: { country: 'DE', region: 'BE' },
        max_lateness: { amount: 1, unit: 'hours' },
        spread_minutes: 5,
        reenrollment: { enabled: true, cooldown: { amount: 1, unit: 'days' }, max_runs: 2 },
        goal: null,
        exit: [],
      },
      steps: [
        email('a', {
          text: 'x',
          preheader: 'x',
          from: 'a@b.co',
          reply_to: 'a@b.co',
          delay: { amount: 1, unit: 'days' },
          next: 'b',
        }),
        { id: 'b', type: 'end' },
      ],
    };
    let refused = 0;
    for (const place of placesOf(whole)) {
      for (const value of VALUES) {
        const body = JSON.stringify(withValue(whole, place, value));
        const answer = await send({ method: 'PUT', path: `/api/v1/series/${UNKNOWN}` }, body);
        // Found right, it is looked up, and not there.
        expectRefusal(answer, [400, 404], [place, value]);
        if (answer.status === 400) refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(400);
  });

  test('of what is long, and it is not repeated either', async () => {
    const long = 'x'.repeat(200_000);
    const bodies = [
      { name: 'x', steps: [email('a', { html: `{{ a | ${long} }}` })] },
      { name: 'x', steps: [email('a', { html: `{% ${long} %}` })] },
      { name: 'x', steps: [email('a', { next: long })] },
      { name: 'x', steps: [email(long)] },
      { name: 'x', steps: [{ id: 'a', type: long }] },
      { name: 'x', settings: { timezone: long }, steps: [] },
      { name: 'x', settings: { holidays: { country: long } }, steps: [] },
    ];
    for (const body of bodies) {
      const answer = await send({ method: 'POST', path: '/api/v1/series' }, JSON.stringify(body));
      expectRefusal(answer, [400], body);
    }
    const zone = { timezone: long, name: long, from: long, allowed_origins: [long] };
    expectRefusal(
      await send({ method: 'PATCH', path: '/api/v1/settings' }, JSON.stringify(zone)),
      [400],
      'zone',
    );
  });

  test('of settings with any member of a wrong type', async () => {
    const whole = {
      name: 'x',
      timezone: 'UTC',
      identity_verification: { enabled: true, require_exp: true },
      allowed_origins: ['https://a.example'],
      rate_limits: { widget_per_minute: 1 },
      from: 'a@b.co',
      reply_to: 'a@b.co',
      wrong: 'on purpose',
    };
    for (const place of placesOf(whole)) {
      for (const value of VALUES) {
        const body = {
          ...(withValue(whole, place, value) as object),
          identity_verification: 'wrong',
        };
        expectRefusal(
          await send({ method: 'PATCH', path: '/api/v1/settings' }, JSON.stringify(body)),
          [400],
          [place, value],
        );
      }
    }
  });

  test('of calls with a member of a wrong type', async () => {
    const calls: [Route, object][] = [
      [READING[0]!, { action: 'enroll', user_id: 'nobody', series_id: seriesId, user_token: 'x' }],
      [READING[5]!, { kind: 'root' }],
      [READING[7]!, { to: 'x', by: { days: -1 } }],
      [READING[8]!, { decision: 'resend' }],
    ];
    for (const [route, whole] of calls) {
      for (const place of placesOf(whole)) {
        for (const value of VALUES) {
          const answer = await send(route, JSON.stringify(withValue(whole, place, value)));
          expectRefusal(answer, [400, 404, 413], [route, place, value]);
        }
      }
    }
  });

  test('of NUL, half characters and other filth in paths and queries', async () => {
    const filth = [
      '%00',
      'a%00b',
      '%ff',
      '%',
      '%zz',
      '%ed%a0%80',
      '%c0%af',
      '..%2f..%2f',
      '%0d%0aX:%201',
      "'%22;--",
      '%F0%9F%98%80',
      'x'.repeat(300),
      '%E2%80%AE',
      '$%7Bjndi%7D',
      '\u00a0'.replace('\u00a0', '%C2%A0'),
    ];
    const paths = (text: string) => [
      `/api/v1/series/${text}`,
      `/api/v1/series/${text}/stats`,
      `/api/v1/broadcasts/${text}`,
      `/api/v1/messages/${text}`,
      `/api/v1/lists/${text}`,
      `/api/v1/templates/${text}`,
      `/api/v1/templates/${UNKNOWN}/versions/${text}`,
      `/api/v1/inboxes/${text}`,
      `/api/v1/transports/${text}`,
      `/api/v1/webhooks/${text}`,
      `/api/v1/webhooks/${text}/deliveries`,
      `/api/v1/senders/${text}`,
      `/api/v1/sender_domains/${text}`,
      `/api/v1/imports/${text}`,
      `/api/v1/imports/${text}/report`,
      `/api/v1/imports?cursor=${text}`,
      `/api/v1/exports/users?filter=${text}`,
      `/api/v1/exports/users?format=${text}`,
      `/api/v1/lists?cursor=${text}`,
      `/api/v1/audit?cursor=${text}`,
      `/api/v1/audit?from=${text}`,
      `/api/v1/audit/export?to=${text}`,
      `/api/v1/users/${text}`,
      `/api/v1/users/${text}/explain?series_id=${seriesId}`,
      `/api/v1/users/${userId}/explain?series_id=${text}`,
      `/api/v1/series?cursor=${text}`,
      `/api/v1/series?limit=${text}`,
      `/api/v1/series?status=${text}`,
      `/api/v1/messages?status=${text}`,
      `/api/v1/${text}`,
      `/${text}`,
    ];
    for (const text of filth) {
      for (const path of paths(text)) {
        expectRefusal(await server.send({ path, headers: bearer }), [400, 404], path);
      }
      // What is looked for and is not there is an empty list; what no text can be is refused.
      for (const path of [
        `/api/v1/users?email=${text}`,
        `/api/v1/messages?user_id=${text}`,
        `/api/v1/audit?actor=${text}`,
        `/api/v1/audit?action=${text}`,
        `/api/v1/audit?target_kind=${text}`,
        `/api/v1/audit?target_id=${text}`,
        `/api/v1/messages?series_id=${text}`,
        `/api/v1/series/${seriesId}/enrollments?user_id=${text}`,
      ]) {
        const answer = await server.send({ path, headers: bearer });
        if (answer.status === 200) expect(answer.body.data).toEqual([]);
        else expectRefusal(answer, [400], path);
      }
    }
  });

  test('of requests that are cut off', async () => {
    const head = `POST /api/sdk/users/identify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.test.widgetKey}\r\nContent-Type: application/json\r\n`;
    const body = JSON.stringify({ user_id: 'cut-off', traits: { a: 1 } });
    const parts = [
      'POST /api/sdk/us',
      head,
      `${head}Content-Length: ${body.length}\r\n\r\n`,
      `${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, -1)}`,
      `${head}Content-Length: ${body.length + 10}\r\n\r\n${body}`,
      `${head}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n`,
      `${head}Transfer-Encoding: chunked\r\n\r\nff\r\n${body}`,
    ];
    for (const part of parts) {
      await new Promise<void>((resolve) => {
        const socket = connect({ port: server.port, host: '127.0.0.1' }, () => {
          socket.write(part, () => setTimeout(() => socket.resetAndDestroy(), 20));
        });
        socket.on('close', () => resolve());
        socket.on('error', () => {});
      });
    }
    await sleep(50);
    expect((await server.v1('GET', '/users/cut-off')).status).toBe(404);
  });

  test('of bodies whose length is a lie', async () => {
    const head = `POST /api/sdk/users/identify HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${server.test.widgetKey}\r\nContent-Type: application/json\r\n`;
    const short = await server.sendRaw(`${head}Content-Length: 5\r\n\r\n{"user_id":"a-liar"}`);
    expect(short).toMatch(/^HTTP\/1.1 400 /);
    const chunk = await server.sendRaw(
      `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    );
    expect(chunk).toMatch(/^HTTP\/1.1 400 /);
    const both = await server.sendRaw(
      `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
    );
    expect(both).toMatch(/^HTTP\/1.1 400 /);
    expect(both.match(/HTTP\/1.1/g)).toHaveLength(1);
  });
});

describe('others are served meanwhile', () => {
  test('while a hundred callers send their bodies slowly', async () => {
    const head = `POST /api/sdk/users/identify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.test.widgetKey}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`;
    const sockets = Array.from({ length: 100 }, () => {
      const socket = connect({ port: server.port, host: '127.0.0.1' }, () => socket.write(head));
      socket.on('error', () => {});
      return socket;
    });
    await sleep(100);
    const startedMs = performance.now();
    for (let i = 0; i < 20; i += 1) {
      for (const socket of sockets) socket.write(' ');
      expect((await server.sdk('/users/identify', { user_id: 'quick' })).status).toBe(200);
    }
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    for (const socket of sockets) socket.destroy();
  });

  test('while one sends a byte at a time, which is read as well', async () => {
    const body = JSON.stringify({ user_id: 'slow', traits: { a: 'ü😀' } });
    const text = `POST /api/sdk/users/identify HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${server.test.widgetKey}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    const answer = await new Promise<string>((resolve) => {
      let got = '';
      const dribble = async () => {
        for (const byte of Buffer.from(text)) {
          socket.write(Buffer.of(byte));
          await sleep(1);
        }
      };
      const to = { port: server.port, host: '127.0.0.1', noDelay: true };
      const socket = connect(to, () => void dribble());
      socket.on('data', (chunk) => (got += String(chunk)));
      socket.on('close', () => resolve(got));
    });
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect((await server.v1('GET', '/users/slow')).body.traits).toEqual({ a: 'ü😀' });
  });

  test('while a series with 100 templates of 200 tags each is checked', async () => {
    const html = `<p>${'{{ user.name | default: "x" }}'.repeat(200)}</p>`;
    const steps = Array.from({ length: 100 }, (_, i) => email(`s${i}`, { html }));
    const body = JSON.stringify({ name: 'Big', steps });
    expect(body.length).toBeLessThan(8 * 1_048_576);
    const answer = await send({ method: 'POST', path: '/api/v1/series' }, body);
    expect(answer.status, answer.text.slice(0, 300)).toBe(201);
    await server.v1('DELETE', `/series/${answer.body.id}`);
  });
});

describe('what looks bad and is fine', () => {
  test('the same key twice means the last', async () => {
    const body = `{"action":"dance","action":"remove","user_id":"x","user_id":"${userId}","series_id":"${seriesId}"}`;
    const answer = await server.sdk('/series', body);
    expect(answer.text).toBe(
      '{"success":true,"removed":false,"message":"User is not enrolled in this series"}',
    );
  });

  test('huge numbers where nobody looks', async () => {
    const body = `{"user_id":"${userId}","extra":1e999,"more":${'9'.repeat(400)}}`;
    expect((await server.sdk('/users/identify', body)).status).toBe(200);
  });

  test('numbers in traits stay what they are, or are refused', async () => {
    const identify = (value: string) =>
      server.sdk('/users/identify', `{"user_id":"${userId}","traits":{"n":${value}}}`);
    for (const value of ['1e308', '-1.5e-300', '9007199254740993', '0.1', '-0']) {
      expect((await identify(value)).status).toBe(200);
      const { traits } = (await server.v1('GET', `/users/${userId}`)).body;
      expect(traits.n).toBe(Object.is(Number(value), -0) ? 0 : Number(value));
    }
    for (const value of ['1e999', '-1e999']) {
      const answer = await identify(value);
      expect([answer.status, answer.text]).toEqual([
        400,
        '{"error":"traits must not be a number that no JSON reader holds"}',
      ]);
    }
  });

  test('a byte order mark before the JSON', async () => {
    const answer = await server.sdk('/users/identify', `\ufeff{"user_id":"${userId}"}`);
    expect(answer.status).toBe(200);
  });
});

/** Every member of a document, by its keys. */
function placesOf(value: unknown, place: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [
    [...place, key],
    ...placesOf(child, [...place, key]),
  ]);
}

function withValue(whole: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  const copy: Record<string, unknown> = Array.isArray(whole)
    ? ([...whole] as never)
    : { ...(whole as object) };
  if (key !== undefined) copy[key] = rest.length === 0 ? value : withValue(copy[key], rest, value);
  return copy;
}

describe('random JSON', () => {
  const NAMES = [
    'action',
    'user_id',
    'series_id',
    'user_token',
    'traits',
    'context',
    'session_id',
    'name',
    'email',
    'timezone',
    'settings',
    'steps',
    'id',
    'type',
    'next',
    'subject',
    'html',
    'delay',
    'amount',
    'unit',
    'kind',
    'to',
    'by',
    'days',
    'decision',
    'send_window',
    'start',
    'end',
    'reenrollment',
    'holidays',
    'country',
    '__proto__',
    'length',
    '',
  ];
  const WORDS = [
    'enroll',
    'remove',
    seriesId,
    seriesId.toUpperCase(),
    draftId,
    UNKNOWN,
    userId,
    'email',
    'wait',
    'end',
    'days',
    'widget',
    'resend',
    '09:00',
    '24:00',
    'UTC',
    'Europe/Berlin',
    'DE',
    'a@b.co',
    '{{ user.name }}',
    '{% if',
    '2025-03-24T08:00:00Z',
    '+275760-09-13T00:00:00.000Z',
    '\0',
    '\ud800',
    'é',
    '😀',
  ];
  const names = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...NAMES) },
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  const { value: values } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(
        fc.constantFrom(...WORDS),
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.constantFrom<unknown>(null, true, false, 0, -1, 1, 1.5, 5e-324, 1e308, 2 ** 53),
      ),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(names, tie('value'), { maxKeys: 7, noNullPrototype: true }),
    ),
  }));
  const bodies = fc.oneof(
    { weight: 4, arbitrary: fc.dictionary(names, values, { maxKeys: 8, noNullPrototype: true }) },
    values,
  );
  /** Whatever is asked of a key must not end the one that asks. */
  const routes: readonly Route[] = [
    ...READING.filter(({ method }) => method !== 'PATCH'),
    { method: 'POST', path: `/api/v1/series/${draftId}/publish` },
    { method: 'POST', path: `/api/v1/series/${draftId}/activate` },
    { method: 'POST', path: `/api/v1/keys/${keyId}/rotate` },
  ];

  test.each(
    routes.map(
      (route) =>
        [
          `${route.method} ${route.path.replace(/[\da-f]{8}-[\da-f-]{27}/, '{id}')}`,
          route,
        ] as const,
    ),
  )(
    'is never more than %s can take',
    async (_name, route) => {
      await fc.assert(
        fc.asyncProperty(bodies, async (body) => {
          const answer = await send(route, JSON.stringify(body));
          expect(answer.status, answer.text).toBeLessThan(500);
          expect(answer.body).not.toBeNull();
          if (answer.status >= 400) expect(typeof answer.body.error).toBe('string');
        }),
        { numRuns: FUZZ_RUNS },
      );
    },
    60_000,
  );

  test('leaves the server as well as it was', async () => {
    expect((await server.send({ path: '/readyz' })).status).toBe(200);
    expect(server.errors).toEqual([]);
  });
});
