import { afterAll, expect, test } from 'vitest';
import { mailOfDisabled } from '../../src/app/disabled-mail.ts';
import { outletsOf } from '../../src/app/outlets.ts';
import { inTransaction } from '../../src/platform/db.ts';
import { createSmtpTransport, parseSmtpUrl, type Transport } from '../../src/transport/index.ts';
import { sendDisabledAlerts } from '../../src/webhook/index.ts';
import { disableWebhook } from '../../src/webhook/sql/settle.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { cookieFor, cookieOf, signIn, type SignedInCaller } from '../support/sign-in.ts';
import { startSmtpSink, type SmtpSink } from '../support/smtp-sink.ts';

/**
 * Goal: a link makes whoever holds it the member who was meant, once; and a workspace is never without an
 * owner. Method: the calls of the dashboard, some of them at once.
 */
const server = await startServer({ hasSession: true, trustsProxy: true });
afterAll(server.close);

const PASSWORD = 'correct horse battery';

/** A workspace of its own, with its owner. */
async function workspace(): Promise<SignedInCaller> {
  const { test: side } = await server.newWorkspace();
  return signIn(server, { role: 'owner', workspaceId: side.id });
}
const tokenOf = (link: string): string => new URL(link).hash.slice('#token='.length);
const invite = async (owner: SignedInCaller, email: string, role = 'viewer') => {
  const { status, body } = await owner.call('POST', '/invitations', { email, role });
  expect([status, body]).toEqual([201, expect.objectContaining({ role })]);
  return { id: body.id as string, token: tokenOf(body.link), body };
};
let addresses = 0;
const post = (path: string, body: object) =>
  server.send({
    method: 'POST',
    path: `/api/v1${path}`,
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': `10.2.0.${(addresses += 1)}`,
      origin: server.url,
    },
    body: JSON.stringify(body),
  });
const accept = (token: string, name = 'Eve') =>
  post('/invitations/accept', { token, name, password: PASSWORD });

test('whoever holds the link gets an account with the role, and is signed in', async () => {
  const owner = await workspace();
  const { token, body } = await invite(owner, 'Eve@One.example', 'editor');
  expect(body.link).toMatch(/^https:\/\/milepost\.example\/invitation#token=[\w-]{43}$/);
  expect(body).toMatchObject({ email: 'eve@one.example', emailed: false, invited_by: 'Grace' });
  const lasts = Date.parse(body.expires_at) - Date.parse(body.created_at);
  expect(lasts).toBe(7 * 86_400_000);
  const listed = await owner.call('GET', '/invitations');
  expect(listed.body.data).toMatchObject([{ email: 'eve@one.example', role: 'editor' }]);
  expect(listed.text).not.toContain(token);
  const look = await post('/invitations/look', { token });
  expect(look.body).toEqual({
    email: 'eve@one.example',
    role: 'editor',
    workspace: 'Tidewater',
    is_member: false,
    single_sign_on: null,
  });
  const accepted = await accept(token);
  expect([accepted.status, accepted.body]).toEqual([200, { signed_in: true }]);
  const session = await server.send({
    path: '/api/v1/session',
    headers: { cookie: cookieOf(accepted) },
  });
  expect(session.body.member).toMatchObject({ name: 'Eve', email: 'eve@one.example' });
  expect(session.body.workspaces.map(({ role }: { role: string }) => role)).toEqual([
    'editor',
    'editor',
  ]);
  expect((await owner.call('GET', '/members')).body.data).toMatchObject([
    { name: 'Eve', role: 'editor', two_factor: false },
    { name: 'Grace', role: 'owner' },
  ]);
  expect((await owner.call('GET', '/invitations')).body.data).toEqual([]);
});

test('a link is good once, also for two at once', async () => {
  const owner = await workspace();
  const { token } = await invite(owner, 'twice@one.example');
  const both = await Promise.all([accept(token), accept(token)]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 400]);
  const again = await accept(token);
  expect([again.status, again.body.code]).toEqual([400, 'workspace.invitation_invalid']);
  expect((await owner.call('GET', '/members')).body.data).toHaveLength(2);
});

test('a link ends when it is revoked, replaced or too old', async () => {
  const owner = await workspace();
  const revoked = await invite(owner, 'revoked@one.example');
  expect((await owner.call('POST', `/invitations/${revoked.id}/revoke`)).status).toBe(200);
  const replaced = await invite(owner, 'replaced@one.example');
  const newer = await invite(owner, 'replaced@one.example', 'editor');
  const old = await invite(owner, 'old@one.example');
  await server.db`update invitations set expires_at = db_now() where id = ${old.id}`;
  for (const { token } of [revoked, replaced, old]) {
    for (const answer of [await accept(token), await post('/invitations/look', { token })]) {
      expect([answer.status, answer.body.code]).toEqual([400, 'workspace.invitation_invalid']);
    }
  }
  expect((await accept(newer.token)).status).toBe(200);
});

test('who has an account joins with it: the link changes neither name nor password', async () => {
  const owner = await workspace();
  const known = await signIn(server, { role: 'viewer', name: 'Known' });
  const { token } = await invite(owner, known.email, 'editor');
  expect((await post('/invitations/look', { token })).body.is_member).toBe(true);
  const body = { token, name: 'Mallory', password: 'a password of mine' };
  const answer = await post('/invitations/accept', body);
  expect([answer.status, answer.body]).toEqual([200, { signed_in: false }]);
  expect(answer.headers['set-cookie']).toBeUndefined();
  await cookieFor(server, known.email);
  const { body: session } = await known.call('GET', '/session');
  expect(session.member.name).toBe('Known');
  expect(session.workspaces).toHaveLength(4);
});

