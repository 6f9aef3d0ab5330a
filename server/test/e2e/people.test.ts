import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeBrowser, dashboardDir, openDashboard } from '../support/dashboard.ts';
import { activeSeries } from '../support/series.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * Goal: somebody finds people by a filter that they build by hand, reads what happened to one of them,
 * and changes it. Method: a whole server, and a real browser.
 */
let server: TestServer;
let series: string;

beforeAll(async () => {
  server = await startServer({ dashboardDir: dashboardDir(), hasOwnUrl: true });
  series = await activeSeries(server, { name: 'Onboarding' });
  await activeSeries(server, { name: 'Renewal' });
  await identify('ada', { name: 'Ada Lovelace', plan: 'pro', seats: 12 });
  await identify('grace', { name: 'Grace Hopper', plan: 'team', seats: 3 });
  await identify('linus', { name: 'Linus', plan: 'free', seats: 1 });
  await server.sdk('/events', {
    user_id: 'grace',
    session_id: 's',
    events: [{ event_type: 'purchase', metadata: { amount: 40 } }],
  });
  const body = { name: 'Product news', kind: 'opt_in' };
  expect((await server.v1('POST', '/lists', body)).status).toBe(201);
});

afterAll(async () => {
  await closeBrowser();
  await server?.close();
});

async function identify(userId: string, traits: object): Promise<void> {
  const email = `${userId}@example.com`;
  const timezone = 'America/New_York';
  const answer = await server.sdk('/users/identify', {
    user_id: userId,
    traits: { email, timezone, ...traits },
  });
  expect(answer.status, answer.text).toBe(200);
}

test('a filter is built with the keyboard alone, counted, saved, and finds people', async () => {
  const { page, close } = await openDashboard(server, { path: '/dashboard/people' });
  await page.getByRole('link', { name: /Linus/ }).waitFor();

  await page.getByRole('button', { name: 'Filter', exact: true }).press('Enter');
  await page.getByRole('button', { name: 'Add a condition' }).press('Enter');
  await page.keyboard.type('plan');
  await page.keyboard.press('Enter');
  // An example is not a value: what is missing is told, and typed where the focus is.
  await page.getByText('Say which value.').waitFor();
  expect(await page.getByLabel('Value of plan').getAttribute('placeholder')).toMatch(/^such as /);
  await page.keyboard.type('free');
  await page.getByText('1 of 3 people').waitFor();
  await page.getByRole('button', { name: 'Condition menu' }).press('Enter');
  await page.getByRole('menuitem', { name: 'Must not hold' }).press('Enter');
  await page.getByText('2 of 3 people').waitFor();

  await page.getByRole('button', { name: 'Add a condition' }).press('Enter');
  await page.keyboard.type('purchase');
  await page.keyboard.press('Enter');
  await page.getByLabel('How often').selectOption('never');
  await page.getByText('1 of 3 people').waitFor();
  await page.getByRole('group', { name: 'did not do purchase' }).waitFor();
  await expect.poll(() => page.getByRole('row').count()).toBe(2);
  expect(await page.getByRole('row').nth(1).textContent()).toContain('Ada Lovelace');

  await page.getByRole('button', { name: 'Saved filters' }).press('Enter');
  await page.getByLabel('Save this filter as').fill('Not buying');
  await page.keyboard.press('Enter');
  await page.getByText('Saved as Not buying').first().waitFor();
  const [saved] = (await server.v1('GET', '/filters')).body.data;
  expect(saved.filter).toEqual({
    and: [
      { not: { field: 'user.plan', operator: 'equals', value: 'free' } },
      { event: 'purchase', operator: 'never' },
    ],
  });
  await close();
});

test('a fault that the server finds is told at its condition, and a reload keeps the filter', async () => {
  const filter = {
    or: [
      { field: 'user.plan', operator: 'equals', value: 'team' },
      { field: 'user.seats', operator: 'between', value: [9, 2] },
    ],
  };
  const path = `/dashboard/people?${new URLSearchParams({ f: JSON.stringify(filter) })}`;
  const { page, close } = await openDashboard(server, { path });
  await page.getByText('plan is team or seats is between 9 and 2').waitFor();
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  const broken = page.getByRole('group', { name: 'seats is between 9 and 2' });
  await broken.getByText(/must not have its lower end after/).waitFor();
  await broken.getByLabel('Value of seats, to').fill('20');
  await page.getByText('2 of 3 people').waitFor();
  await page.waitForURL(/20/);
  await page.reload();
  await page.getByText('plan is team or seats is between 9 and 20').waitFor();
  await close();
});

test('of a server that does not answer nothing is said but that', async () => {
  const { page, close } = await openDashboard(server, { path: '/dashboard/settings/keys' });
  await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor();
  await page.context().route(/api.v1.(?!session|workspaces)/, (route) => route.abort());
  for (const name of ['People', 'Companies', 'Messages', 'Lists', 'Suppressions', 'Reports']) {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await page.getByText('The server does not answer').waitFor();
    expect(
      await page.getByText(/\byet\b|^No (?!answer)|^Nobody|^Nothing/).allTextContents(),
      name,
    ).toEqual([]);
    expect(await page.locator('.breathing').count(), name).toBe(0);
  }
  await close();
});

