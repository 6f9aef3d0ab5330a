import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';

/**
 * Goal: somebody who has never seen the product builds a series that branches, by mouse and again by
 * keyboard alone, tries it on the test side, corrects it while people are in it, and reads what came
 * of it. Method: the real `milepost start` on a new data directory, and a real browser; what is
 * expected is what stands on the pages.
 */
const MAIN = join(import.meta.dirname, '../../src/app/main.ts');
const PASSWORD = 'correct horse battery';
/** Where Tab comes to within so many presses of it, whoever has no mouse can go. */
const TABS_MAX = 90;
const WELCOME = 'Welcome aboard';
const TIPS = 'Three tips for your project';
const NUDGE = 'Your first project takes two minutes';
const NUDGE_LATER = 'Shall we make your first project together?';

let dataDir: string;
let server: ChildProcess;
let browser: Browser;
let page: Page;
let url: string;
let banner: string;
let seriesId: string;
let person = 0;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'milepost-story-'));
  chmodSync(dataDir, 0o755);
  server = spawn(process.execPath, [MAIN, 'start'], {
    env: {
      ...process.env,
      MILEPOST_PORT: '0',
      MILEPOST_DATA_DIR: dataDir,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  [banner, browser] = await Promise.all([bannerOf(server), launchBrowser()]);
  url = wordIn(banner, /ready at (\S+)/);
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
  });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
});

afterAll(async () => {
  await browser?.close();
  server.kill('SIGTERM');
  if (server.exitCode === null) await once(server, 'exit');
  rmSync(dataDir, { recursive: true, force: true });
});

/** Everything that was printed up to the last line of the banner. */
function bannerOf(child: ChildProcess): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('move the clock.')) resolve(text);
    });
    child.once('exit', (code) => reject(new Error(`start ended with ${code}: ${text}`)));
  });
}

function wordIn(text: string, pattern: RegExp): string {
  const word = pattern.exec(text)?.[1];
  if (word === undefined) throw new Error(`${pattern} is not in: ${text}`);
  return word;
}

const button = (name: string | RegExp): Locator => page.getByRole('button', { name });
const dialog = (): Locator => page.getByRole('dialog');
const canvas = (): Locator => page.getByRole('region', { name: 'Canvas' });
const main = (): Locator => page.getByRole('main');

