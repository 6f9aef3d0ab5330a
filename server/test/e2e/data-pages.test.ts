import { afterAll, expect, test } from 'vitest';
import { closeBrowser, dashboardDir, openDashboard } from '../support/dashboard.ts';
import { startServer } from '../support/server.ts';

/** Goal: somebody brings a file of people along and sees what became of it. Method: the page itself. */
const server = await startServer({ dashboardDir: dashboardDir(), hasOwnUrl: true });
afterAll(async () => {
  await closeBrowser();
  await server.close();
});

const FILE =
  'id,mail,Plan,Seats\n1,ada@x.example,pro,5\n2,no address,free,1\n3,grace@x.example,,2\n';

test('a file is tried, mapped, imported, and its faults can be read', async () => {
  const { page, close } = await openDashboard(server, { path: '/dashboard/people' });
  await page.getByRole('link', { name: 'Import or export' }).click();
  const buffer = Buffer.from(FILE);
  const file = { name: 'people.csv', mimeType: 'text/csv', buffer };
  await page.getByLabel('File', { exact: true }).setInputFiles(file);
  const plan = page.getByLabel('Plan is read as');
  await plan.waitFor();
  expect(await plan.inputValue()).toBe('traits.plan');
  await page.getByLabel('Seats is read as').selectOption('');
  await page.getByRole('button', { name: 'Try it' }).click();
  const tried = page.getByRole('article', { name: 'People, dry run' });
  await tried.getByText('3 of 3 lines: 2 created').waitFor();
  await page.getByRole('checkbox', { name: 'Dry run' }).uncheck();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  const done = page.getByRole('article', { name: 'People', exact: true });
  await done.getByText('Done').waitFor();
  await done.getByText('1 bad').waitFor();
  const shots = process.env['SHOTS'];
  if (shots !== undefined) {
    await page.screenshot({ path: `${shots}/data-wide.png`, fullPage: true });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: `${shots}/data-narrow.png`, fullPage: true });
  }
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    done.getByRole('button', { name: 'Report' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('import-report.csv');
  const { body } = await server.v1('GET', '/users/1');
  expect(body.traits).toEqual({ plan: 'pro' });
  await close();
}, 300_000);