test('one person: enrolled, told why not elsewhere, edited, and removed with what it touches', async () => {
  const { page, close } = await openDashboard(server, { path: '/dashboard/people/ada' });
  await page.getByRole('heading', { level: 1, name: 'Ada Lovelace' }).waitFor();
  await page.getByText('Wants marketing').waitFor();

  await page.getByRole('button', { name: 'Enroll in…' }).click();
  await page.getByRole('dialog').getByLabel('Series').selectOption({ label: 'Onboarding' });
  await page.getByRole('button', { name: 'Enroll', exact: true }).click();
  await page.getByText('First step:').waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  const timeline = page.getByRole('region', { name: 'Timeline' });
  await timeline.getByText(/^Entered "Onboarding"/).waitFor();

  await page.getByRole('button', { name: 'Why not?' }).click();
  await page.getByRole('dialog').getByLabel('Series').selectOption({ label: 'Renewal' });
  await page
    .getByRole('dialog')
    .getByText(/How one enters/)
    .waitFor();
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByLabel('Value of seats').fill('14');
  await page.getByRole('button', { name: 'Add a trait' }).click();
  await page.getByLabel('Name of the trait').last().fill('vip');
  await page.getByLabel('Type of vip').selectOption('yes or no');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const { traits } = (await server.v1('GET', '/users/ada')).body;
  expect(traits).toEqual({ plan: 'pro', seats: 14, vip: true });

  await page.getByLabel('Product news').click();
  await timeline.getByText(/^Subscribed to "Product news"/).waitFor();
  await page.getByRole('button', { name: 'Consent', exact: true }).click();
  await expect.poll(() => timeline.getByText(/^Entered/).count()).toBe(0);
  await page.getByRole('button', { name: 'Consent', exact: true }).click();

  const inSeries = page.getByRole('region', { name: 'Series' });
  await inSeries.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('Ends 1 enrollment.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await inSeries.getByText('removed').waitFor();
  const { data } = (await server.v1('GET', `/series/${series}/enrollments?user_id=ada`)).body;
  expect(data[0].state).toBe('removed');
  await close();
});

test('a viewer sees a person and changes nothing; only an owner may erase, by typing the id', async () => {
  const viewer = await openDashboard(server, { role: 'viewer', path: '/dashboard/people/linus' });
  await viewer.page.getByText('Editors may change this.').waitFor();
  expect(await viewer.page.getByRole('button', { name: 'Enroll in…' }).count()).toBe(0);
  expect(await viewer.page.getByRole('button', { name: 'Edit', exact: true }).count()).toBe(0);
  await viewer.page.getByRole('button', { name: 'More' }).click();
  await viewer.page.getByRole('menuitem', { name: 'Erase (owners only)' }).waitFor();
  await viewer.close();

  const owner = await openDashboard(server, { path: '/dashboard/people/linus' });
  await owner.page.getByRole('button', { name: 'More' }).click();
  await owner.page.getByRole('menuitem', { name: 'Erase…' }).click();
  const confirm = owner.page.getByRole('button', { name: 'Erase for good' });
  await owner.page.getByText('0 enrollments').waitFor();
  expect(await confirm.isDisabled()).toBe(true);
  await owner.page.getByLabel(/Type linus/).fill('linus');
  await confirm.click();
  await owner.page.waitForURL(/\/dashboard\/people(\?|$)/);
  expect((await server.v1('GET', '/users/linus')).status).toBe(404);
  await owner.close();
});

test('a search finds by the beginning; a list goes on where it ended; a phone shows it whole', async () => {
  const many = Array.from({ length: 60 }, (_, index) => `zoe-${index}`);
  await Promise.all(many.map((userId) => identify(userId, { name: `Zoe ${userId}` })));
  const path = '/dashboard/people';
  const { page, close } = await openDashboard(server, { path, width: 390 });
  await page.getByLabel(/Find by the beginning/).fill('zoe');
  await expect.poll(() => page.getByRole('row').count()).toBe(51);
  await page.waitForURL(/q=zoe/);
  await page.getByRole('button', { name: 'Show more' }).click();
  await expect.poll(() => page.getByRole('row').count()).toBe(61);
  const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
  expect(overflow).toBeLessThanOrEqual(0);
  await close();
});

test('a company is found by a filter of its own, edited, and shows its people', async () => {
  const call = {
    company_id: 'tidewater',
    user_id: 'grace',
    traits: { name: 'Tidewater', plan: 'pro' },
  };
  const key = { key: server.test.secretKey };
  expect((await server.sdk('/companies/identify', call, key)).status).toBe(200);
  const other = { company_id: 'upstream', traits: { name: 'Upstream', plan: 'free' } };
  expect((await server.sdk('/companies/identify', other, key)).status).toBe(200);

  const { page, close } = await openDashboard(server, { path: '/dashboard/companies' });
  await expect.poll(() => page.getByRole('row').count()).toBe(3);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('button', { name: 'Add a condition' }).click();
  await page.keyboard.type('plan');
  await page.keyboard.press('Enter');
  await page.getByLabel('Value of company plan').fill('pro');
  await expect.poll(() => page.getByRole('row').count()).toBe(2);
  await page.getByRole('link', { name: /Tidewater/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Tidewater' }).waitFor();
  await page.getByRole('link', { name: /Grace Hopper/ }).waitFor();

  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByLabel('Employees').fill('40');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect((await server.v1('GET', '/companies/tidewater')).body.employee_count).toBe(40);
  await close();
});