async function goTo(name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

/** As somebody's server does, with the key that the start has printed. */
async function tell(path: string, body: object): Promise<void> {
  const key = wordIn(banner, /(mp_wk_test_\w+)/);
  const response = await fetch(`${url}/api/sdk${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect([path, response.status], await response.text()).toEqual([path, 200]);
}

/** Tells who somebody is, and enrolls them. */
async function enroll(name: string): Promise<string> {
  const userId = `${name.toLowerCase()}-${(person += 1)}`;
  const traits = { name, email: `${userId}@tidewater.example`, timezone: 'Asia/Tokyo' };
  await tell('/users/identify', { user_id: userId, traits });
  await tell('/series', { action: 'enroll', user_id: userId, series_id: seriesId });
  return userId;
}

test('whoever opens the printed link becomes the owner', async () => {
  await page.goto(wordIn(banner, /(http\S+\/setup#token=[\w-]+)/));
  await page.getByLabel('Your name').fill('Ada');
  await page.getByLabel('Email').fill('ada@tidewater.example');
  await page.getByLabel('Password').fill(PASSWORD);
  await button('Set up').click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByRole('heading', { name: 'First steps' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/dashboard');
});

async function writeEmail(subject: string, body: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Subject' }).fill(subject);
  await button('Write the email').click();
  await dialog().getByRole('textbox', { name: 'Body' }).click();
  await page.keyboard.type(body);
  await dialog().getByRole('button', { name: 'Done' }).click();
  await dialog().waitFor({ state: 'detached' });
}

async function add(place: string, type: string): Promise<void> {
  await canvas().getByRole('button', { name: place, exact: true }).click();
  await page.getByRole('menuitem', { name: type }).first().click();
}

test('a series that branches is built with the mouse', async () => {
  await goTo('Series');
  await button('New series').click();
  await dialog().getByLabel('Name').fill('Onboarding');
  await button('Start empty').click();
  await page.getByRole('heading', { level: 1, name: 'Onboarding' }).waitFor();
  seriesId = wordIn(page.url(), /automation\/([\w-]+)/);

  await add('Add a step at the start', 'Email');
  await writeEmail(WELCOME, 'Good to have you.');
  // Dragged in from the palette, as the other way.
  await button(/^Wait For a time/).dragTo(
    canvas().getByRole('button', { name: 'Add a step after step 1', exact: true }),
  );
  await canvas()
    .getByRole('button', { name: /^Wait.*step 2/ })
    .waitFor();
  await add('Add a step after step 2', 'Condition');
  await button('Add a condition').click();
  await page.getByRole('combobox', { name: 'What the condition is about' }).fill('project_created');
  await page.getByRole('option', { name: 'did project_created' }).click();
  await add('Add a step after step 3, Yes', 'Email');
  await writeEmail(TIPS, 'Press / to search.');
  await add('Add a step after step 3, No', 'Email');
  await writeEmail(NUDGE, 'Everything begins with a project.');

  await page
    .getByRole('status')
    .filter({ hasText: /^Saved/ })
    .waitFor();
  for (const words of [WELCOME, TIPS, NUDGE]) {
    await canvas().getByRole('button', { name: words }).waitFor();
  }
  // What the planner says of when it is, under the start and after the wait.
  await canvas()
    .getByRole('button', { name: /Welcome aboard.*day 0/ })
    .waitFor();
  await canvas()
    .getByRole('button', { name: /Three tips.*day 1/ })
    .waitFor();
});

const focused = (): Promise<string> =>
  page.evaluate<string>(
    `(() => {
      const { activeElement: at } = document;
      if (at === document.body) return 'the page';
      const label = at?.getAttribute('aria-label') ?? at?.labels?.[0]?.textContent;
      return label ?? at?.textContent ?? '';
    })()`,
  );

const isFocused = async (locator: Locator): Promise<boolean> =>
  (await locator.and(page.locator(':focus')).count()) > 0;

/** Presses Tab until something has the focus. */
async function tabTo(locator: Locator): Promise<void> {
  await locator.first().waitFor();
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    if (await isFocused(locator)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not come to ${String(locator)}; it is at ${await focused()}`);
}

/** Adds a step after the one that has the focus, which the new one has then. */
async function addByKeys(key: string, type: string): Promise<void> {
  await page.keyboard.press(key);
  await expect.poll(focused).toBe('Add a step');
  await page.keyboard.type(type);
  await expect.poll(focused).toMatch(new RegExp(`^${type}`));
  await page.keyboard.press('Enter');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await expect.poll(focused).toMatch(new RegExp(`^${type}.*step`, 'i'));
}

/** Writes the email that has the focus on the canvas, and comes back to it. */
async function writeByKeys(subject: string, body: string): Promise<void> {
  await page.keyboard.press('Enter');
  await expect.poll(() => isFocused(page.getByRole('textbox', { name: 'Subject' }))).toBe(true);
  await page.keyboard.type(subject);
  await tabTo(button('Write the email'));
  await page.keyboard.press('Enter');
  await tabTo(dialog().getByRole('textbox', { name: 'Body' }));
  await page.keyboard.type(body);
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached' });
  // The focus comes back to where it was before it leaves for the canvas.
  await expect.poll(() => isFocused(button('Write the email'))).toBe(true);
  await page.keyboard.press('Escape');
  await expect.poll(focused).toContain(subject);
}

test('the same series is built with the keyboard alone', async () => {
  await page.goto(`${url}/dashboard/series`);
  await tabTo(button('New series'));
  await page.keyboard.press('Enter');
  await tabTo(dialog().getByLabel('Name'));
  await page.keyboard.type('By keys');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'By keys' }).waitFor();

  await tabTo(canvas().getByRole('button', { name: /^Start/ }));
  await addByKeys('a', 'Email');
  await writeByKeys(WELCOME, 'Good to have you.');
  await addByKeys('a', 'Wait');
  await addByKeys('a', 'Condition');
  await page.keyboard.press('Enter');
  await expect.poll(() => isFocused(button('Add a condition'))).toBe(true);
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: 'What the condition is about' }).waitFor();
  await page.keyboard.type('project_created');
  const choice = page.getByRole('option', { name: 'did project_created' });
  await choice.waitFor();
  for (let presses = 0; presses < 20; presses += 1) {
    if ((await choice.getAttribute('aria-selected')) === 'true') break;
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
  await page.getByLabel('How often').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(focused).toMatch(/project_created.*step 3/);
  await addByKeys('1', 'Email');
  await writeByKeys(TIPS, 'Press / to search.');
  await page.keyboard.press('ArrowUp');
  await expect.poll(focused).toMatch(/step 3/);
  await addByKeys('2', 'Email');
  await writeByKeys(NUDGE, 'Everything begins with a project.');
  await page
    .getByRole('status')
    .filter({ hasText: /^Saved/ })
    .waitFor();

  const built = await page
    .getByRole('region', { name: 'Canvas' })
    .getByRole('button')
    .allTextContents();
  await page.goto(`${url}/dashboard/automation/${seriesId}`);
  await canvas().getByRole('button', { name: NUDGE }).waitFor();
  const byMouse = canvas().getByRole('button');
  await expect
    .poll(async () => (await byMouse.allTextContents()).toSorted())
    .toEqual(built.toSorted());
});

