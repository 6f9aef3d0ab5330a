import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { createReplayMemory, transportKindOf, type Returned } from '../../src/transport/index.ts';
import { providerHookRoutes, type ProviderHookDeps } from '../../src/tracking/provider/routes.ts';
import {
  EVENT_NOW,
  FAKE_HOOKS,
  snsCall,
  TOPIC,
  type FakeHook,
} from '../support/provider-events.ts';
import { SNS_CERTIFICATE } from '../support/sns-pair.ts';

const NAMES = Object.keys(FAKE_HOOKS);

interface Told {
  readonly workspaceId: string;
  readonly source: string;
  readonly returned: readonly Returned[];
}

const OPEN: ProviderHookDeps['limiter'] = {
  take: () => ({ ok: true }),
  peek: () => ({ ok: true }),
  add: () => {},
};

/** An API with the hooks of one transport of each kind, each named after its kind. */
async function apiWith(deps: Partial<ProviderHookDeps> = {}) {
  const told: Told[] = [];
  const confirmed: string[] = [];
  const app = Fastify();
  onTestFinished(() => app.close());
  await app.register(providerHookRoutes, {
    limiter: OPEN,
    clock: { now: () => EVENT_NOW },
    log: { warn: () => {} },
    remember: createReplayMemory(() => EVENT_NOW),
    fetchCertificate: () => Promise.resolve(SNS_CERTIFICATE),
    transportOf: (id) => {
      const kind = transportKindOf(id);
      if (kind === null) return Promise.resolve(null);
      const values = FAKE_HOOKS[id]?.values ?? {};
      const { name: source, readEvents } = kind;
      return Promise.resolve({ workspaceId: `of ${id}`, source, readEvents, values });
    },
    onReturned: (workspaceId, source, returned) => {
      told.push({ workspaceId, source, returned });
      return Promise.resolve();
    },
    confirm: (url) => Promise.resolve(confirmed.push(url.href)),
    ...deps,
  });
  const post = async (id: string, call: ReturnType<FakeHook['sign']>): Promise<number> => {
    const headers = call.headers as Record<string, string>;
    const answer = await app.inject({
      method: 'POST',
      url: `/hooks/${id}`,
      headers,
      payload: call.rawBody,
    });
    expect(answer.body).not.toMatch(/secret|signature|token|certificate/i);
    return answer.statusCode;
  };
  return { app, post, told, confirmed };
}

function callOf(name: string): ReturnType<FakeHook['sign']> {
  const hook = FAKE_HOOKS[name];
  if (hook === undefined) throw new Error(name);
  return hook.sign(hook.examples[0]?.[1], EVENT_NOW);
}

test.each(NAMES)(
  'a genuine call of %s is handed on, to the workspace of its transport',
  async (name) => {
    const { post, told } = await apiWith();
    expect(await post(name, callOf(name))).toBe(200);
    expect(told).toMatchObject([{ workspaceId: `of ${name}`, source: name }]);
    expect(told[0]?.returned.length).toBeGreaterThan(0);
  },
);

test.each(NAMES)('a forged call of %s is refused and handed to nobody', async (name) => {
  const { post, told } = await apiWith();
  const call = callOf(name);
  const forged = FAKE_HOOKS[name]?.resign(call, (signature) => signature.toUpperCase()) ?? call;
  expect(await post(name, forged)).toBe(name === 'mailgun' ? 406 : 400);
  expect(await post(name, { headers: {}, rawBody: Buffer.from('{}') })).toBeGreaterThanOrEqual(400);
  expect(told).toEqual([]);
});

test('transports that tell nothing, and none at all, are not found', async () => {
  const { post, app } = await apiWith();
  for (const id of ['smtp', 'capture', 'nobody', '..%2f', '%00']) {
    expect(await post(id, callOf('postmark'))).toBe(404);
  }
  expect((await app.inject({ method: 'GET', url: '/hooks/ses' })).statusCode).toBe(404);
});

