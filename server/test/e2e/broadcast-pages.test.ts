import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeBrowser, dashboardDir, openDashboard, soon } from '../support/dashboard.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { signIn, type SignedInCaller } from '../support/sign-in.ts';

/**
 * Goal: somebody writes a broadcast, sees whom it reaches before it leaves, and watches it leave.
 * Method: a whole server, and a real browser that never loads a page again.
 */
const PEOPLE = 12;
const ALL = { everybody: true };
let server: TestServer;
let editor: SignedInCaller;

beforeAll(async () => {
  server = await startServer({
    dashboardDir: dashboardDir(),
    hasOwnUrl: true,
    settings: { timezone: 'Europe/Berlin', postal_address: 'Tidewater Street 4, Hamburg' },
  });
  editor = await signIn(server, { role: 'editor' });
  const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'];
  for (let index = 0; index < PEOPLE; index += 1) {
    await identify(`user-${index}`, {
      email: `person${index}@example.com`,
      timezone: zones[index % zones.length],
      plan: index < 8 ? 'pro' : 'free',
    });
  }
  await identify('no-address', { plan: 'pro' });
  await identify('twin', { email: 'person0@example.com', plan: 'pro' });
  const answer = await server.v1('POST', '/suppressions', { email: 'person1@example.com' });
  expect(answer.status, answer.text).toBe(201);
});

afterAll(async () => {
  await closeBrowser();
  await server?.close();
});

async function identify(userId: string, traits: object): Promise<void> {
  const answer = await server.sdk('/users/identify', { user_id: userId, traits });
  expect(answer.status, answer.text).toBe(200);
}

async function call(path: string, body?: object, method = 'POST') {
  const answer = await server.v1(method, path, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}

/** Its words, one line each. */
const reconciled = async (page: Page): Promise<string[]> => {
  const part = page.getByRole('region', { name: 'Whom it reaches' });
  const lines = await part.locator('p').allTextContents();
  return lines.map((line) => line.replaceAll(/\s+/g, ' ').trim());
};

const numberIn = async (page: Page, outcome: string): Promise<string> => {
  const row = page.getByRole('table').first().getByRole('row', { name: outcome });
  return (await row.count()) === 0
    ? '0'
    : ((await row.getByRole('cell').nth(1).textContent()) ?? '');
};

test('a broadcast is written, counted, scheduled in their own time, and cancelled', async () => {
  const { page, close } = await openDashboard(server, {
    member: editor,
    path: '/dashboard/broadcasts',
  });
  await page.getByText('No broadcast yet').waitFor();
  await page.getByRole('button', { name: 'New broadcast' }).first().click();
  await page.getByRole('dialog').getByLabel('Name').fill('Spring news');
  await page.getByRole('button', { name: 'Write it' }).click();
  await page.getByRole('heading', { name: 'Spring news', level: 1 }).waitFor();
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  await page.getByRole('textbox', { name: 'Subject' }).fill('Spring is here');
  await page.locator('[contenteditable=true]').first().click();
  await page.keyboard.type('Everything is green again.');
  await soon(async () => (await call(`/broadcasts/${id}`, undefined, 'GET')).email?.subject).toBe(
    'Spring is here',
  );

  await page.getByRole('tab', { name: 'Audience' }).click();
  await page.getByText('Choose to whom it goes').waitFor();
  await page.getByLabel('To', { exact: true }).selectOption('everybody');
  await soon(() => reconciled(page)).toEqual([
    '13 match',
    '− 1 are suppressed',
    '− 1 share an address with somebody who gets it',
    '11 get it',
  ]);
  await page.getByLabel('To', { exact: true }).selectOption('filter');
  await page.getByRole('button', { name: 'Add a condition' }).click();
  await page.keyboard.type('plan');
  await page.keyboard.press('Enter');
  await page.getByLabel('Value of plan').fill('pro');
  await soon(() => reconciled(page)).toEqual([
    '9 match',
    '− 1 are suppressed',
    '− 1 share an address with somebody who gets it',
    '7 get it',
  ]);

  await page.getByRole('tab', { name: 'When, and send' }).click();
  await page.getByText('In their own time').click();
  await page.getByLabel('Time on their clock').fill('2025-03-25T09:00');
  await page.getByLabel('Where that time is past already').selectOption('skip');
  await page.getByRole('button', { name: 'Schedule…' }).click();
  await page.getByRole('dialog').getByText('It goes to 7 people, as of now.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Schedule' }).click();
  await page.getByText('It is scheduled').waitFor();
  await page.getByText('at 09:00 on Tue 25 Mar 2025, on the clock of each person').waitFor();
  const scheduled = await call(`/broadcasts/${id}`, undefined, 'GET');
  // Nine in the morning comes first to where it is 14 hours later than in UTC.
  expect(scheduled).toMatchObject({
    status: 'scheduled',
    scheduled_for: '2025-03-24T19:00:00.000Z',
    schedule: { local: '2025-03-25T09:00', already_past: 'skip' },
  });
  await page.getByRole('button', { name: 'Cancel it' }).click();
  await page.getByText('cancelled').first().waitFor();
  await close();
});

