import { createHmac, randomBytes } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import {
  changeSettings,
  createAuthenticator,
  createKey,
  createSecretBox,
  createWorkspace,
  listKeys,
  listWorkspaces,
  readWorkspace,
  readWorkspaces,
  requireIdentity,
  requireSecretKey,
  revokeKey,
  rotateKey,
  type Authenticator,
  type KeyDeps,
} from '../../src/workspace/index.ts';
import type { Db } from '../../src/platform/db.ts';
import { findKeyHolder } from '../../src/workspace/sql/keys.ts';
import { testDatabase } from '../support/database.ts';

const { db, drop } = await testDatabase();
afterAll(drop);

const NOW = new Date('2026-03-01T12:00:00.123Z');
const later = (ms: number): Date => new Date(NOW.getTime() + ms);
const box = createSecretBox(randomBytes(32));
const isMailbox = (text: string): boolean => text.includes('@');

/** One process's view: an authenticator whose second passes only when told. */
function newProcess(): { deps: KeyDeps; auth: Authenticator; pass: (ms: number) => void } {
  let nowMs = 0;
  const auth = createAuthenticator({ db, box, monotonicMs: () => nowMs });
  return {
    auth,
    deps: { pool: db, box, forget: auth.forget },
    pass: (ms) => void (nowMs += ms),
  };
}

const newWorkspace = (name = 'Acme') => createWorkspace({ pool: db, box }, { name, now: NOW });

/** The message of the refusal; fails when there is none. */
async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('was not refused');
}

function tokenOf(secret: string, userId: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part({ alg: 'HS256' })}.${part({ user_id: userId })}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

test('a new workspace has two sides, each with a key of every kind that works for that side only', async () => {
  const { auth } = newProcess();
  const made = await newWorkspace('  Acme  ');
  expect(made.name).toBe('Acme');
  for (const side of ['live', 'test'] as const) {
    const { id, widgetKey, secretKey, identitySecret } = made[side];
    expect(widgetKey).toMatch(new RegExp(`^mp_wk_${side}_[0-9A-Za-z]{40}$`));
    expect(secretKey).toMatch(new RegExp(`^mp_sk_${side}_[0-9A-Za-z]{40}$`));
    expect(identitySecret).toMatch(new RegExp(`^mp_is_${side}_[0-9A-Za-z]{40}$`));
    const widget = await auth.authenticate(`Bearer ${widgetKey}`);
    const secret = await auth.authenticate(`Bearer ${secretKey}`);
    expect(widget).toMatchObject({
      kind: 'widget',
      workspace: { id, side, name: 'Acme', timezone: 'UTC' },
    });
    expect(secret).toMatchObject({ kind: 'secret', workspace: { id, side } });
    expect(widget.workspace.settings.identityVerification.enabled).toBe(side === 'live');
    expect(() => requireSecretKey(secret)).not.toThrow();
    expect(() => requireSecretKey(widget)).toThrow('needs a secret key');
  }
  const live = await readWorkspace(db, { workspaceId: made.live.id });
  const test = await readWorkspace(db, { workspaceId: made.test.id });
  expect(live.clockNow).toBeNull();
  expect(test.clockNow).toEqual(NOW);
  expect(live.pairId).toBe(test.pairId);
});

test.each(['', '   ', 'x'.repeat(201), 'a\u0000b'])(
  'a workspace cannot be called %j',
  async (name) => {
    const [before] = await db<{ count: number }[]>`select count(*) from workspaces`;
    expect(await refusal(newWorkspace(name))).toMatch(/^name must /);
    const [after] = await db<{ count: number }[]>`select count(*) from workspaces`;
    expect(after).toEqual(before);
  },
);

test('what is stored does not hold the text of any key', async () => {
  const made = await newWorkspace();
  const rows = await db`
    select to_jsonb(k)::text as text, encode(k.encrypted, 'escape') as raw from api_keys k
    union all
    select to_jsonb(s)::text, encode(s.encrypted, 'escape') from identity_secrets s
  `;
  const all = JSON.stringify(rows);
  for (const side of [made.live, made.test]) {
    for (const text of [side.widgetKey, side.secretKey, side.identitySecret]) {
      expect(all).not.toContain(text.slice(11));
      expect(all).not.toContain(Buffer.from(text).toString('hex'));
    }
  }
});