test('what cannot be recorded is told again, and then recorded', async () => {
  let isAway = true;
  const kept: Told[] = [];
  const { post } = await apiWith({
    onReturned: (workspaceId, source, returned) => {
      if (isAway) return Promise.reject(new Error('the database is away'));
      kept.push({ workspaceId, source, returned });
      return Promise.resolve();
    },
  });
  for (const name of NAMES) expect(await post(name, callOf(name))).toBe(500);
  isAway = false;
  for (const name of NAMES) expect(await post(name, callOf(name))).toBe(200);
  expect(kept.map(({ source }) => source)).toEqual(NAMES);
});

test('a call that cannot be verified now is to be sent again', async () => {
  const { post, told } = await apiWith({
    fetchCertificate: () => Promise.reject(new Error('away')),
  });
  expect(await post('ses', callOf('ses'))).toBe(503);
  expect(told).toEqual([]);
});

test('a subscription is confirmed once it is known to be ours', async () => {
  const { post, confirmed } = await apiWith();
  const url = `https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=1`;
  const members = {
    Type: 'SubscriptionConfirmation',
    MessageId: '165545c9-2a5c-472c-8df2-7ff2be2b3b1b',
    Token: '1',
    TopicArn: TOPIC,
    Message: 'You have chosen to subscribe to the topic.',
    SubscribeURL: url,
    Timestamp: EVENT_NOW.toISOString(),
  };
  expect(await post('ses', snsCall(members, { signedAs: { ...members, Token: '2' } }))).toBe(400);
  expect(confirmed).toEqual([]);
  expect(await post('ses', snsCall(members))).toBe(200);
  expect(confirmed).toEqual([url]);
});

test('a call of more than a megabyte is not read', async () => {
  const { post, told } = await apiWith();
  const call = callOf('postmark');
  const padded = Buffer.concat([call.rawBody, Buffer.alloc(1024 * 1024, ' ')]);
  expect(await post('postmark', { ...call, rawBody: padded })).toBe(413);
  expect(await post('postmark', { ...call, rawBody: padded.subarray(0, 1024 * 1024) })).toBe(200);
  expect(told).toHaveLength(1);
});

test('who is refused too often is not looked at, which keeps nobody from telling what is genuine', async () => {
  const counts = new Map<string, number>();
  const looked: string[] = [];
  const countOf = (key: string): number => counts.get(key) ?? 0;
  const limiter: ProviderHookDeps['limiter'] = {
    peek: ({ key, max }) =>
      countOf(key) < max ? { ok: true } : { ok: false, retryAfterSeconds: 7 },
    take: (limit, now) => {
      const answer = limiter.peek(limit, now);
      if (answer.ok) counts.set(limit.key, countOf(limit.key) + 1);
      return answer;
    },
    add: ({ key }) => void counts.set(key, countOf(key) + 1),
  };
  const { app, post, told } = await apiWith({
    limiter,
    transportOf: async (id) => {
      looked.push(id);
      const kind = transportKindOf(id);
      if (kind === null) return null;
      const values = FAKE_HOOKS[id]?.values ?? {};
      return { workspaceId: 'w', source: kind.name, readEvents: kind.readEvents, values };
    },
  });
  expect(await post('postmark', callOf('postmark'))).toBe(200);
  const made: number[] = [];
  for (let n = 0; n < 601; n += 1) {
    const { statusCode } = await app.inject({ method: 'POST', url: `/hooks/no-${n}`, body: {} });
    made.push(statusCode);
  }
  expect([made[0], made[599], made[600]]).toEqual([404, 404, 503]);
  expect(looked).not.toContain('no-600');
  expect(await post('postmark', callOf('postmark'))).toBe(200);
  const refusedByIt = 'hooks:refused:postmark:127.0.0.1';
  expect(counts.has(refusedByIt.replace('postmark', 'none'))).toBe(true);
  counts.set(refusedByIt, 600);
  expect(await post('postmark', callOf('postmark'))).toBe(429);
  counts.delete(refusedByIt);
  // What is genuine has a bound of its own, above which it is to be told again.
  counts.set('hooks:postmark', 30_000);
  const before = told.length;
  const over = await app.inject({
    method: 'POST',
    url: '/hooks/postmark',
    headers: callOf('postmark').headers as Record<string, string>,
    payload: callOf('postmark').rawBody,
  });
  expect([over.statusCode, over.headers['retry-after'], told.length]).toEqual([503, '7', before]);
});