test('an account that there is joins by the link alone, a new one needs a name and a password', async () => {
  const owner = await workspace();
  const known = await signIn(server, { role: 'viewer', name: 'Known' });
  const { token } = await invite(owner, known.email, 'viewer');
  const joined = await post('/invitations/accept', { token });
  expect([joined.status, joined.body]).toEqual([200, { signed_in: false }]);
  const fresh = await invite(owner, 'fresh@one.example', 'viewer');
  for (const part of [{}, { name: 'Fresh' }, { password: PASSWORD }]) {
    const refused = await post('/invitations/accept', { token: fresh.token, ...part });
    expect([refused.status, refused.body.code]).toEqual([400, 'workspace.account_incomplete']);
  }
  expect((await accept(fresh.token, 'Fresh')).body).toEqual({ signed_in: true });
});

test('members are not invited again, and nothing is told of members elsewhere', async () => {
  const owner = await workspace();
  const elsewhere = await signIn(server, { role: 'viewer' });
  const again = await owner.call('POST', '/invitations', { email: owner.email, role: 'viewer' });
  expect([again.status, again.body.code]).toEqual([409, 'workspace.already_member']);
  const { body } = await invite(owner, elsewhere.email);
  expect(Object.keys(body).toSorted()).toEqual(
    Object.keys((await invite(owner, 'nobody@one.example')).body).toSorted(),
  );
});

test('the last owner stays, also when two owners demote each other at once', async () => {
  const owner = await workspace();
  for (const [method, body] of [
    ['PATCH', { role: 'editor' }],
    ['DELETE', undefined],
  ] as const) {
    const answer = await owner.call(method, `/members/${owner.id}`, body);
    expect([answer.status, answer.body.code]).toEqual([409, 'workspace.last_owner']);
  }
  for (let round = 0; round < 4; round++) {
    const one = await workspace();
    const sides = await one.call('GET', '/session');
    const workspaceId = sides.body.workspaces[0].id as string;
    const two = await signIn(server, { role: 'owner', workspaceId });
    const answers = await Promise.all([
      one.call('PATCH', `/members/${two.id}`, { role: 'viewer' }),
      two.call('DELETE', `/members/${one.id}`),
    ]);
    const [left] = await server.db<{ owners: number }[]>`
      select count(*)::int as owners from memberships m join workspaces w on w.pair_id = m.pair_id
       where w.id = ${workspaceId} and m.role = 'owner'
    `;
    expect(left?.owners).toBe(1);
    // The other one had no session any more, no right, or was the last.
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
  }
});

/** An endpoint of the test side stops by itself: the owner is mailed of it, once. */
async function toldOfDisabled(
  { v1, db, services }: TestServer,
  { sink, transport, owner }: { sink: SmtpSink; transport: Transport; owner: SignedInCaller },
): Promise<void> {
  const url = 'https://hooks.example/secret-path';
  const { body } = await v1('POST', '/webhooks', { url, event_types: ['*'] });
  await inTransaction(db, (tx) => disableWebhook(tx, { id: body.id, reason: 'gone' }));
  const outlets = outletsOf(services, { lookups: db, transport });
  for (let looks = 0; looks < 2; looks += 1) {
    await sendDisabledAlerts({
      db,
      clock: services.clock,
      secretsOf: async () => [],
      call: async () => ({ kind: 'answered' }),
      mailOwners: (alert) => mailOfDisabled(services, outlets, alert),
    });
  }
  const mails = sink.accepted.filter(({ to }) => to === owner.email);
  expect(mails).toHaveLength(1);
  const told = (mails[0]?.raw ?? Buffer.alloc(0)).toString().replaceAll(/=\r?\n/g, '');
  expect(told).toContain('Subject: Webhook to hooks.example was disabled');
  expect(told).toContain(`${services.publicUrl()}/dashboard/settings/webhooks`);
  expect(told).not.toContain('secret-path');
}

test('where mail of the live side leaves, the link is emailed, and owners are told of a webhook that stopped', async () => {
  const sink = await startSmtpSink({ keepsRaw: true });
  const parsed = parseSmtpUrl(`smtp://127.0.0.1:${sink.port}`);
  if (parsed.kind === 'fault') throw new Error(parsed.message);
  const transport = createSmtpTransport({ server: parsed.server });
  const sending = await startServer({ transport });
  try {
    const owner = await signIn(sending, { role: 'owner', name: 'Grace <b>' });
    const body = { email: 'eve@two.example', role: 'viewer' };
    const invited = await owner.call('POST', '/invitations', body);
    expect([invited.status, invited.body.emailed]).toEqual([201, true]);
    const mail = sink.accepted.find(({ to }) => to === body.email);
    const raw = (mail?.raw ?? Buffer.alloc(0)).toString().replaceAll(/=\r?\n/g, '');
    expect(raw).toContain('Subject: Join Tidewater on Milepost');
    expect(raw.replaceAll('=3D', '=')).toContain(invited.body.link);
    expect(raw).toContain('<p>Grace &lt;b&gt; invites you');
    await toldOfDisabled(sending, { sink, transport, owner });
  } finally {
    await sending.close();
    await sink.close();
  }
});
