import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../src/workspace/index.ts';
import {
  closeBrowser,
  dashboardDir,
  openDashboard,
  type OpenDashboard,
} from '../support/dashboard.ts';
import { draftSeries, email, newUser, wait } from '../support/series.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

/**
 * Goal: the rules of a series are read as sentences and changed below them, and what they would do is
 * seen before anything is sent. Method: the real server, a real browser; what counts is what the server
 * has afterwards.
 */
const OFFICE =
  "Sends Mon–Fri 09:00–17:00 in the person's time zone, else Europe/Berlin; not on German public holidays";
const FULL = {
  entry_trigger: 'event',
  entry_event_name: 'trial_started',
  entry_filter: { field: 'metadata.plan', operator: 'equals', value: 'pro' },
  audience: { not: { or: [{ field: 'user.plan', operator: 'one_of', value: ['free', 'team'] }] } },
  timezone: 'Europe/Berlin',
  use_user_timezone: false,
  send_window: { start: '22:00', end: '24:00' },
  business_days_only: true,
  business_days: [1, 7],
  holidays: { country: 'DE', region: 'BE' },
  max_lateness: { amount: 90, unit: 'minutes' },
  spread_minutes: 30,
  reenrollment: {
    enabled: true,
    cooldown: { amount: 30, unit: 'days' },
    max_runs: 3,
    after: 'leaving',
  },
  goal: { event: 'subscribed', within: { amount: 14, unit: 'days' } },
  exit: [{ on: 'unsubscribe' }, { event: 'left' }],
  priority: 10,
  over_cap: 'skip',
  resume: { late: 'skip', after: { amount: 2, unit: 'days' } },
};

let server: TestServer;
let opened: OpenDashboard | null = null;

beforeAll(async () => {
  server = await startServer({
    dashboardDir: dashboardDir(),
    hasOwnUrl: true,
    settings: { timezone: 'Europe/Berlin' },
  });
});

afterEach(async () => {
  await opened?.close();
  opened = null;
});

afterAll(async () => {
  await closeBrowser();
  await server.close();
});

async function open(id: string, tab: string, role: Role = 'editor'): Promise<Page> {
  opened = await openDashboard(server, { path: `/dashboard/automation/${id}?tab=${tab}`, role });
  return opened.page;
}

const settingsOf = async (id: string) => (await server.v1('GET', `/series/${id}`)).body.settings;
const rule = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const change = (page: Page, name: string) =>
  page.getByRole('button', { name: `Change: ${name}` }).click();

test('the send window is changed under its sentence, and its week is drawn', async () => {
  const id = await draftSeries(server);
  const page = await open(id, 'rules');
  const block = rule(page, 'When it sends');
  await block.getByText('Sends every day at any time').waitFor();

  await change(page, 'When it sends');
  await block.getByLabel('Only between these hours').check();
  await block.getByLabel('Only on business days').check();
  await block.getByLabel('Else, the time zone').fill('Europe/Berlin');
  await block.getByLabel('Public holidays of').selectOption({ label: 'Germany' });
  await block.getByText(OFFICE).waitFor();

  const week = block.getByRole('list', { name: 'Hours in which emails may leave' });
  await expect.poll(() => week.getByRole('listitem').allInnerTexts()).toHaveLength(7);
  expect(await week.getByText('Day off').count()).toBe(2);
  await block.getByRole('button', { name: /Good Friday/ }).click();
  await week.getByText('Good Friday').waitFor();
  await until(async () =>
    expect(await settingsOf(id)).toMatchObject({
      send_window: { start: '09:00', end: '17:00' },
      business_days_only: true,
      timezone: 'Europe/Berlin',
      holidays: { country: 'DE' },
    }),
  );
});

test('what the server refuses is said at the field, and saved once it is put right', async () => {
  const id = await draftSeries(server);
  const page = await open(id, 'rules');
  const block = rule(page, 'Who enters');
  await block.getByText('Only by a call').waitFor();
  await change(page, 'Who enters');
  await block.getByRole('radio', { name: /^An event/ }).check();
  await block.getByText('Must not be empty.').waitFor();
  expect((await settingsOf(id)).entry_trigger).toBe('api');

  await block.getByLabel('Event', { exact: true }).fill('trial_started');
  await block.getByText("Whoever does 'trial_started'; or by a call").waitFor();
  await until(async () =>
    expect(await settingsOf(id)).toMatchObject({
      entry_trigger: 'event',
      entry_event_name: 'trial_started',
    }),
  );
});

