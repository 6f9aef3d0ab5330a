import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeBrowser, dashboardDir, openDashboard, soon } from '../support/dashboard.ts';
import { startDnsZone, type DnsZone } from '../support/dns-zone.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { signIn, type SignedInCaller } from '../support/sign-in.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';

/**
 * Goal: an owner sets a workspace up by hand, sees what the server says to it, and who changed what.
 * Method: a whole server with a name server beside it, and a real browser.
 */
let server: TestServer;
let zone: DnsZone;
let owner: SignedInCaller;

beforeAll(async () => {
  zone = await startDnsZone();
  server = await startServer({
    dashboardDir: dashboardDir(),
    hasOwnUrl: true,
    resolver: zone.resolver,
  });
  owner = await signIn(server, { role: 'owner', name: 'Ada', email: 'ada@tidewater.example' });
});

afterAll(async () => {
  await closeBrowser();
  await server?.close();
  await zone?.close();
});

const open = (section: string, workspaceId = server.test.id) =>
  openDashboard(server, { member: owner, path: `/dashboard/settings/${section}`, workspaceId });

const block = (page: Page, name: string) => page.getByRole('region', { name, exact: true }).first();

const isSaved = (page: Page) => page.getByText('Saved', { exact: true }).first().waitFor();

test('a secret key is shown once, rotated with an overlap, and revoked', async () => {
  const { page, close } = await open('keys');
  const part = block(page, 'Secret keys');
  const made = page.getByRole('status').filter({ hasText: 'Copy it now' });
  const shown = async (): Promise<string> => (await made.locator('code').textContent()) ?? '';
  const status = async (key: string): Promise<number> =>
    (await server.v1('GET', '/series', undefined, { key })).status;

  await part.getByRole('button', { name: 'New secret key' }).click();
  await made.waitFor();
  const first = await shown();
  expect([first.startsWith('mp_sk_test_'), await status(first)]).toEqual([true, 200]);
  await made.getByRole('button', { name: 'Done' }).click();
  expect(await page.getByText(first).count()).toBe(0);
  await page.reload();
  await part.getByRole('button', { name: `Rotate …${first.slice(-4)}` }).click();
  await made.waitFor();
  const second = await shown();
  expect(second).not.toBe(first);
  expect(await page.getByText(first).count()).toBe(0);
  expect([await status(first), await status(second)]).toEqual([200, 200]);

  await part.getByRole('button', { name: `Revoke …${first.slice(-4)}` }).click();
  const asked = page.getByRole('dialog');
  await asked.getByText('Calls with it are refused at once').waitFor();
  await asked.getByRole('button', { name: 'Revoke', exact: true }).click();
  await asked.waitFor({ state: 'detached' });
  await part.getByText('revoked').waitFor();
  expect([await status(first), await status(second)]).toEqual([401, 200]);
  await close();
});

test('identity verification is switched on, and the tester says what is wrong with a token', async () => {
  const { page, close } = await open('identity');
  await page.getByLabel('Require a token with calls of widget keys').check();
  await block(page, 'Identity verification').getByRole('button', { name: 'Save' }).click();
  await isSaved(page);
  const identify = () =>
    server.sdk('/users/identify', { user_id: 'ada-1', traits: { email: 'a@b.example' } });
  expect((await identify()).status).toBe(403);
  for (const name of ['Python', 'Ruby', 'PHP', 'Go', 'Node.js']) {
    await page.getByRole('tab', { name }).click();
    await page.getByRole('tabpanel').getByText('MILEPOST_IDENTITY_SECRET').waitFor();
  }

  await page
    .getByLabel('Token', { exact: true })
    .fill(tokenOf('ada-1', server.test.identitySecret));
  await page.getByLabel('User ID').fill('ada-1');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  const verdict = block(page, 'Test a token').getByRole('status');
  await verdict.getByText('This token is accepted').waitFor();
  expect(await verdict.getByRole('img', { name: 'wrong' }).count()).toBe(0);
  await page.getByLabel('User ID').fill('grace-2');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await verdict.getByText('This token is refused').waitFor();
  expect(await verdict.getByRole('img', { name: 'wrong' }).count()).toBe(1);
  await page.getByLabel('Token', { exact: true }).fill(tokenOf('grace-2', 'not the secret'));
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  const wrong = verdict
    .getByRole('listitem')
    .filter({ has: page.getByRole('img', { name: 'wrong' }) });
  await wrong.filter({ hasText: /secret/i }).waitFor();

  await page.getByLabel('Require a token with calls of widget keys').uncheck();
  await block(page, 'Identity verification').getByRole('button', { name: 'Save' }).click();
  await soon(async () => (await identify()).status).toBe(200);
  await close();
});