test.each([
  [undefined, 'Missing API key'],
  ['', 'Missing API key'],
  ['Bearer', 'Missing API key'],
  ['Bearer ', 'Missing API key'],
  ['Bearer    ', 'Missing API key'],
  ['Basic dXNlcjpwYXNz', 'Missing API key'],
  [`mp_wk_live_${'a'.repeat(40)}`, 'Missing API key'],
  ['Bearer x', 'Invalid API key'],
  [`Bearer mp_wk_live_${'a'.repeat(40)}`, 'Invalid API key'],
  [`Bearer mp_is_live_${'a'.repeat(40)}`, 'Invalid API key'],
  [`Bearer  mp_wk_live_${'a'.repeat(40)}`, 'Invalid API key'],
  [`Bearer mp_wk_live_${'a'.repeat(39)}\0`, 'Invalid API key'],
  [`Bearer ${'x'.repeat(100_000)}`, 'Invalid API key'],
])('the header %j is answered %s', async (header, message) => {
  const { auth } = newProcess();
  const error = await auth.authenticate(header).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ message, kind: 'unauthorized' });
});

test('the scheme may be in any case, the key may not', async () => {
  const { auth } = newProcess();
  const { live } = await newWorkspace();
  expect((await auth.authenticate(`bEARER ${live.secretKey}`)).kind).toBe('secret');
  const swapped = live.secretKey.replace(/[a-z]$|[A-Z]$|\d$/, (c) => (c === 'a' ? 'A' : 'a'));
  expect(await refusal(auth.authenticate(`Bearer ${swapped}`))).toBe('Invalid API key');
});

test('an identity secret cannot be used as a key', async () => {
  const { auth } = newProcess();
  const { live } = await newWorkspace();
  expect(await refusal(auth.authenticate(`Bearer ${live.identitySecret}`))).toBe('Invalid API key');
});

test('after a rotation the old and the new key work, until the old one is revoked', async () => {
  const { auth, deps } = newProcess();
  const { live } = await newWorkspace();
  const workspaceId = live.id;
  const old = (await listKeys({ db, box }, { workspaceId })).find(({ kind }) => kind === 'secret');
  const made = await rotateKey(deps, { workspaceId, id: old?.id ?? '', now: later(1) });
  expect(made).toMatchObject({ kind: 'secret', revokedAt: null, hint: made.text.slice(-4) });

  const call = (key: string) => auth.authenticate(`Bearer ${key}`).then(({ keyId }) => keyId);
  expect(await call(live.secretKey)).toBe(old?.id);
  expect(await call(made.text)).toBe(made.id);

  const answer = await revokeKey(deps, { workspaceId, id: old?.id ?? '', now: later(2) });
  expect(answer).toMatchObject({ liveCount: 1, key: { id: old?.id, revokedAt: later(2) } });
  expect(await refusal(call(live.secretKey))).toBe('Invalid API key');
  expect(await call(made.text)).toBe(made.id);
});

test('a change is seen at once by the process that made it and within a second by others', async () => {
  const here = newProcess();
  const there = newProcess();
  const { live } = await newWorkspace();
  const header = `Bearer ${live.widgetKey}`;
  const limitOf = async ({ auth }: typeof here) =>
    (await auth.authenticate(header)).workspace.settings.rateLimits.widgetPerMinute;
  expect([await limitOf(here), await limitOf(there)]).toEqual([600, 600]);

  const body = { rate_limits: { widget_per_minute: 7 } };
  await changeSettings({ ...here.deps, isMailbox }, { workspaceId: live.id, body, now: later(1) });
  expect([await limitOf(here), await limitOf(there)]).toEqual([7, 600]);
  there.pass(999);
  expect(await limitOf(there)).toBe(600);
  there.pass(1);
  expect(await limitOf(there)).toBe(7);

  const [key] = (await listKeys({ db, box }, { workspaceId: live.id })).filter(
    (k) => k.kind === 'widget',
  );
  await revokeKey(here.deps, { workspaceId: live.id, id: key?.id ?? '', now: later(2) });
  expect(await refusal(limitOf(here))).toBe('Invalid API key');
  expect(await limitOf(there)).toBe(7);
  there.pass(1_000);
  expect(await refusal(limitOf(there))).toBe('Invalid API key');
});

test('the last key of a kind may be revoked, and the answer says that none is left', async () => {
  const { deps } = newProcess();
  const { test: side } = await newWorkspace();
  const keys = await listKeys({ db, box }, { workspaceId: side.id });
  for (const { id } of keys) {
    const answer = await revokeKey(deps, { workspaceId: side.id, id, now: later(5) });
    expect(answer.liveCount).toBe(0);
    const again = await revokeKey(deps, { workspaceId: side.id, id, now: later(9) });
    expect(again.key.revokedAt).toEqual(later(5));
    expect(await refusal(rotateKey(deps, { workspaceId: side.id, id, now: later(9) }))).toMatch(
      'is revoked',
    );
  }
});