test('an audience is counted, a goal and an exit are added', async () => {
  await newUser(server, { plan: 'pro', name: 'Ada' });
  await newUser(server, { plan: 'free', name: 'Linus' });
  const audience = { field: 'user.plan', operator: 'equals', value: 'pro' };
  const id = await draftSeries(server, { settings: { audience } });
  const page = await open(id, 'rules');
  await change(page, 'Audience');
  await rule(page, 'Audience').getByRole('link', { name: 'Ada' }).waitFor();
  await rule(page, 'Audience').getByRole('status').getByText('1', { exact: true }).waitFor();

  await change(page, 'Goal');
  await rule(page, 'Goal').getByRole('radio', { name: 'does something' }).check();
  await rule(page, 'Goal').getByLabel('Event', { exact: true }).fill('paid');
  await rule(page, 'Goal').getByLabel('Within', { exact: true }).fill('14');
  await rule(page, 'Goal').getByText("Reached when they do 'paid', within 14 days").waitFor();

  await change(page, 'Exits');
  await rule(page, 'Exits').getByRole('button', { name: 'Add an exit' }).click();
  await rule(page, 'Exits').getByLabel('Exit 1: when').selectOption('on');
  await rule(page, 'Exits').getByText('Leaves on unsubscribing').waitFor();
  await until(async () =>
    expect(await settingsOf(id)).toMatchObject({
      audience,
      goal: { event: 'paid', within: { amount: 14, unit: 'days' } },
      exit: [{ on: 'unsubscribe' }],
    }),
  );
});

test('one change leaves all other settings exactly as they were', async () => {
  const id = await draftSeries(server, { settings: FULL });
  const before = await settingsOf(id);
  expect(before).toMatchObject(FULL);
  const page = await open(id, 'rules');
  await change(page, 'Limits');
  await rule(page, 'Limits').getByLabel('Priority, 0 to 100').fill('42');
  await rule(page, 'Limits').getByText('Priority 42 of 100').waitFor();
  await until(async () => expect(await settingsOf(id)).toEqual({ ...before, priority: 42 }));
});

test('a viewer reads the rules and can change none', async () => {
  const id = await draftSeries(server, { settings: FULL });
  const page = await open(id, 'rules', 'viewer');
  await page.getByText('Editors and owners change the rules.').waitFor();
  expect(await page.getByRole('button', { name: /^Change: / }).count()).toBe(0);
  await page.getByRole('button', { name: 'Details: Limits' }).click();
  expect(await page.getByLabel('Priority, 0 to 100').isDisabled()).toBe(true);
});

/** People in three zones over a week, of whom those who order do not get the second email. */
const STEPS = [
  email('welcome'),
  wait('pause', 2, 'days'),
  {
    id: 'ordered',
    type: 'condition',
    filter: { event: 'order_placed', operator: 'at_least', count: 1 },
    yes: null,
    no: 'nudge',
  },
  email('nudge'),
];

async function simulate(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await page.getByRole('heading', { name: 'Emails by hour' }).waitFor();
}

const figure = (page: Page, name: string) =>
  page
    .locator('dl > div')
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('dd');

test('an unsaved draft is saved and simulated, and nothing is written', async () => {
  const id = await draftSeries(server, { steps: STEPS });
  const page = await open(id, 'rules');
  await change(page, 'When it sends');
  await page.getByLabel('Only between these hours').check();
  await page.getByRole('tab', { name: 'Simulate' }).click();
  await page.getByLabel('How many').fill('30');
  await page.getByRole('button', { name: 'They do something' }).click();
  await page.getByLabel('Event', { exact: true }).fill('order_placed');
  await page.getByLabel('Who', { exact: true }).fill('person-2');
  await simulate(page);

  expect(await figure(page, 'Entered').innerText()).toBe('30');
  expect(await figure(page, 'Emails sent').innerText()).toBe('59');
  const nudge = page.getByRole('row', { name: /Subject of nudge/ });
  expect(await nudge.getByRole('cell').allInnerTexts()).toEqual([
    'Subject of nudge',
    '29',
    '29',
    '',
    '',
    '',
    '',
  ]);
  expect(await page.getByRole('row', { name: /order_placed/ }).innerText()).toContain(
    'Yes 1 · No 29',
  );
  // On each person's own clock no email leaves outside of the window.
  const cells = await page
    .getByRole('region', { name: 'Emails by day and hour' })
    .getByRole('button')
    .all();
  const sends = await Promise.all(cells.map((cell) => cell.getAttribute('aria-label')));
  const hours = sends.map((words) => Number(/, (\d\d):00/.exec(words ?? '')?.[1]));
  expect(hours.length).toBeGreaterThan(2);
  expect(hours.filter((hour) => hour < 9 || hour >= 17)).toEqual([]);

  expect((await settingsOf(id)).send_window).toEqual({ start: '09:00', end: '17:00' });
  const { db } = server;
  const [written] = await db<{ count: number }[]>`
    select ((select count(*) from enrollments) + (select count(*) from messages)
      + (select count(*) from users where external_id like 'person-%'))::int as count
  `;
  expect(written?.count).toBe(0);
});