/** As an application signs it. */
function tokenOf(userId: string, secret: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const head = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ user_id: userId, exp })}`;
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
}

test('a sender and its domain are added, and the DNS is shown record by record', async () => {
  const { page, close } = await open('senders', server.live.id);
  const senders = block(page, 'Senders');
  await senders.getByLabel('Name').fill('Ada of Tidewater');
  await senders.getByLabel('Address').fill('ada@tidewater.example');
  await senders.getByRole('button', { name: 'Add sender' }).click();
  await senders.getByRole('row', { name: /Ada of Tidewater/ }).waitFor();

  const domains = block(page, 'Domains');
  await domains.getByLabel('Domain').fill('tidewater.example');
  await domains.getByRole('button', { name: 'Add domain' }).click();
  const card = domains.getByRole('article').filter({ hasText: 'tidewater.example' });
  await card
    .getByRole('button', { name: /^Copy the value of/ })
    .first()
    .waitFor();
  const { body } = await owner.call('GET', '/sender_domains', undefined, {
    'milepost-workspace': server.live.id,
  });
  const { id } = body.data[0];
  const { body: domain } = await owner.call('GET', `/sender_domains/${id}`, undefined, {
    'milepost-workspace': server.live.id,
  });
  const records = domain.records as { type: string; name: string; value: string | null }[];
  const dkim = records.filter(({ name }) => name.includes('_domainkey'));
  expect(dkim.length).toBeGreaterThan(0);
  for (const { name, value } of dkim) zone.names.set(name, { txt: [value ?? ''] });
  zone.names.set('tidewater.example', { txt: ['v=spf1 -all'] });
  zone.names.set('_dmarc.tidewater.example', { txt: ['v=DMARC1; p=quarantine'] });
  await card.getByRole('button', { name: 'Check now' }).click();
  await card.getByText(/^looked at/).waitFor();
  for (const { name } of dkim) {
    const record = card.getByRole('listitem').filter({ hasText: name });
    await record.getByText('right', { exact: true }).waitFor();
  }
  // Another look is worth it after a few seconds only.
  await server.db`update sender_domains set checked_at = checked_at - interval '1 minute'`;
  zone.names.delete(dkim[0]?.name ?? '');
  await card.getByRole('button', { name: 'Check now' }).click();
  const gone = card.getByRole('listitem').filter({ hasText: dkim[0]?.name ?? '' });
  await gone.getByText('missing', { exact: true }).waitFor();
  await close();
});

test('a transport is added, checked, edited without typing its secret again, and removed', async () => {
  const sink = await startSmtpSink();
  const { page, close } = await open('transports', server.live.id);
  await page.getByRole('button', { name: 'Add a transport' }).click();
  const form = page.getByRole('form', { name: 'New transport' });
  await form.getByLabel('Kind').selectOption({ label: 'SMTP' });
  await form.getByLabel('Name', { exact: true }).fill('Main relay');
  await form.getByLabel('SMTP URL').fill('https://relay.tidewater.example');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByRole('alert').waitFor();
  await form.getByLabel('SMTP URL').fill(`smtp://127.0.0.1:${sink.port}`);
  await form.getByRole('button', { name: 'Save' }).click();
  const card = page.getByRole('article').filter({ hasText: 'Main relay' });
  await card.getByText('set, and not shown').waitFor();
  await card.getByRole('button', { name: 'Check' }).click();
  await card.getByText(/^It would take mail now/).waitFor();

  await card.getByRole('button', { name: 'Edit Main relay' }).click();
  const edit = page.getByRole('form', { name: 'Transport Main relay' });
  expect(await edit.getByLabel('SMTP URL').inputValue()).toBe('');
  await edit.getByLabel('Name', { exact: true }).fill('First relay');
  await edit.getByLabel('Emails a second at most').fill('5');
  await edit.getByRole('button', { name: 'Save' }).click();
  const renamed = page.getByRole('article').filter({ hasText: 'First relay' });
  await renamed.getByText('5 emails a second').waitFor();
  await renamed.getByRole('button', { name: 'Check' }).click();
  await renamed.getByText(/^It would take mail now/).waitFor();

  await renamed.getByRole('button', { name: 'Remove First relay' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByText('No transport yet').waitFor();
  await close();
  await sink.close();
});

