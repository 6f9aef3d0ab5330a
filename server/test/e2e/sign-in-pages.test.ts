import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReset } from '../../src/workspace/index.ts';
import {
  closeBrowser,
  dashboardDir,
  openDashboard,
  sharedBrowser,
  soon,
} from '../support/dashboard.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { addMember, PASSWORD, signIn } from '../support/sign-in.ts';
import { totp } from '../support/totp.ts';

/**
 * Goal: people get in by the ways that there are, and nobody else does. Method: a whole server, and a
 * real browser on the pages of who is not signed in.
 */
let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  server = await startServer({ dashboardDir: dashboardDir(), hasOwnUrl: true, trustsProxy: true });
  browser = await sharedBrowser();
});

afterAll(async () => {
  await closeBrowser();
  await server?.close();
});

let addresses = 0;

/** A browser of nobody yet, at an address of its own. */
async function stranger(path: string): Promise<Page> {
  addresses += 1;
  const context = await browser.newContext({
    locale: 'en-GB',
    extraHTTPHeaders: { 'x-forwarded-for': `10.9.0.${addresses}` },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(server.url + path);
  return page;
}

async function enter(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

const isHome = (page: Page): Promise<void> =>
  page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Signed in as/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

test('the link of the first run makes an owner, who signs out and in again', async () => {
  const page = await stranger('/dashboard/people');
  await page.getByText('Nobody has an account yet').waitFor();
  expect(new URL(page.url()).pathname).toBe('/sign-in');
  await page.goto(`${server.url}/setup`);
  await page.getByText('Open the link that the server printed').waitFor();

  const link = `${server.url}/setup#token=${server.setupToken}`;
  await page.goto('about:blank');
  await page.goto(link);
  await page.getByLabel('Your name').fill('Ada Lovelace');
  await page.getByLabel('Email').fill('ada@tidewater.example');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Set up' }).click();
  await isHome(page);
  await signOut(page);

  await enter(page, 'ada@tidewater.example', 'not the password');
  await page
    .getByRole('alert')
    .filter({ hasText: /password/i })
    .waitFor();
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await isHome(page);

  const late = await stranger(`/setup#token=${server.setupToken}`);
  await late.getByLabel('Your name').fill('Mallory');
  await late.getByLabel('Email').fill('mallory@elsewhere.example');
  await late.getByLabel('Password').fill(PASSWORD);
  await late.getByRole('button', { name: 'Set up' }).click();
  await late.getByRole('alert').filter({ hasText: 'There is an owner already' }).waitFor();
});

test('signing in leads back to the page that was asked for', async () => {
  const { email } = await addMember(server.db, { workspaceId: server.test.id, role: 'viewer' });
  const page = await stranger(`/dashboard/people?w=${server.test.id}`);
  await enter(page, email);
  await page.getByRole('heading', { name: 'People', level: 1 }).waitFor();
});

test('a second factor is switched on with a code, and asked for; a backup code works once', async () => {
  const { email } = await addMember(server.db, { workspaceId: server.test.id, role: 'editor' });
  const page = await stranger('/sign-in?next=%2Fdashboard%2Fsettings%2Faccount');
  await enter(page, email);
  const factor = page.getByRole('region', { name: 'Second factor', exact: true });
  await factor.getByLabel('Your password').fill('not the password');
  await factor.getByRole('button', { name: 'Set up' }).click();
  await factor.getByRole('alert').waitFor();
  await factor.getByLabel('Your password').fill(PASSWORD);
  await factor.getByRole('button', { name: 'Set up' }).click();
  await factor.getByRole('img', { name: 'QR code of the secret' }).waitFor();
  const secret = (await factor.locator('code').first().textContent()) ?? '';
  const codes = (await factor.locator('pre').textContent())?.trim().split('\n') ?? [];
  expect([secret.length >= 32, codes.length]).toEqual([true, 10]);
  await factor.getByLabel('The code that your app shows now').fill('000000');
  await factor.getByRole('button', { name: 'Switch on' }).click();
  await factor.getByRole('alert').waitFor();
  await factor.getByLabel('The code that your app shows now').fill(totp(secret));
  await factor.getByRole('button', { name: 'Switch on' }).click();
  await factor.getByText('on', { exact: true }).waitFor();
  await factor.getByRole('button', { name: 'Switch off' }).waitFor();

  await signOut(page);
  await enter(page, email);
  await page.getByRole('heading', { name: 'Second factor' }).waitFor();
  await page.getByLabel('Code').fill(totp(secret));
  await page.getByRole('button', { name: 'Go on' }).click();
  await isHome(page);

  for (const isFirst of [true, false]) {
    const other = await stranger('/sign-in');
    await enter(other, email);
    await other.getByRole('button', { name: 'Use a backup code' }).click();
    await other.getByLabel('Backup code').fill(codes[0] ?? '');
    await other.getByRole('button', { name: 'Go on' }).click();
    await (isFirst ? isHome(other) : other.getByRole('alert').waitFor());
    await other.context().close();
  }
});

test('an invitation makes an account, and one that there is joins with its own', async () => {
  const owner = await openDashboard(server, { path: '/dashboard/settings/members' });
  const invite = async (email: string): Promise<string> => {
    const part = owner.page.getByRole('region', { name: 'Invitations', exact: true });
    await part.getByLabel('Email').fill(email);
    await part.getByLabel('Role').selectOption('viewer');
    await part.getByRole('button', { name: 'Invite' }).click();
    const told = owner.page.getByRole('status').filter({ hasText: `${email} is invited` });
    return (await told.locator('code').textContent()) ?? '';
  };
  const fresh = await stranger(
    new URL(await invite('eve@tidewater.example')).href.slice(server.url.length),
  );
  await fresh.getByText('As viewer, with eve@tidewater.example.').waitFor();
  await fresh.getByLabel('Your name').fill('Eve');
  await fresh.getByLabel('Password').fill('short');
  await fresh.getByRole('button', { name: 'Join' }).click();
  expect(new URL(fresh.url()).pathname).toBe('/invitation');
  await fresh.getByLabel('Password').fill(PASSWORD);
  await fresh.getByRole('button', { name: 'Join' }).click();
  await isHome(fresh);
  // Live: nobody loads the page again.
  await owner.page.getByRole('cell', { name: /^Eve/ }).waitFor();

  const elsewhere = await server.newWorkspace();
  const known = await addMember(server.db, { workspaceId: elsewhere.test.id, role: 'owner' });
  const link = await invite(known.email);
  const page = await stranger(link.slice(server.url.length));
  await page.getByRole('heading', { name: /^Join / }).waitFor();
  expect(await page.getByLabel('Password').count()).toBe(0);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await enter(page, known.email);
  await isHome(page);

  const again = await stranger(link.slice(server.url.length));
  await again.getByText('This invitation was used, revoked or is too old').waitFor();
  await owner.close();
});

test('a reset link gives a new password, and ends every session', async () => {
  const member = await signIn(server, { role: 'editor' });
  const { token } = await createReset(server.db, {
    email: member.email,
    dropsSecondFactor: false,
    now: new Date(),
  });
  const open = await openDashboard(server, { member });
  await isHome(open.page);
  const page = await stranger(`/reset-password#token=${token}`);
  await page.getByLabel('New password').fill('quite another password');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Your password is changed').waitFor();
  await open.page.reload();
  await open.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await enter(page, member.email, 'quite another password');
  await isHome(page);
  const used = await stranger(`/reset-password#token=${token}`);
  await used.getByLabel('New password').fill('yet another password');
  await used.getByRole('button', { name: 'Change password' }).click();
  await used.getByRole('alert').filter({ hasText: 'This link was used' }).waitFor();
  await open.close();
});

test('sessions are listed, and one that is ended is out at once', async () => {
  const { email } = await addMember(server.db, { workspaceId: server.test.id, role: 'viewer' });
  const lost = await stranger('/sign-in');
  await enter(lost, email);
  await isHome(lost);
  const page = await stranger('/sign-in?next=%2Fdashboard%2Fsettings%2Faccount');
  await enter(page, email);
  const sessions = page.getByRole('table').filter({ hasText: 'Last used' });
  await sessions.getByText('this one').waitFor();
  expect(await sessions.getByText(/Chrome on Linux/).count()).toBe(2);
  await sessions.getByRole('button', { name: /^Sign out/ }).click();
  await soon(() => sessions.getByText(/Chrome on Linux/).count()).toBe(1);
  // Its stream ends, and it learns that it is nobody any more.
  await lost.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('a viewer sees everything and is offered no change', async () => {
  const { page, close } = await openDashboard(server, {
    role: 'viewer',
    path: '/dashboard/series',
  });
  await page.getByText('No series yet').waitFor();
  expect(await page.getByRole('button', { name: 'New series' }).count()).toBe(0);
  const settings = async (section: string, words: string | RegExp): Promise<void> => {
    await page.goto(`${server.url}/dashboard/settings/${section}?w=${server.test.id}`);
    await page.getByText(words).first().waitFor();
  };
  await settings('keys', 'Only owners make and revoke keys.');
  expect(await page.getByRole('button', { name: /^(New|Rotate|Revoke)/ }).count()).toBe(0);
  await settings('general', 'Editors and owners change this.');
  expect(await page.getByLabel('Name', { exact: true }).isDisabled()).toBe(true);
  await settings('webhooks', 'Only owners see webhooks');
  await settings('audit', 'Editors and owners read the audit log');
  await settings('members', 'Owners do everything');
  expect(await page.getByRole('button', { name: /^(Invite|Remove)/ }).count()).toBe(0);
  await close();
});
