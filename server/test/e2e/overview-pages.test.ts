import { readFile } from 'node:fs/promises';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeBrowser, dashboardDir, openDashboard, soon } from '../support/dashboard.ts';
import { activeSeries } from '../support/series.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { signIn, type SignedInCaller } from '../support/sign-in.ts';

/**
 * Goal: whoever comes in sees how things are, finds a series, makes one from a starter, reads what came
 * of the mail, and what is to come. Method: a whole server, and a real browser.
 */
let server: TestServer;
let owner: SignedInCaller;

beforeAll(async () => {
  server = await startServer({
    dashboardDir: dashboardDir(),
    hasOwnUrl: true,
    settings: { timezone: 'Europe/Berlin' },
  });
  owner = await signIn(server, { role: 'owner' });
});

afterAll(async () => {
  await closeBrowser();
  await server?.close();
});

async function call(path: string, body?: object, method = 'POST') {
  const answer = await server.v1(method, path, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}

async function identify(userId: string, more: object = {}): Promise<void> {
  const answer = await server.sdk('/users/identify', {
    user_id: userId,
    traits: { email: `${userId}@example.com`, ...more },
  });
  expect(answer.status, answer.text).toBe(200);
}

const open = (path: string) => openDashboard(server, { member: owner, path });

const contentOf = async (download: Download): Promise<string[]> =>
  (await readFile(await download.path(), 'utf8')).trim().split(/\r?\n/);

/** The rows of a table, cell by cell, without the head. */
const rowsOf = async (page: Page, name: string): Promise<string[][]> => {
  const rows = await page.getByRole('region', { name, exact: true }).getByRole('row').all();
  const cells = await Promise.all(rows.slice(1).map((row) => row.locator('td').allTextContents()));
  return cells.map((texts) => texts.map((text) => text.trim()));
};

test('home ticks the first steps as they are done, and says what needs attention', async () => {
  const { page, close } = await open('/dashboard');
  const step = (name: string) =>
    page
      .getByRole('region', { name: 'First steps' })
      .getByRole('listitem')
      .filter({ hasText: name });
  const isDone = (name: string) => step(name).getByRole('img', { name: 'done' }).waitFor();
  await step('Identify a user').getByRole('img', { name: 'to do' }).waitFor();
  const health = page.getByRole('region', { name: 'Health' });
  await health.getByText('1 is working').waitFor();
  await health.getByText('on time').waitFor();
  await page.getByText('Nothing. Every series does what it should.').waitFor();

  await identify('ada-1', { name: 'Ada' });
  await isDone('Identify a user');
  const id = await activeSeries(server, { name: 'Welcome' });
  await call(`/series/${id}/enroll`, { users: ['ada-1'] });
  await isDone('Enroll yourself');
  await call('/test_clock/advance', { by: { days: 2 } });
  await isDone('Fast-forward the test clock');
  await step('Go live').getByRole('img', { name: 'to do' }).waitFor();

  const draft = await call(`/series/${id}`, undefined, 'GET');
  await call(`/series/${id}`, { ...changed(draft) }, 'PUT');
  const concern = page.getByRole('region', { name: 'Needs attention' }).getByRole('listitem');
  await concern.filter({ hasText: 'The draft has changes that are not published' }).waitFor();
  await concern.getByRole('link', { name: 'Welcome' }).click();
  await page.getByRole('heading', { name: 'Welcome', level: 1 }).waitFor();
  await close();
});

/** A draft with another subject. */
const changed = ({ name, settings, steps }: Record<string, unknown>) => ({
  name,
  settings,
  steps: (steps as object[]).map((step, index) =>
    index === 0 ? { ...step, subject: 'New' } : step,
  ),
});

test('series are found, made from a starter, duplicated, deleted and archived with their counts', async () => {
  const id = await activeSeries(server, { name: 'Renewal' });
  await identify('grace-2');
  await identify('linus-3');
  await call(`/series/${id}/enroll`, { users: ['grace-2', 'linus-3'] });
  const { page, close } = await open('/dashboard/series');
  const row = (name: string) => page.getByRole('row').filter({ hasText: name });
  await soon(() => row('Renewal').getByRole('cell').nth(2).textContent()).toBe('2');
  await page.getByLabel('Find by name').fill('renew');
  await row('Welcome').waitFor({ state: 'detached' });
  await row('Renewal').waitFor();
  await page.getByLabel('Find by name').fill('nothing like it');
  await page.getByText('No series matches').waitFor();
  await page.getByLabel('Find by name').fill('');

  await page.getByRole('button', { name: 'New series' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Win-back/ })
    .click();
  await page.getByRole('heading', { name: 'Win-back', level: 1 }).waitFor();
  await page.goto(`${server.url}/dashboard/series?status=draft&w=${server.test.id}`);
  await row('Win-back').waitFor();
  expect(await row('Renewal').count()).toBe(0);
  await row('Win-back').getByRole('button', { name: 'More about Win-back' }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await page.getByRole('dialog').getByText('Nobody is in it').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('No series matches').waitFor();

  await page.getByRole('radio', { name: 'All' }).click();
  await row('Renewal').getByRole('button', { name: 'More about Renewal' }).click();
  await page.getByRole('menuitem', { name: 'Duplicate' }).click();
  await page.getByRole('heading', { name: /Renewal/, level: 1 }).waitFor();
  expect(new URL(page.url()).pathname).not.toContain(id);
  await page.getByRole('link', { name: 'Series', exact: true }).click();
  await page.getByRole('button', { name: 'More about Renewal', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Archive…' }).click();
  await page.getByRole('dialog').getByText('2 people are in it and leave it').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Archive', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('radio', { name: 'Archived' }).click();
  await soon(() => row('Renewal').getByRole('cell').nth(2).textContent()).toBe('0');
  await close();
});

test('a report tells what was sent, as lines, as a table, in groups and as a file', async () => {
  const id = await activeSeries(server, { name: 'Tips' });
  const users = Array.from({ length: 5 }, (_, index) => `reader-${index}`);
  for (const user of users) await identify(user);
  await call(`/series/${id}/enroll`, { users });
  await call('/test_clock/advance', { by: { days: 1, hours: 2 } });
  const { page, close } = await open('/dashboard/reports');
  const group = page.getByRole('region', { name: 'Results' });
  await group.getByRole('row', { name: /^Tips/ }).waitFor();
  await soon(
    async () => (await rowsOf(page, 'Results')).find(([name]) => name === 'Tips')?.[1],
  ).toBe('10');
  const sent = await page.locator('dd').first().textContent();
  const sum = (await rowsOf(page, 'Results')).reduce((all, [, count]) => all + Number(count), 0);
  expect(Number(sent)).toBe(sum);

  await page.getByRole('button', { name: 'Show table' }).click();
  const days = await rowsOf(page, await titleOf(page));
  expect(days.reduce((all, [, count]) => all + Number(count), 0)).toBe(sum);
  await page.getByLabel('Group').selectOption('step');
  await group.getByText('Subject of second').or(group.getByText('second')).first().waitFor();
  expect((await rowsOf(page, 'Results')).filter(([name]) => name?.startsWith('Tips'))).toHaveLength(
    2,
  );

  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  const [head = '', ...lines] = await contentOf(await saving);
  const column = head.split(',').indexOf('sent');
  const name = head.split(',').indexOf('automation_name');
  const tips = lines.map((line) => line.split(',')).filter((cells) => cells[name] === 'Tips');
  expect(tips.reduce((all, cells) => all + Number(cells[column]), 0)).toBe(10);
  await close();
});

const titleOf = async (page: Page): Promise<string> =>
  (await page.locator('figcaption span').first().textContent()) ?? '';

test('the report of a series shows its funnel and its cohorts', async () => {
  const id = await activeSeries(server, { name: 'Course' });
  const users = ['pupil-1', 'pupil-2', 'pupil-3', 'pupil-4'];
  for (const user of users) await identify(user);
  await call(`/series/${id}/enroll`, { users: users.slice(0, 3) });
  await call('/test_clock/advance', { by: { days: 1, hours: 1 } });
  await call(`/series/${id}/enroll`, { users: users.slice(3) });
  const { page, close } = await open(`/dashboard/automation/${id}?tab=report`);
  // The first email leaves for the fourth: seen without loading the page again.
  await soon(async () => (await rowsOf(page, 'Steps')).map(([, came]) => came)).toEqual([
    '4',
    '4',
    '3',
  ]);
  await soon(async () => (await rowsOf(page, 'Steps'))[1]?.[2]).toBe('1');
  const cohorts = page.getByRole('region', { name: /^Cohorts/ });
  await page.getByRole('radio', { name: 'Ended' }).click();
  await cohorts.getByRole('row').nth(1).waitFor();
  expect((await rowsOf(page, 'Cohorts: Ended'))[0]?.slice(1, 3)).toEqual(['4', '75%']);
  await close();
});

test('what the heat map says of an hour is what leaves in it', async () => {
  const steps = [
    { id: 'pause', type: 'wait', delay: { amount: 3, unit: 'hours' } },
    { id: 'later', type: 'email', subject: 'Later', html: '<p>Later</p>' },
  ];
  const id = await activeSeries(server, { name: 'Planned', steps });
  const users = ['night-1', 'night-2', 'night-3'];
  for (const user of users) await identify(user);
  await call(`/series/${id}/enroll`, { users });
  const { now } = await call('/test_clock', undefined, 'GET');
  const { page, close } = await open('/dashboard/upcoming');
  const row = page
    .getByRole('row')
    .filter({ hasText: 'Planned' })
    .filter({ has: page.getByRole('link') });
  await soon(() => row.locator('td').nth(1).textContent()).toBe('3');
  await row.getByRole('button', { name: 'Show only this' }).click();
  await page.getByText('3 emails planned').waitFor();
  const due = new Date(Date.parse(now as string) + 3 * 3_600_000);
  const hour = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/Berlin',
    hour: '2-digit',
  }).format(due);
  const cell = page.getByTitle(`${hour}:00: 3 emails`);
  await cell.waitFor();
  await call('/test_clock/advance', { by: { hours: 4 } });
  const sent = await call(`/messages?series_id=${id}`, undefined, 'GET');
  expect(sent.data).toHaveLength(3);
  await cell.waitFor({ state: 'detached' });
  await close();
});