test('what is saved is kept, and a fault that the server finds is told where it was made', async () => {
  const { page, close } = await open('branding');
  await page.getByLabel('Colour', { exact: true }).fill('#7a3e9d');
  await page.getByLabel('Footer').fill('You have an account with Tidewater.');
  const sample = page.getByRole('figure', { name: 'Sample' });
  await sample.getByText('You have an account with Tidewater.').waitFor();
  const button = sample.getByText('Open the invoice');
  expect(await button.getAttribute('style')).toContain('rgb(122, 62, 157)');
  await page.getByRole('button', { name: 'Save' }).click();
  await isSaved(page);
  const { body } = await owner.call('GET', '/settings');
  expect(body.brand).toMatchObject({ colour: '#7a3e9d' });

  await page.getByRole('link', { name: 'General' }).click();
  const workspace = block(page, 'Workspace');
  await workspace.getByLabel('Time zone').fill('Europe/Atlantis');
  await workspace.getByRole('button', { name: 'Save' }).click();
  await workspace.getByRole('alert').filter({ hasText: 'timezone' }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(1);
  await workspace.getByLabel('Time zone').fill('Asia/Tokyo');
  await workspace.getByRole('button', { name: 'Save' }).click();
  await workspace.getByRole('alert').waitFor({ state: 'detached' });
  await soon(async () => (await owner.call('GET', '/settings')).body.timezone).toBe('Asia/Tokyo');
  await close();
});

test('the webhook secret is rotated, the clock moved, and the audit log has it all', async () => {
  const { page, close } = await open('webhooks');
  await page.getByRole('button', { name: 'Show the secret' }).click();
  const secret = page.locator('code').filter({ hasText: 'whsec_' });
  const before = await secret.textContent();
  await page.getByRole('button', { name: 'Rotate…' }).click();
  await page.getByRole('dialog').getByText('24 hours').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate', exact: true }).click();
  await soon(() => secret.textContent()).not.toBe(before);

  await page.getByRole('link', { name: 'Test clock' }).click();
  await page.getByText('Mon 24 Mar 2025').waitFor();
  await page.getByRole('button', { name: '+1 day' }).click();
  await page.getByText('Tue 25 Mar 2025').waitFor();

  await page.getByRole('link', { name: 'Audit log' }).click();
  const log = block(page, 'Audit log');
  const entry = log.getByRole('listitem').filter({ hasText: 'settings.change' });
  await entry.filter({ hasText: 'by Ada' }).first().waitFor();
  for (const action of ['key.create', 'key.rotate', 'key.revoke', 'test_clock.advance']) {
    await log.getByText(action, { exact: true }).first().waitFor();
  }
  expect(await log.getByText(/mp_sk_test_/).count()).toBe(0);
  await log.getByLabel('Action').fill('settings.change');
  await log.getByText('key.create', { exact: true }).first().waitFor({ state: 'detached' });
  await entry.first().getByText('settings.change').click();
  const row = entry.first().getByRole('row', { name: /timezone/ });
  expect(await row.getByRole('cell').allTextContents()).toEqual(['UTC', 'Asia/Tokyo']);

  const saving = page.waitForEvent('download');
  await log.getByRole('button', { name: 'Export' }).click();
  const file = await saving;
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
  const actions = new Set(lines.map((line) => (JSON.parse(line) as { action: string }).action));
  expect([...actions]).toEqual(['settings.change']);
  await close();
});