test('widget keys can be shown again, secret keys and identity secrets cannot', async () => {
  const { live } = await newWorkspace();
  const keys = await listKeys({ db, box }, { workspaceId: live.id });
  const texts = Object.fromEntries(keys.map(({ kind, text }) => [kind, text]));
  expect(texts).toEqual({ widget: live.widgetKey, secret: null, identity: null });
  expect(Object.fromEntries(keys.map(({ kind, hint }) => [kind, hint]))).toEqual({
    identity: live.identitySecret.slice(-4),
    secret: live.secretKey.slice(-4),
    widget: live.widgetKey.slice(-4),
  });
});

test('keys are listed youngest first, page by page', async () => {
  const { deps } = newProcess();
  const { live } = await newWorkspace();
  for (let i = 1; i <= 4; i += 1) {
    await createKey(deps, { workspaceId: live.id, kind: 'widget', now: later(i) });
  }
  const seen: string[] = [];
  let after: { at: Date; id: string } | null = null;
  for (;;) {
    const page: Awaited<ReturnType<typeof listKeys>> = await listKeys(
      { db, box },
      { workspaceId: live.id, after, limit: 3 },
    );
    seen.push(...page.map(({ id }) => id));
    const last = page.at(-1);
    if (last === undefined) break;
    after = { at: last.createdAt, id: last.id };
  }
  const all = await listKeys({ db, box }, { workspaceId: live.id });
  expect(seen).toEqual(all.map(({ id }) => id));
  expect(seen).toHaveLength(7);
});

test('keys of another workspace, of the other side and of no form are not found', async () => {
  const { deps, auth } = newProcess();
  const mine = await newWorkspace();
  const [theirs] = await listKeys({ db, box }, { workspaceId: (await newWorkspace()).live.id });
  const [ours] = await listKeys({ db, box }, { workspaceId: mine.test.id });
  for (const id of [theirs?.id ?? '', ours?.id ?? '', 'x', '', randomBytes(8).toString('hex')]) {
    const ref = { workspaceId: mine.live.id, id, now: later(1) };
    expect(await refusal(revokeKey(deps, ref))).toBe('Key not found');
    expect(await refusal(rotateKey(deps, ref))).toBe('Key not found');
  }
  expect((await auth.authenticate(`Bearer ${mine.test.secretKey}`)).kind).toBe('secret');
});

test('two identity secrets verify during a rotation, a third is refused, a revoked one verifies no more', async () => {
  const { deps, auth } = newProcess();
  const { live } = await newWorkspace();
  const workspaceId = live.id;
  const made = await createKey(deps, { workspaceId, kind: 'identity', now: later(1) });
  expect(await refusal(createKey(deps, { workspaceId, kind: 'identity', now: later(2) }))).toBe(
    'At most 2 keys of kind identity may be live at once; revoke one first',
  );

  const check = async (secret: string) =>
    requireIdentity(await auth.authenticate(`Bearer ${live.widgetKey}`), {
      userId: 'u1',
      token: tokenOf(secret, 'u1'),
      now: NOW,
    });
  await check(live.identitySecret);
  await check(made.text);
  const old = (await listKeys({ db, box }, { workspaceId })).find(
    ({ kind, id }) => kind === 'identity' && id !== made.id,
  );
  await revokeKey(deps, { workspaceId, id: old?.id ?? '', now: later(3) });
  expect(await refusal(check(live.identitySecret))).toBe('Invalid user_token');
  await check(made.text);
});

test('a token is needed with a widget key where verification is on, and nowhere else', async () => {
  const { auth, deps } = newProcess();
  const { live, test: side } = await newWorkspace();
  const check = async (key: string, token?: string) =>
    requireIdentity(await auth.authenticate(`Bearer ${key}`), { userId: 'u1', token, now: NOW });

  expect(await refusal(check(live.widgetKey))).toBe(
    'user_token is required when identity verification is enabled',
  );
  expect(await refusal(check(live.widgetKey, 'x'))).toBe('Invalid user_token');
  expect(await refusal(check(live.widgetKey, tokenOf(live.identitySecret, 'u2')))).toBe(
    'user_token does not match user_id',
  );
  expect(await refusal(check(live.widgetKey, tokenOf(side.identitySecret, 'u1')))).toBe(
    'Invalid user_token',
  );
  await check(live.widgetKey, tokenOf(live.identitySecret, 'u1'));
  await check(live.secretKey);
  await check(live.secretKey, 'x');
  await check(side.widgetKey);
  await check(side.widgetKey, 'x');

  const body = { identity_verification: { require_exp: true } };
  await changeSettings({ ...deps, isMailbox }, { workspaceId: live.id, body, now: later(1) });
  expect(await refusal(check(live.widgetKey, tokenOf(live.identitySecret, 'u1')))).toBe(
    'Invalid user_token',
  );
});