test('once it is active, each person gets the email of their branch, and the pages say why', async () => {
  await button('Activate').click();
  await dialog().getByText('day', { exact: false }).first().waitFor();
  await dialog().getByRole('button', { name: 'Activate' }).click();
  await button('Pause').waitFor();

  const kim = await enroll('Kim');
  const noor = await enroll('Noor');
  await tell('/events', { user_id: kim, events: [{ event_type: 'project_created' }] });
  await goTo('Inbox');
  const rows = page.locator('ol[data-rows] a');
  await rows.filter({ hasText: kim }).first().waitFor();
  await button('to the end').click();
  await rows.filter({ hasText: kim }).filter({ hasText: TIPS }).waitFor();
  await rows.filter({ hasText: noor }).filter({ hasText: NUDGE }).waitFor();
  await rows.filter({ hasText: noor }).filter({ hasText: WELCOME }).waitFor();
  expect(await rows.filter({ hasText: noor }).filter({ hasText: TIPS }).count()).toBe(0);

  await rows.filter({ hasText: kim }).filter({ hasText: TIPS }).click();
  await page.frameLocator('iframe').getByText('Press / to search.').waitFor();

  await goTo('People');
  await page.getByRole('link', { name: 'Noor' }).first().click();
  const timeline = page.getByRole('region', { name: 'Timeline' });
  for (const words of [WELCOME, NUDGE]) await timeline.getByText(words).first().waitFor();
  await timeline.getByText('in Asia/Tokyo').first().waitFor();
  expect(await timeline.getByText(TIPS).count()).toBe(0);
});

test('it is paused, corrected and published to those in it, who get the new words', async () => {
  const lee = await enroll('Lee');
  await goTo('Series');
  await page.getByRole('link', { name: 'Onboarding' }).first().click();
  await button('Pause').click();
  await dialog().getByText('1 person stands still').waitFor();
  await dialog().getByRole('button', { name: 'Pause' }).click();
  await button('Resume').waitFor();

  await canvas().getByRole('button', { name: NUDGE }).click();
  await page.getByRole('textbox', { name: 'Subject' }).fill(NUDGE_LATER);
  await button('Publish changes').click();
  await dialog().getByText('They are moved to this version').click();
  await dialog().getByText('1 person stays').waitFor();
  await dialog().getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Version 2 is published').first().waitFor();
  await button('Resume').click();
  await dialog().getByRole('button', { name: 'Resume' }).click();
  await button('Pause').waitFor();

  await goTo('Inbox');
  await button('to the end').click();
  const rows = page.locator('ol[data-rows] a').filter({ hasText: lee });
  await rows.filter({ hasText: NUDGE_LATER }).waitFor();
  expect(await rows.filter({ hasText: NUDGE }).count()).toBe(0);
});

test('the report counts who came to each step, and what was sent', async () => {
  await goTo('Series');
  await page.getByRole('link', { name: 'Onboarding' }).first().click();
  await page.getByRole('tab', { name: 'Report' }).click();
  const steps = page.getByRole('region', { name: 'Steps' });
  const cellsOf = async (subject: string): Promise<string[]> =>
    (await steps.getByRole('row').filter({ hasText: subject }).getByRole('cell').allTextContents())
      .slice(1, 3)
      .map((text) => text.trim());
  // Reports are made up a moment after what they tell of.
  await expect.poll(() => cellsOf(WELCOME), { timeout: 15_000 }).toEqual(['3', '0']);
  expect(await cellsOf(TIPS)).toEqual(['1', '0']);
  expect(await cellsOf(NUDGE_LATER)).toEqual(['2', '0']);
  await main().getByText('Completed').first().waitFor();
});