test('the timeline leads to one person, whose steps are gone through with their reasons', async () => {
  const id = await draftSeries(server, {
    steps: STEPS,
    settings: { send_window: { start: '09:00', end: '17:00' } },
  });
  const page = await open(id, 'simulate', 'viewer');
  await simulate(page);
  await page.getByRole('radio', { name: 'Timeline' }).click();
  await page.getByRole('searchbox', { name: 'Person' }).fill('person-3');
  await page.getByLabel('What happened').selectOption({ label: 'Email sent' });
  const lines = page.getByRole('region', { name: 'Lines' }).getByRole('row');
  await expect.poll(() => lines.filter({ hasText: 'Subject of' }).count()).toBeGreaterThan(2);
  await lines.getByRole('button', { name: 'person-3', exact: true }).first().click();

  const person = page.getByRole('region', { name: 'One person' });
  await person.getByText('their clock: Asia/Tokyo').waitFor();
  const list = person.getByRole('list', { name: 'What happens to them' });
  await person.getByRole('button', { name: 'Next', exact: true }).click();
  expect(await list.locator('[aria-current=step]').innerText()).toContain('Wait');
  await person.getByText('Time zone', { exact: true }).waitFor();
  await person.getByText('2 days after').waitFor();
  await person.getByRole('button', { name: 'Previous', exact: true }).click();
  expect(await list.locator('[aria-current=step]').innerText()).toContain('Email sent');
  await person.getByRole('button', { name: 'Next person' }).click();
  await person.getByText('their clock: Europe/Berlin').waitFor();
});

test('what cannot be simulated is said at its field, and nothing is asked', async () => {
  const id = await draftSeries(server, { steps: STEPS });
  const page = await open(id, 'simulate');
  let asked = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/simulate')) asked += 1;
  });
  await page.getByLabel('How many').fill('5000');
  await page.getByLabel('For so many days').fill('1000');
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await page.getByText('A whole number from 1 to 1,000.').waitFor();
  await page.getByText('A whole number from 1 to 731.').waitFor();
  expect(asked).toBe(0);
  await page.getByLabel('How many').fill('5');
  await page.getByLabel('For so many days').fill('30');
  await simulate(page);
  expect(await figure(page, 'Entered').innerText()).toBe('5');
});

test('real people are simulated by a filter and by name', async () => {
  await newUser(server, { team: 'blue', timezone: 'Asia/Kolkata' });
  const userId = await newUser(server, { team: 'blue', timezone: 'Asia/Kolkata' });
  const id = await draftSeries(server, { steps: STEPS });
  const page = await open(id, 'simulate');
  await page.getByRole('radio', { name: 'By name' }).click();
  await page.getByLabel('Ids of people').fill(userId);
  await page.keyboard.press('Enter');
  await simulate(page);
  expect(await figure(page, 'Entered').innerText()).toBe('1');
  await page.getByRole('radio', { name: 'One person' }).click();
  await page.getByText('their clock: Asia/Kolkata').waitFor();

  await page.getByRole('radio', { name: 'By filter' }).click();
  await page.getByRole('button', { name: 'Add a condition' }).click();
  await page.keyboard.type('user.team');
  await page.keyboard.press('Enter');
  await page
    .getByRole('combobox', { name: /value/i })
    .or(page.getByLabel(/^Value/))
    .first()
    .fill('blue');
  await page.getByText('of 4 people').waitFor();
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await page.getByText('2 people from').waitFor();
});