test('callers that make keys together cannot pass the bound', async () => {
  const { deps } = newProcess();
  const { live } = await newWorkspace();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 30 }, (_, i) =>
      createKey(deps, { workspaceId: live.id, kind: 'secret', now: later(i) }),
    ),
  );
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(19);
  const [row] = await db<{ count: number }[]>`
    select count(*) from api_keys
     where workspace_id = ${live.id} and kind = 'secret' and revoked_at is null
  `;
  expect(row?.count).toBe(20);
});

test('calls that arrive together with one key share one look-up', async () => {
  const { live } = await newWorkspace();
  let queries = 0;
  const counted = new Proxy(db, {
    apply: (target, self, args) => {
      queries += 1;
      return Reflect.apply(target, self, args) as unknown;
    },
  });
  const auth = createAuthenticator({ db: counted, box, monotonicMs: () => 0 });
  await Promise.all(
    Array.from({ length: 200 }, () => auth.authenticate(`Bearer ${live.widgetKey}`)),
  );
  expect(queries).toBe(1);
  const unknown = `Bearer mp_wk_live_${'0'.repeat(40)}`;
  for (let i = 0; i < 50; i += 1) await refusal(auth.authenticate(unknown));
  for (let i = 0; i < 50; i += 1) await refusal(auth.authenticate('Bearer garbage'));
  expect(queries).toBe(2);
});

test('the workspaces of a server are listed with their youngest live widget key, page by page', async () => {
  const { deps } = newProcess();
  const made = await newWorkspace('Listed');
  const young = await createKey(deps, { workspaceId: made.live.id, kind: 'widget', now: later(1) });
  const [only] = (await listKeys({ db, box }, { workspaceId: made.test.id })).filter(
    ({ kind }) => kind === 'widget',
  );
  await revokeKey(deps, { workspaceId: made.test.id, id: only?.id ?? '', now: later(1) });

  const all = await listWorkspaces({ db, box });
  expect(
    all.filter(({ name }) => name === 'Listed').map(({ id, widgetKey }) => [id, widgetKey]),
  ).toEqual(
    expect.arrayContaining([
      [made.live.id, young.text],
      [made.test.id, null],
    ]),
  );
  const [first, second] = await listWorkspaces({ db, box }, { limit: 2 });
  const after = first === undefined ? null : { at: first.createdAt, id: first.id };
  const [next] = await listWorkspaces({ db, box }, { after, limit: 1 });
  expect(next).toEqual(second);
});

test('workspaces are read by id, several in one query, and those that do not exist are missing', async () => {
  const { live, test: side } = await newWorkspace();
  const missing = '00000000-0000-7000-8000-000000000000';
  const found = await readWorkspaces(db, { ids: [live.id, missing, side.id] });
  expect([...found.keys()].toSorted()).toEqual([live.id, side.id].toSorted());
  expect(found.get(side.id)?.clockNow).toEqual(NOW);
  expect(await readWorkspaces(db, { ids: [] })).toEqual(new Map());
  for (const workspaceId of [missing, 'x', '']) {
    expect(await refusal(readWorkspace(db, { workspaceId }))).toBe('Workspace not found');
  }
});

test('looking a key up uses its index', async () => {
  await db`
    insert into api_keys (id, workspace_id, kind, hash, hint, created_at)
    select gen_random_uuid(), (select id from workspaces limit 1), 'secret',
           sha256(n::text::bytea), 'xxxx', ${NOW}
      from generate_series(1, 5000) n
  `;
  await db`analyze api_keys`;
  const plan = await planOf((explaining) =>
    findKeyHolder(explaining, { hash: randomBytes(32), secretsMax: 2 }),
  );
  expect(plan).toContain('Index Scan using api_keys_hash');
});

/** The plan of the one statement that `run` sends. */
async function planOf(run: (explaining: Db) => Promise<unknown>): Promise<string> {
  const plans: Promise<unknown>[] = [];
  const explaining = new Proxy(db, {
    apply: (target, self, [strings, ...values]: [TemplateStringsArray, ...unknown[]]) => {
      const texts = [`explain ${strings[0] ?? ''}`, ...strings.slice(1)];
      const raw = Object.assign(texts, { raw: texts });
      const answer = Reflect.apply(target, self, [raw, ...values]) as Promise<unknown>;
      plans.push(answer);
      return answer;
    },
  });
  // The statement's answer is a plan, which is not what its caller expects.
  await run(explaining).catch(() => {});
  return JSON.stringify(await Promise.all(plans));
}
