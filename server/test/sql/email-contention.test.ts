import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changePreferences, suppress, unsuppress } from '../../src/consent/index.ts';
import { bucketOf, userIdOf, uuidv7In } from '../../src/platform/ids.ts';
import { recordReturned, recordVisits } from '../../src/tracking/index.ts';
import { createSmtpTransport, parseSmtpUrl, type Returned } from '../../src/transport/index.ts';
import { activeSeries, email } from '../support/series.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { startSmtpSink, type SmtpSink } from '../support/smtp-sink.ts';
import { until } from '../support/until.ts';

/**
 * Goal: whatever happens to the same few people at the same time, nobody hears of a deadlock, no email
 * goes out twice, and the books are exact. Method: two whole servers over one database, whose workers
 * send series and broadcasts to them, while many at once enroll and remove them, change what they want,
 * suppress and unsuppress them, and tell of bounces, complaints, openings and clicks.
 */
const RUN_MS = 8_000;
const PEOPLE = ['ada', 'bob', 'cleo', 'dan', 'gone-eve', 'gone-fay'];
const STEPS = (listId: string) => [
  email('news', { list_id: listId }),
  email('offer'),
  email('bill', { purpose: 'transactional' }),
];

let sink: SmtpSink;
let servers: readonly [TestServer, TestServer];
let workspaceId: string;
let listId: string;
let seriesIds: readonly string[];
let who: { key: string };

function transportTo({ port }: SmtpSink) {
  const url = parseSmtpUrl(`smtp://127.0.0.1:${port}`);
  if (url.kind === 'fault') throw new Error(url.message);
  return createSmtpTransport({ server: url.server, connections: 4 });
}

beforeAll(async () => {
  sink = await startSmtpSink({
    faultAt: ({ phase, to }) => {
      if (phase === 'rcpt' && to.startsWith('gone')) return { answer: '550 5.1.1 no such user' };
      // Long enough for others to hear of it while it is under way.
      return phase === 'dot' ? { delayMs: 10 } : null;
    },
  });
  const settings = { auto_pause: { enabled: false } };
  const first = await startServer({ transport: transportTo(sink), settings });
  const second = await startServer({ transport: transportTo(sink), beside: first });
  servers = [first, second];
  workspaceId = first.live.id;
  who = { key: first.live.secretKey };
  const list = await first.v1('POST', '/lists', { name: 'News', kind: 'opt_out' }, who);
  expect(list.status, list.text).toBe(201);
  listId = list.body.id;
  const options = { settings: { reenrollment: { enabled: true, after: 'leaving' } }, ...who };
  seriesIds = await Promise.all(
    [1, 2, 3].map(() => activeSeries(first, { ...options, steps: STEPS(listId) })),
  );
  for (const name of PEOPLE) await identify(name);
});
afterAll(async () => {
  // Closing looks into the books, and for errors in the log.
  for (const server of servers.toReversed()) await server.close();
  await sink.close();
});

