import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeBrowser, dashboardDir, openDashboard } from '../support/dashboard.ts';
import { newUser } from '../support/series.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * Goal: somebody makes a list, puts people on it, takes it out of use; and keeps mail from addresses.
 * Method: a whole server, and a real browser.
 */
let server: TestServer;
let people: readonly string[];

beforeAll(async () => {
  server = await startServer({ dashboardDir: dashboardDir(), hasOwnUrl: true });
  people = [await newUser(server), await newUser(server), await newUser(server)];
});

afterAll(async () => {
  await closeBrowser();
  await server?.close();
});

test('a list is made, gets people from a CSV, is exported, archived, and brought back', async () => {
  const { page, close } = await openDashboard(server, { path: '/dashboard/lists' });
  await page.getByText('No list yet').waitFor();
  await page.getByRole('button', { name: 'New list' }).click();
  await page.getByLabel('Name').fill('Product news');
  await page.getByLabel('Double opt-in').uncheck();
  await page.getByRole('button', { name: 'Make the list' }).click();
  await page.getByRole('heading', { level: 1, name: 'Product news' }).waitFor();

  await page.getByRole('button', { name: 'Add people' }).click();
  await page.getByLabel('Their ids').fill(`user_id\n${people.join('\n')}\nnobody`);
  await page.getByRole('button', { name: 'Add 4 people' }).click();
  await page.getByText('3 people added').waitFor();
  await page.getByText('1 ids are nobody’s.').waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect.poll(() => page.getByRole('row').count()).toBe(4);

  await page.getByRole('button', { name: `Take off ${people[0]}@example.com` }).click();
  await expect.poll(() => page.getByRole('row').count()).toBe(3);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ]);
  const csv = await readFile(await download.path(), 'utf8');
  expect(csv.split('\r\n')).toHaveLength(4);
  expect(csv).toContain(`${people[1]},${people[1]}@example.com,subscribed`);

  await page.getByRole('button', { name: 'Archive' }).click();
  await page.getByText('2 people on it get them no more').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
  await page.getByText('Archived: no mail of it leaves').waitFor();
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await page.getByRole('button', { name: 'Archive' }).waitFor();
  await close();
});

test('the email of a double opt-in gets words of its own, and goes back', async () => {
  const body = { name: 'Tips', kind: 'opt_in', double_opt_in: true };
  const { id } = (await server.v1('POST', '/lists', body)).body;
  const path = `/dashboard/lists/${id}?tab=confirmation`;
  const { page, close } = await openDashboard(server, { path });
  await page.getByLabel('Subject').fill('One click more for {{ event.list }}');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('This list has an email of its own.').waitFor();
  const own = (await server.v1('GET', `/lists/${id}/confirmation`)).body;
  expect([own.subject, own.is_default]).toEqual(['One click more for {{ event.list }}', false]);
  await page.getByRole('button', { name: 'Back to the standard email' }).click();
  await page.getByText('This is the email that comes with Milepost.').waitFor();
  await close();
});

test('addresses are suppressed by hand and by CSV, found, and let go with a note', async () => {
  const { page, close } = await openDashboard(server, { path: '/dashboard/suppressions' });
  await page.getByText('Nobody is suppressed').waitFor();
  await page.getByRole('button', { name: 'Suppress…' }).click();
  await page.getByLabel('Email address, or id of a person').fill('gone@example.com');
  await page.getByLabel('Note').fill('Told us by phone');
  await page.getByRole('button', { name: 'Suppress', exact: true }).click();
  await page.getByRole('cell', { name: /^gone@example.com/ }).waitFor();

  await page.getByRole('button', { name: 'Import…' }).click();
  await page.getByLabel('CSV', { exact: true }).fill('a@example.com\nb@example.com\nno address');
  await page.getByRole('button', { name: 'Import 3 lines' }).click();
  await page.getByText('2 suppressed, 0 were already').waitFor();
  await page.getByText(/^Line \d/).waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect.poll(() => page.getByRole('row').count()).toBe(4);

  await page.getByLabel('Find by how the address begins').fill('gone');
  await expect.poll(() => page.getByRole('row').count()).toBe(2);
  await page.getByRole('button', { name: 'Remove gone@example.com' }).click();
  await page.getByLabel('Why').fill('Wrong number');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('None matches').waitFor();
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await page.getByRole('cell', { name: /^gone@example.com/ }).waitFor();
  await close();
});

test('a viewer reads lists and suppressions, and changes neither', async () => {
  const lists = await openDashboard(server, { role: 'viewer', path: '/dashboard/lists' });
  await lists.page.getByRole('link', { name: /Product news/ }).waitFor();
  expect(await lists.page.getByRole('button', { name: 'New list' }).count()).toBe(0);
  await lists.close();
  const path = '/dashboard/suppressions';
  const suppressions = await openDashboard(server, { role: 'viewer', path });
  await suppressions.page.getByRole('cell', { name: /^a@example.com/ }).waitFor();
  expect(
    await suppressions.page.getByRole('button', { name: /Remove|Suppress…|Import/ }).count(),
  ).toBe(0);
  await suppressions.close();
});
