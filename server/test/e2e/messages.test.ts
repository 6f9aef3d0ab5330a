import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeBrowser, dashboardDir, openDashboard } from '../support/dashboard.ts';
import { activeSeries, newUser } from '../support/series.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * Goal: somebody finds a message by its state and its person, reads why it was sent, and decides about
 * those in doubt. Method: a whole server with a worker, and a real browser.
 */
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ dashboardDir: dashboardDir(), hasOwnUrl: true });
  const series = await activeSeries(server, { name: 'Onboarding' });
  const ids = [];
  for (let count = 0; count < 5; count += 1) ids.push(await newUser(server));
  const enrolled = await server.v1('POST', `/series/${series}/enroll`, { users: ids });
  expect(enrolled.status, enrolled.text).toBe(200);
  const moved = await server.v1('POST', '/test_clock/advance', { by: { hours: 1 } });
  expect(moved.status, moved.text).toBe(200);
});

afterAll(async () => {
  await closeBrowser();
  await server?.close();
});

/** Puts messages in doubt as a worker does that died in the middle of a handover. */
async function doubt(count: number): Promise<void> {
  await server.db`
    with doubted as (
      update messages set state = 'in_doubt', sent_at = null
       where id in (select id from messages where workspace_id = ${server.test.id}
                     and state = 'accepted' order by id limit ${count})
      returning *
    )
    delete from step_log l using doubted m
     where l.bucket = m.bucket and l.enrollment_id = m.enrollment_id and l.seq = m.seq
  `;
}

test('a message is found by state and person, and tells its body, its events and why', async () => {
  const { page, close } = await openDashboard(server, { path: '/dashboard/messages' });
  await expect.poll(() => page.getByRole('row').count()).toBe(6);
  await page.getByRole('button', { name: 'Accepted 5' }).click();
  const person = page.getByLabel('Email address or id of a person, in full');
  await person.fill('user-2@example.com');
  await expect.poll(() => page.getByRole('row').count()).toBe(2);

  await page.getByRole('link', { name: /Subject of welcome/ }).click();
  const panel = page.getByRole('dialog', { name: 'Message' });
  await panel.getByRole('heading', { name: 'Subject of welcome' }).waitFor();
  const body = panel.frameLocator('iframe').getByText('Body of welcome');
  await body.waitFor();
  await panel.getByRole('tab', { name: 'Why' }).click();
  await panel.getByText('How this time was chosen').waitFor();
  await page.reload();
  await panel.getByText('How this time was chosen').waitFor();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  expect(new URL(page.url()).searchParams.has('m')).toBe(false);
  await close();
});

test('nothing that matches is told as that', async () => {
  const { page, close } = await openDashboard(server, { path: '/dashboard/messages?q=nobody' });
  await page.getByText('No message matches').waitFor();
  await close();
});

test('messages in doubt are decided about together, once asked; a viewer may not', async () => {
  await doubt(2);
  const path = '/dashboard/messages?status=in_doubt';
  const viewer = await openDashboard(server, { role: 'viewer', path });
  await expect.poll(() => viewer.page.getByRole('row').count()).toBe(3);
  expect(await viewer.page.getByRole('button', { name: /Resend/ }).count()).toBe(0);
  await viewer.close();

  const { page, close } = await openDashboard(server, { path });
  await page.getByRole('button', { name: 'Choose all 2 shown' }).click();
  await page.getByRole('button', { name: 'Mark sent 2' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Mark sent' }).click();
  await page.getByText('Decided about 2 messages').first().waitFor();
  await page.getByText('No message matches').waitFor();
  const { counts } = (await server.v1('GET', '/messages/counts')).body;
  expect([counts.in_doubt.count, counts.accepted.count]).toEqual([0, 5]);
  await close();
});