const some = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)] as T;
const server = (): TestServer => some(servers);
const shuffled = <T>(all: readonly T[]): T[] =>
  all
    .map((one) => ({ one, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one);
const anybody = () => {
  const userId = userIdOf(workspaceId, some(PEOPLE));
  return { bucket: bucketOf(userId), userId };
};
const anyAddress = (): string => `${some(PEOPLE)}@tidewater.example`;

async function identify(name: string): Promise<void> {
  const body = {
    user_id: name,
    traits: { email: `${name}@tidewater.example`, seen: Math.random() },
  };
  const answer = await server().sdk('/users/identify', body, who);
  expect(answer.status, answer.text).toBe(200);
}

async function enrollOrRemove(action: 'enroll' | 'remove'): Promise<void> {
  const body = { action, user_id: some(PEOPLE), series_id: some(seriesIds) };
  const answer = await server().sdk('/series', body, who);
  expect(answer.status, answer.text).toBe(200);
}

const WISHES = ['subscribed', 'subscribed', 'subscribed', 'unsubscribed'] as const;

async function choose(): Promise<void> {
  const changes = [
    {
      listId: some([listId, null]),
      to: some(WISHES),
    },
  ];
  const change = { workspaceId, ...anybody(), changes, source: 'test', now: new Date() };
  await changePreferences(server().services.consent, change);
}

async function suppressSome(): Promise<void> {
  const targets = [
    ...Array.from({ length: 2 }, () => ({ address: anyAddress() })),
    { userId: anybody().userId },
  ];
  const reason = some(['manual', 'complaint', 'unsubscribe'] as const);
  const change = {
    workspaceId,
    targets: shuffled(targets),
    reason,
    source: 'test',
    now: new Date(),
  };
  await suppress(server().services.consent, change);
}

async function unsuppressAll(): Promise<void> {
  const { services, db } = server();
  const rows = await db<{ id: string }[]>`select id from suppressions`;
  const ids = shuffled(rows.map(({ id }) => id));
  const change = { workspaceId, ids, source: 'test', note: 'again', now: new Date() };
  await unsuppress(services.consent, change);
}

/** Messages as they are just now, those under way among them, in any order. */
async function someMessages(): Promise<{ id: string; isRefused: boolean }[]> {
  const rows = await server().db<{ id: string; isRefused: boolean }[]>`
    select id, to_address like 'gone%' as "isRefused" from messages
     where workspace_id = ${workspaceId} order by created_at desc limit 40
  `;
  return shuffled(rows).slice(0, 12);
}

let told = 0;
const KINDS = ['delivered', 'delivered', 'delivered', 'bounced', 'complained'] as const;

async function tell(): Promise<void> {
  const { services, db } = server();
  const returned = (await someMessages()).map(({ id: messageId, isRefused }): Returned => {
    // Of what a server has refused, nobody can tell that it arrived.
    const kind = isRefused ? 'bounced' : some(KINDS);
    const bounce = { class: some(['hard', 'soft'] as const), code: '5.1.1', diagnostic: 'no' };
    return {
      key: `told-${(told += 1)}`,
      kind,
      at: new Date(),
      messageId,
      recipient: null,
      bounce: kind === 'bounced' ? bounce : null,
      detail: {},
    };
  });
  const deps = { db, consent: services.consent };
  await recordReturned(deps, workspaceId, returned, { now: new Date(), source: 'test' });
}

async function visit(): Promise<void> {
  const at = new Date();
  const visits = (await someMessages()).map(({ id: messageId }) => ({
    id: uuidv7In(bucketOf(messageId), at),
    kind: 'opened' as const,
    messageId,
    linkId: null,
    url: null,
    isTrap: false,
    at,
    method: 'GET',
    userAgent: 'Mozilla/5.0',
    isPrefetch: false,
  }));
  await recordVisits({ db: server().db }, visits);
}

let broadcastsSent = 0;

async function broadcast(): Promise<void> {
  const body = {
    name: 'News',
    email: { subject: `Broadcast ${(broadcastsSent += 1)}`, html: '<p>News</p>', list_id: listId },
    audience: { everybody: true },
  };
  const made = await server().v1('POST', '/broadcasts', body, who);
  expect(made.status, made.text).toBe(201);
  for (const move of ['send', 'pause', 'resume']) {
    const path = `/broadcasts/${made.body.id}/${move}`;
    const moved = await server().v1('POST', path, undefined, who);
    // It may be over by then.
    expect([200, 409], moved.text).toContain(moved.status);
    await sleep(200);
  }
}

const DOERS: readonly (readonly [times: number, pauseMs: number, work: () => Promise<void>])[] = [
  [3, 0, () => enrollOrRemove('enroll')],
  [1, 40, () => enrollOrRemove('remove')],
  [1, 20, () => identify(some(PEOPLE))],
  [2, 5, choose],
  [2, 40, suppressSome],
  [2, 5, unsuppressAll],
  [3, 5, tell],
  [2, 5, visit],
  [1, 300, broadcast],
];

test('what happens to the same people at once waits, and neither fails nor goes out twice', async () => {
  const end = Date.now() + RUN_MS;
  const done = new Map<number, number>();
  const lanes = DOERS.flatMap(([times, pauseMs, work], n) =>
    Array.from({ length: times }, async () => {
      while (Date.now() < end) {
        await work().catch((cause: unknown) => {
          throw new Error(`lane ${n} failed`, { cause });
        });
        done.set(n, (done.get(n) ?? 0) + 1);
        await sleep(pauseMs);
      }
    }),
  );
  await Promise.all(lanes);
  const { db } = servers[0];
  await until(async () => {
    const rows = await db<{ count: number }[]>`select count(*)::int as count from recipients`;
    expect(rows[0]?.count).toBe(0);
  });
  for (const count of done.values()) expect(count).toBeGreaterThan(2);
  expect(sink.accepted.length).toBeGreaterThan(PEOPLE.length);
  const ids = sink.accepted.map(({ message_id }) => message_id);
  expect(new Set(ids).size).toBe(ids.length);
}, 300_000);
