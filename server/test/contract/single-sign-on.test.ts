import { afterAll, expect, test } from 'vitest';
import { type Claims, startIdentityProvider } from '../support/identity-provider.ts';
import { startServer } from '../support/server.ts';
import { callerOf, cookieOf, postAuth, signIn } from '../support/sign-in.ts';

/**
 * Goal: by single sign-on get in members, those who were invited, and nobody else. Method: the whole code
 * flow against a provider on this machine, with a browser's cookies kept by hand.
 */
const provider = await startIdentityProvider();
const { issuer, clientId, clientSecret } = provider;
const server = await startServer({
  hasSession: true,
  hasOwnUrl: true,
  oidc: { issuer, clientId, clientSecret, name: 'Tidewater ID' },
});
afterAll(async () => {
  await server.close();
  await provider.close();
});

/** Goes to the provider and comes back; `withState` is what the browser keeps meanwhile. */
async function throughProvider(
  next: typeof provider.next,
  { withState = true }: { withState?: boolean } = {},
): Promise<{ status: number; location: string; cookie: string }> {
  provider.next = next;
  const body = { callbackURL: '/dashboard', errorCallbackURL: '/sign-in' };
  const begun = await postAuth(server, '/sign-in/social', body, { origin: server.url });
  expect(begun.status, begun.text).toBe(200);
  const authorize = new URL(begun.body.url as string);
  expect(authorize.origin).toBe(issuer);
  expect(authorize.searchParams.get('code_challenge_method')).toBe('S256');
  const there = await fetch(authorize, { redirect: 'manual' });
  const back = new URL(there.headers.get('location') ?? '');
  expect(back.origin + back.pathname).toBe(`${server.url}/api/auth/callback/oidc`);
  const answer = await server.send({
    path: back.pathname + back.search,
    // As a browser that comes from another site.
    headers: { 'sec-fetch-site': 'cross-site', cookie: withState ? cookieOf(begun) : '' },
  });
  return {
    status: answer.status,
    location: answer.headers.location ?? '',
    cookie: cookieOf(answer),
  };
}

const claimsOf = (email: string, more: Partial<Claims> = {}): { claims: Claims } => ({
  claims: { sub: `at-provider-${email}`, email, email_verified: true, name: 'Grace', ...more },
});
const roleOf = async (cookie: string): Promise<string | undefined> =>
  (await callerOf(server, cookie, server.test.id)('GET', '/session')).body.workspaces?.[0]?.role;

async function expectRefused(going: ReturnType<typeof throughProvider>): Promise<string> {
  const { status, location, cookie } = await going;
  expect(status).toBe(302);
  expect(location).toContain('/sign-in?error=');
  expect(cookie).not.toContain('session_token');
  return new URL(location, server.url).searchParams.get('error') ?? '';
}

test('the page of signing in learns that there is single sign-on', async () => {
  const { body } = await server.send({ path: '/api/v1/session' });
  expect(body.details).toEqual({ single_sign_on: 'Tidewater ID' });
});

test('a member gets in, as who they are', async () => {
  const member = await signIn(server, { role: 'editor' });
  const went = await throughProvider(claimsOf(member.email));
  expect([went.status, went.location]).toEqual([302, '/dashboard']);
  const { body } = await callerOf(server, went.cookie, server.test.id)('GET', '/session');
  expect(body.member.id).toBe(member.id);
  expect(await roleOf(went.cookie)).toBe('editor');
});

test('who was invited becomes a member, with the role of the invitation, which is used up', async () => {
  const owner = await signIn(server, { role: 'owner' });
  const email = 'invited@tidewater.example';
  await owner.call('POST', '/invitations', { email: 'Invited@tidewater.example', role: 'viewer' });
  const { cookie, location } = await throughProvider(claimsOf(email));
  expect(location).toBe('/dashboard');
  expect(await roleOf(cookie)).toBe('viewer');
  expect((await owner.call('GET', '/invitations')).body.data).toEqual([]);
  // The next time as well.
  expect(await roleOf((await throughProvider(claimsOf(email))).cookie)).toBe('viewer');
});

test('nobody else gets in, and leaves no trace', async () => {
  const email = 'stranger@tidewater.example';
  expect(await expectRefused(throughProvider(claimsOf(email)))).toBe('NOT_INVITED');
  expect(await server.db`select 1 from members where email = ${email}`).toHaveLength(0);
  expect(await server.db`select 1 from member_accounts where subject like ${`%${email}`}`).toEqual(
    [],
  );
});

test('an address that the provider has not verified is nobody’s', async () => {
  const member = await signIn(server, { role: 'owner' });
  for (const email_verified of [false, undefined]) {
    const { claims } = claimsOf(member.email);
    const { email_verified: _, ...rest } = claims;
    const said = email_verified === undefined ? rest : { ...rest, email_verified };
    await expectRefused(throughProvider({ claims: said }));
  }
});

test('what was signed for others, or for another browser, opens nothing', async () => {
  const member = await signIn(server, { role: 'owner' });
  const said = claimsOf(member.email);
  for (const tampers of [{ aud: 'another' }, { iss: 'https://evil.example' }, { nonce: 'old' }]) {
    await expectRefused(throughProvider({ ...said, tampers }));
  }
  await expectRefused(throughProvider(said, { withState: false }));
});

test('the way back leads to pages of ours only', async () => {
  for (const [name, text] of [
    ['callbackURL', 'https://evil.example/'],
    ['errorCallbackURL', '//evil.example/'],
    ['newUserCallbackURL', '/\\\\evil.example/'],
    ['callbackURL', 7],
  ]) {
    const body = { [String(name)]: text };
    const answer = await postAuth(server, '/sign-in/social', body, { origin: server.url });
    expect([name, text, answer.status, answer.body.code]).toEqual([
      name,
      text,
      400,
      'session.way_back',
    ]);
  }
});

test('who was removed stays out', async () => {
  const owner = await signIn(server, { role: 'owner' });
  const member = await signIn(server, { role: 'editor' });
  const said = claimsOf(member.email);
  expect((await throughProvider(said)).location).toBe('/dashboard');
  await owner.call('DELETE', `/members/${member.id}`);
  expect(await expectRefused(throughProvider(said))).toBe('NOT_INVITED');
});

test('tokens of the provider are not kept', async () => {
  const rows = await server.db`
    select access_token, refresh_token, id_token from member_accounts where provider = 'oidc'
  `;
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) expect(Object.values(row)).toEqual([null, null, null]);
});
