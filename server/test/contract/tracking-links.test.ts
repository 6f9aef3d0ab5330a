import { randomBytes, randomUUID } from 'node:crypto';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLinkSigner } from '../../src/platform/link-token.ts';
import {
  createLinkTracker,
  createVisitQueue,
  recordVisits,
  visitRoutes,
} from '../../src/tracking/index.ts';
import { countsOfSeries } from '../../src/tracking/sql/counts.ts';
import { testDatabase } from '../support/database.ts';
import { sentWorld, type SentMessage, type SentWorld } from '../support/sent-world.ts';
import { until } from '../support/until.ts';

/**
 * Goal: links lead where they were meant to and nowhere else, whoever follows them is told apart, and
 * nobody waits for that. Method: real routes over a real database; no other part of a server.
 */
const { db, drop } = await testDatabase();
const PUBLIC = 'https://mail.example';
const signer = createLinkSigner(randomBytes(32));
const tracker = createLinkTracker({ signer, publicUrl: () => PUBLIC, db });
const failures: unknown[] = [];
const log = {
  warn: (data: object) => failures.push(data),
  error: (data: object) => failures.push(data),
};
let writes = 0;
/** Writing waits for it. */
let gate = Promise.resolve();
const visits = createVisitQueue({
  log,
  write: async (batch) => {
    writes += 1;
    await gate;
    return recordVisits({ db }, batch);
  },
});
const app = fastify({ routerOptions: { maxParamLength: 2_000 } });
let world: SentWorld;

beforeAll(async () => {
  await app.register(visitRoutes, { tracker, visits, clock: { now: () => new Date() } });
  world = await sentWorld(db);
});
afterAll(async () => {
  await app.close();
  await visits.close();
  expect(failures).toEqual([]);
  await drop();
});

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36';
const TARGET = 'https://shop.example/sale?a=1&b=ü#top';
const linksOf = ({ id }: { id: string }) =>
  tracker.linksOf({ workspaceId: world.workspaceId, messageId: id });

/** A message whose email has so many links, all kept. */
async function mailed(
  count = 1,
): Promise<{ message: SentMessage; links: string[]; pixel: string; trap: string }> {
  const message = await world.newMessage();
  const { linkFor, pixelUrl, honeypotUrl } = linksOf(message);
  const urls = Array.from({ length: count }, (_, n) => (n === 0 ? TARGET : `${TARGET}${n}`));
  const { workspaceId } = world;
  await tracker.keep(
    db,
    urls.map((url) => ({ workspaceId, url })),
  );
  const path = (url: string): string => url.slice(PUBLIC.length);
  return {
    message,
    links: urls.map(linkFor).map(path),
    pixel: path(pixelUrl),
    trap: path(honeypotUrl),
  };
}

