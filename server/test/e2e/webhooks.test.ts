import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeBrowser, dashboardDir, openDashboard } from '../support/dashboard.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { isSigned, startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

/**
 * Goal: an owner adds an endpoint, tests it, and looks at what it got. Method: a whole server, a
 * receiver, and a real browser.
 */
let server: TestServer;
let receiver: WebhookReceiver;

beforeAll(async () => {
  server = await startServer({ dashboardDir: dashboardDir(), hasOwnUrl: true });
  receiver = await startReceiver(({ type }) => (type === 'message.bounced' ? 500 : 204));
});

afterAll(async () => {
  await closeBrowser();
  await receiver?.close();
  await server?.close();
});

const PATH = '/dashboard/settings/webhooks';

test('an endpoint is added, tested, read about, and removed', async () => {
  const { page, close } = await openDashboard(server, { path: PATH });
  await page.getByText('No endpoint yet').waitFor();
  await page.getByRole('button', { name: 'Add an endpoint' }).click();
  await page.getByLabel('URL').fill(receiver.url);
  await page.getByRole('checkbox', { name: 'user.created' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Copy its secret now').waitFor();
  const secret = await page.getByText(/^whsec_/).innerText();
  await page.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('button', { name: 'Test…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Type').selectOption('message.bounced');
  await dialog.getByRole('button', { name: 'Send' }).click();
  const log = page.getByRole('region', { name: 'Log' });
  await log.getByText('message.bounced').waitFor();
  await log.getByText('answered 500').first().waitFor();
  await server.sdk('/users/identify', { user_id: 'ada' });
  await log.getByText('user.created').waitFor({ timeout: 20_000 });
  await log.getByText('answered 204').first().waitFor({ timeout: 20_000 });
  expect(receiver.seen.every((call) => isSigned(call, secret))).toBe(true);

  await log.getByText('message.bounced').click();
  await log.getByText(/Next attempt/).waitFor();
  await page.getByRole('button', { name: /^More for/ }).click();
  await page.getByRole('menuitem', { name: 'Remove…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('No endpoint yet').waitFor();
  await close();
}, 40_000);

test('who is no owner sees no endpoint', async () => {
  const { page, close } = await openDashboard(server, { path: PATH, role: 'editor' });
  await page.getByText('Only owners see webhooks').waitFor();
  await close();
});