/** A broadcast to everybody, spread over an hour of the test clock. */
async function begun(name: string): Promise<string> {
  const { id } = await call('/broadcasts', {
    name,
    email: { subject: 'News', html: '<p>News</p>' },
    audience: ALL,
    spread_minutes: 60,
  });
  return id as string;
}

test('what somebody else wrote meanwhile is neither overwritten nor sent without a word', async () => {
  const id = await begun('Shared news');
  const path = `/broadcasts/${id}`;
  const theirs = (subject: string) =>
    call(path, { name: 'Shared news', email: { subject, html: '<p>x</p>' }, audience: ALL }, 'PUT');
  const { page, close } = await openDashboard(server, {
    member: editor,
    path: `/dashboard/broadcasts/${id}`,
  });
  const subject = page.getByRole('textbox', { name: 'Subject' });
  const dialog = page.getByRole('dialog', { name: 'Somebody else changed this broadcast' });
  // In the very last moment before the call.
  const before = async (url: string, method: string, others: string) => {
    let isLeft = true;
    await page.route(url, async (route) => {
      if (isLeft && route.request().method() === method) {
        isLeft = false;
        await theirs(others);
      }
      await route.continue();
    });
  };
  await before(`**${path}`, 'PUT', 'Theirs');
  await subject.fill('Mine');
  await dialog.getByText('the subject, to Theirs').waitFor();
  await dialog.getByText('the subject, to Mine').waitFor();
  await dialog.getByRole('button', { name: 'Keep mine, overwrite theirs' }).click();
  await soon(async () => (await call(path, undefined, 'GET')).email.subject).toBe('Mine');

  await before(`**${path}/send`, 'POST', 'Unseen');
  await page.getByRole('tab', { name: 'When, and send' }).click();
  await page.getByRole('button', { name: 'Send now…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send', exact: true }).click();
  await dialog.getByText('the subject, to Unseen').waitFor();
  expect((await call(path, undefined, 'GET')).status).toBe('draft');
  await dialog.getByRole('button', { name: 'Take theirs' }).click();
  await page.getByRole('tab', { name: 'Email' }).click();
  await soon(() => subject.inputValue()).toBe('Unseen');
  // Of what is seen by nobody who is asked something, nobody is asked.
  await theirs('Seen');
  await soon(() => subject.inputValue()).toBe('Seen');
  await close();
});

test('a broadcast that is sent is followed live, paused, resumed, and cancelled half-way', async () => {
  const id = await begun('Product news');
  const { page, close } = await openDashboard(server, {
    member: editor,
    path: `/dashboard/broadcasts/${id}?tab=send`,
  });
  let loads = 0;
  page.on('load', () => (loads += 1));
  await page.getByRole('button', { name: 'Send now…' }).click();
  await page.getByRole('dialog').getByText('It goes to 11 people').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('progressbar', { name: 'How far it is' }).waitFor();
  await call('/test_clock/advance', { by: { minutes: 5 } });
  await page.getByText('11 have had their turn').waitFor();

  await call('/test_clock/advance', { by: { minutes: 20 } });
  const waiting = async (): Promise<number> =>
    (await call(`/broadcasts/${id}/stats`, undefined, 'GET')).outcomes.waiting;
  const shown = async (): Promise<number> => Number(await numberIn(page, 'wait for their turn'));
  const left = await waiting();
  expect([left > 0, left < 11]).toEqual([true, true]);
  await soon(shown).toBe(left);

  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  await call('/test_clock/advance', { by: { minutes: 10 } });
  expect(await waiting()).toBe(left);
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await call('/test_clock/advance', { by: { minutes: 15 } });
  const rest = await waiting();
  expect(rest).toBeLessThan(left);
  await soon(shown).toBe(rest);

  await page.getByRole('button', { name: 'Cancel the rest…' }).click();
  const asked = page.getByRole('dialog');
  await asked.getByText(new RegExp(`^${rest} email`)).waitFor();
  await asked.getByRole('button', { name: 'Cancel the rest' }).click();
  await soon(() => numberIn(page, 'cancelled')).toBe(String(rest));
  expect(loads).toBe(0);
  await close();
});

test('of a broadcast that is done, everybody is listed with what became of them', async () => {
  const id = await begun('Release notes');
  await call(`/broadcasts/${id}/send`);
  await call('/test_clock/advance', { by: { hours: 2 } });
  const { page, close } = await openDashboard(server, {
    role: 'viewer',
    path: `/dashboard/broadcasts/${id}`,
  });
  const people = page.getByRole('region', { name: 'People' });
  await people.getByRole('row', { name: /^user-1 suppressed/ }).waitFor();
  await people.getByRole('row', { name: /duplicate address/ }).waitFor();
  expect(await people.getByRole('row').count()).toBe(1 + PEOPLE + 1);
  expect(await page.getByRole('button', { name: /Pause|Cancel/ }).count()).toBe(0);
  await page.getByLabel('Outcome', { exact: true }).selectOption('suppressed');
  await soon(() => people.getByRole('row').count()).toBe(2);
  await people.getByRole('link', { name: 'user-1' }).click();
  await page.getByRole('heading', { level: 1, name: /user-1|person1/ }).waitFor();
  await close();
});