interface Asked {
  readonly method?: 'GET' | 'HEAD';
  readonly userAgent?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const ask = (url: string, { method = 'GET', userAgent = CHROME, headers = {} }: Asked = {}) =>
  app.inject({
    method,
    url,
    headers: { 'user-agent': userAgent, ...headers },
  });
const kept = (message: SentMessage, count: number) =>
  until(async () => {
    const events = await world.eventsOf(message.id);
    expect(events).toHaveLength(count);
    return events;
  });

test('a click link leads to its address, says nothing of it, and is written down', async () => {
  const { message, links } = await mailed();
  const [link = ''] = links;
  expect(link).not.toContain('shop');
  const answer = await ask(link);
  expect(answer.statusCode).toBe(302);
  expect(answer.headers['location']).toBe('https://shop.example/sale?a=1&b=%C3%BC#top');
  expect(answer.headers['cache-control']).toBe('no-store, private');
  expect(answer.headers['set-cookie']).toBeUndefined();
  const [event] = await kept(message, 1);
  expect(event).toMatchObject({
    kind: 'clicked',
    detail: { machine: false, reason: null, url: TARGET, user_agent: CHROME },
  });
});

test('the pixel is a picture, also when its token is none', async () => {
  const { message, pixel } = await mailed();
  for (const path of [pixel, '/o/none.gif', `/o/${'x'.repeat(600)}.gif`]) {
    const answer = await ask(path);
    expect([answer.statusCode, answer.headers['content-type']], path).toEqual([200, 'image/gif']);
    expect(answer.rawPayload.subarray(0, 6).toString()).toBe('GIF89a');
    expect(answer.headers['cache-control']).toBe('no-store, private');
  }
  const [event] = await kept(message, 1);
  expect(event).toMatchObject({ kind: 'opened', detail: { machine: false } });
});

test('the redirect does not wait for writing', async () => {
  const { message, links } = await mailed();
  const { promise, resolve: open } = Promise.withResolvers<void>();
  gate = promise;
  for (let n = 0; n < 20; n += 1) expect((await ask(links[0] ?? '')).statusCode).toBe(302);
  open();
  await kept(message, 20);
});

test('ten thousand tampered links get one answer, and never a redirect', async () => {
  const { links, trap, message } = await mailed(2);
  const other = linksOf({ id: randomUUID() });
  const never = linksOf(message).linkFor('https://never.kept.example/').slice(PUBLIC.length);
  const unknown = await ask('/c/x');
  expect(unknown.statusCode).toBe(404);
  const bare = ({ date: _date, ...headers }: Record<string, unknown>): object => headers;
  const [link = ''] = links;
  const token = link.slice(3);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const pick = (n: number): number => Math.floor(Math.random() * n);
  const tampered = (): string => {
    const at = pick(token.length);
    const char = alphabet[pick(64)] ?? 'A';
    switch (pick(6)) {
      case 0:
        return token.slice(0, at) + (char === token[at] ? '.' : char) + token.slice(at + 1);
      case 1:
        return token.slice(0, at);
      case 2:
        return token + char;
      case 3:
        return Array.from({ length: pick(200) + 1 }, () => alphabet[pick(64)]).join('');
      case 4:
        return `${token.slice(0, at)}%00${token.slice(at)}`;
      default:
        return encodeURIComponent(`https://evil.example/${token}`);
    }
  };
  const paths = Array.from({ length: 10_000 }, () => `/c/${tampered()}`).filter((p) => p !== '/c/');
  // Signed, but for something else, or leading nowhere.
  const openToken = other.pixelUrl.slice(`${PUBLIC}/o/`.length, -'.gif'.length);
  for (const path of [never, trap, `/c/${openToken}`, `/c/${token}=`, ...paths]) {
    const answer = await ask(path);
    expect(answer.statusCode, path).toBe(404);
    expect(answer.headers['location']).toBeUndefined();
    expect(answer.body, path).toBe(unknown.body);
    expect(bare(answer.headers)).toEqual(bare(unknown.headers));
  }
});

test('an address that is no web address is never redirected to', async () => {
  const message = await world.newMessage();
  const { workspaceId } = world;
  for (const url of ['javascript:alert(1)', '//evil.example', 'https:///x', 'ftp://x.example']) {
    await tracker.keep(db, [{ workspaceId, url }]);
    const answer = await ask(linksOf(message).linkFor(url).slice(PUBLIC.length));
    expect([answer.statusCode, answer.headers['location']], url).toEqual([404, undefined]);
  }
  const url = 'https://a.example/\r\nSet-Cookie: x=1';
  await tracker.keep(db, [{ workspaceId, url }]);
  const answer = await ask(linksOf(message).linkFor(url).slice(PUBLIC.length));
  expect(answer.headers['location']).toBe('https://a.example/%0D%0ASet-Cookie:%20x=1');
  expect(answer.headers['set-cookie']).toBeUndefined();
});

describe('who it was', () => {
  test('a thousand scanners are machines, and one person among them is not', async () => {
    const { message, links, pixel } = await mailed();
    const [link = ''] = links;
    const agents = ['Barracuda Sentinel', 'curl/8.5.0', 'python-requests/2', 'Slackbot 1.0', ''];
    for (let n = 0; n < 1_000; n += 1) {
      const userAgent = n % 3 === 0 ? CHROME : (agents[n % agents.length] ?? '');
      const method = n % 3 === 0 ? 'HEAD' : 'GET';
      expect((await ask(link, { method, userAgent })).statusCode).toBe(302);
    }
    await visits.close();
    const events = await world.eventsOf(message.id);
    // Of one message no more than so many are written down.
    expect(events).toHaveLength(500);
    expect(events.every(({ detail }) => detail['machine'] === true)).toBe(true);
    const { message: second, links: theirs } = await mailed();
    await ask(theirs[0] ?? '', { method: 'HEAD' });
    await ask(pixel, { userAgent: 'Mozilla/5.0' });
    await ask(theirs[0] ?? '');
    const found = (await kept(second, 2)).map(({ detail }) => detail['reason']);
    expect(found.toSorted()).toEqual(['head_request', null]);
    expect(await world.stateOf(message.id)).toBe('accepted');
  });

  test('prefetching is a machine', async () => {
    const { message, links } = await mailed();
    await ask(links[0] ?? '', { headers: { 'sec-purpose': 'prefetch;prerender' } });
    const [event] = await kept(message, 1);
    expect(event?.detail).toMatchObject({ machine: true, reason: 'prefetch' });
  });

  test('right after the acceptance, or before we know of it, it is a machine', async () => {
    const soon = await world.newMessage({ sentAgoMs: 0 });
    const sending = await world.newMessage({ state: 'sending' });
    for (const message of [soon, sending]) {
      await ask(linksOf(message).pixelUrl.slice(PUBLIC.length));
      const [event] = await kept(message, 1);
      expect(event?.detail).toMatchObject({ machine: true, reason: 'too_soon' });
    }
  });

  test('the hidden link marks the clicks before and after it, and the counts follow', async () => {
    world = await sentWorld(db);
    const { message, links, trap } = await mailed();
    const [link = ''] = links;
    const counts = async () => {
      const { workspaceId, seriesId: automationId } = world;
      const [found] = await countsOfSeries(db, { workspaceId, automationId });
      return [found?.clicked, found?.clicked_by_machine];
    };
    await ask(link);
    await kept(message, 1);
    expect(await counts()).toEqual([1, 0]);
    await ask(trap);
    await kept(message, 2);
    await ask(link);
    const reasons = (await kept(message, 3)).map(({ detail }) => detail['reason']);
    expect(reasons.toSorted()).toEqual(['honeypot', 'honeypot', 'honeypot_link']);
    expect(await counts()).toEqual([0, 1]);
  });

  test('all links within seconds are a machine, also when they come in two batches', async () => {
    const { message, links } = await mailed(3);
    await ask(links[0] ?? '');
    await kept(message, 1);
    await ask(links[1] ?? '');
    await ask(links[2] ?? '');
    const events = await kept(message, 3);
    expect(events.map(({ detail }) => detail['reason'])).toEqual(
      Array(3).fill('all_links_at_once'),
    );
  });

  test('a person is told to the series that listen, a machine is not', async () => {
    await db`update workspaces set listens = '{message:opened,message:clicked}'
              where id = ${world.workspaceId}`;
    const { message, links, pixel } = await mailed();
    await ask(pixel, { userAgent: 'Mozilla/5.0' });
    await ask(links[0] ?? '');
    await kept(message, 2);
    const signals = await db`select name from signals where user_id = ${message.userId}`;
    expect(signals.map((row) => row['name'])).toEqual(['clicked']);
  });
});

test('processes that write at the same time count a message once', async () => {
  const own = await sentWorld(db);
  const messages = await Promise.all(Array.from({ length: 10 }, () => own.newMessage()));
  const batch = () =>
    messages.map(({ id: messageId }) => ({
      id: randomUUID(),
      kind: 'opened' as const,
      messageId,
      linkId: null,
      url: null,
      isTrap: false,
      at: new Date(),
      method: 'GET',
      userAgent: CHROME,
      isPrefetch: false,
    }));
  await Promise.all(Array.from({ length: 12 }, () => recordVisits({ db }, batch().toReversed())));
  const { workspaceId, seriesId: automationId } = own;
  const [counts] = await countsOfSeries(db, { workspaceId, automationId });
  expect(counts).toMatchObject({ opened: 10, opened_by_machine: 0 });
});

test('whoever has the message shows that it left: a doubt ends', async () => {
  const message = await world.newMessage({ state: 'in_doubt' });
  await ask(linksOf(message).pixelUrl.slice(PUBLIC.length));
  await kept(message, 1);
  expect(await world.stateOf(message.id)).toBe('accepted');
});

test('links of messages that are gone still lead on, and leave nothing', async () => {
  const { message, links } = await mailed();
  await db`delete from messages where bucket = ${message.bucket} and id = ${message.id}`;
  expect((await ask(links[0] ?? '')).statusCode).toBe(302);
  await visits.close();
  expect(await world.eventsOf(message.id)).toEqual([]);
});

test('what was kept once is not asked for again', async () => {
  const { workspaceId } = world;
  const urls = [{ workspaceId, url: `https://a.example/${randomUUID()}` }];
  await tracker.keep(db, urls);
  const refusing = Object.assign(
    () => Promise.reject(new Error('asked')),
    {},
  ) as unknown as typeof db;
  await expect(tracker.keep(refusing, urls)).resolves.toBeUndefined();
});

test('a database that is away loses nothing, and a full queue says so', async () => {
  const { message, links } = await mailed();
  let isAway = true;
  const said: string[] = [];
  const queue = createVisitQueue({
    log: { warn: (_, words) => said.push(words), error: (_, words) => said.push(words) },
    write: async (batch) => {
      if (isAway) throw new Error('away');
      return recordVisits({ db }, batch);
    },
  });
  const followed = tracker.followed((links[0] ?? '').slice('/c/'.length));
  const visit = {
    id: randomUUID(),
    kind: 'clicked' as const,
    messageId: followed?.messageId ?? '',
    linkId: followed?.linkId ?? null,
    url: TARGET,
    isTrap: false,
    at: new Date(),
    method: 'GET',
    userAgent: CHROME,
    isPrefetch: false,
  };
  expect(queue.add(visit)).toBe(true);
  await until(async () => expect(said).toContain('visits could not be written'));
  isAway = false;
  await kept(message, 1);
  isAway = true;
  for (let n = 0; n < 20_000; n += 1) queue.add(visit);
  expect(queue.add(visit)).toBe(false);
  isAway = false;
  await queue.close();
  expect(said).toContain('visits were dropped: more came than could be written');
  expect(writes).toBeGreaterThan(0);
  // One id is one event, however often it is written.
  expect(await world.eventsOf(message.id)).toHaveLength(1);
});
