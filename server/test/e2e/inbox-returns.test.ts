import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { browserCookies } from '../support/dashboard.ts';
import { type LiveInbox, startLiveInbox } from '../support/live-inbox.ts';

/**
 * Goal: whoever sends real mail reads in the inbox what came back of it, in words, and finds why
 * sending stopped and the way to go on. Method: the real server with a mail server beside it, real
 * reports posted to an inbox, real openings of what was taken; and a real browser.
 */
const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 375, height: 740 };
/** Sooner than this nobody reads. */
const READ_AFTER_MS = 1_800;
/** Rates are judged every twenty seconds. */
const LOOK_MS = 30_000;

let world: LiveInbox;
let browser: Browser;
let bounced: string;
let read: string;
let complained: string;
let left: string;

beforeAll(async () => {
  [world, browser] = await Promise.all([startLiveInbox(), launchBrowser()]);
  await autoPause({ enabled: false });
  const list = { name: 'Product news', kind: 'opt_out' };
  const { id: listId } = await world.call<{ id: string }>('POST', '/api/v1/lists', list);
  const news = await world.series('News', { list_id: listId });
  bounced = await world.send('gone', news);
  read = await world.send('reader', news);
  complained = await world.send('cross', news);
  left = await world.send('leaver', news);
  await world.unsubscribe('leaver');
  await world.report('gone', 'failed');
  await world.report('cross', 'abuse');
  await world.report('reader', 'delivered');
  await sleep(READ_AFTER_MS);
  await world.visit('reader');
  await world.visit('reader', 'python-requests/2.32');
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});

afterAll(async () => {
  await browser?.close();
  await world?.close();
});

const autoPause = (rule: object): Promise<unknown> =>
  world.call('PATCH', '/api/v1/settings', { auto_pause: rule });

async function inbox(query: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: WIDE, timezoneId: 'UTC', ...options });
  await context.addCookies(browserCookies(world.url, world.cookie));
  await context.addInitScript({ content: `globalThis.contrastOf = ${CONTRAST}` });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(`${world.url}/inbox?w=${world.live.id}${query}`);
  return page;
}

const overflowOf = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - window.innerWidth');

/** WCAG's contrast of an element's text with what is behind it, as painted. In the browser. */
const CONTRAST = `(node) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const paint = (color) => {
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
  };
  const luminance = () => {
    const [red, green, blue] = [...context.getImageData(0, 0, 1, 1).data].map((byte) => {
      const part = byte / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = [];
  for (let at = node; at !== null; at = at.parentElement) {
    behind.unshift(getComputedStyle(at).backgroundColor);
  }
  behind.forEach(paint);
  const back = luminance();
  paint(getComputedStyle(node).color);
  const text = luminance();
  return (Math.max(back, text) + 0.05) / (Math.min(back, text) + 0.05);
}`;

const contrastOf = (element: Locator): Promise<number> =>
  element.evaluate((node) => {
    const { contrastOf: measure } = globalThis as unknown as {
      contrastOf: (of: unknown) => number;
    };
    return measure(node);
  });

test('a message that came back says for how long, and what the server said', async () => {
  const page = await inbox(`&m=${bounced}`);
  const message = page.getByRole('region', { name: 'Message', exact: true });
  await message.getByText('Bounced for good').waitFor();
  await message.getByText('mail to this address is read by nobody').waitFor();
  await message.getByText('550 5.1.1 The email account').waitFor();
  await message.getByText('Marketing, list “Product news”').waitFor();
  await message.getByText('by smtp').waitFor();
});

test('the events of a message tell persons from machines, and why one was a machine', async () => {
  const page = await inbox(`&m=${read}&tab=events`);
  const events = page.getByRole('tabpanel');
  await events.getByText('Clicked by a person').waitFor();
  const told = await events.getByRole('listitem').allInnerTexts();
  const titles = told.map((text) => /^[A-Z][a-z ]+/.exec(text)?.[0].trim());
  expect(titles).toEqual([
    'Composed',
    'Accepted',
    'Delivered',
    'Opened by a person',
    'Clicked by a person',
    'Opened by a machine',
    'Clicked by a machine',
  ]);
  expect(told[6]).toContain('A link checker, a preview or a script');
  expect(told[4]).toContain('https://example.com/start');
});

test('whoever unsubscribes by a message is told of with that message', async () => {
  const page = await inbox(`&m=${left}&tab=events`);
  const events = page.getByRole('tabpanel');
  await events.getByText('Unsubscribed').waitFor();
  await events.getByText('Told by the unsubscribe button of their mail program').waitFor();
});

test.each(['light', 'dark'] as const)(
  'what came back has words and colours of its own that can be read in the %s',
  async (colorScheme) => {
    const page = await inbox(`&m=${complained}`, { colorScheme });
    const rows = page.locator('ol[data-rows]');
    for (const word of ['delivered', 'bounced', 'complained']) {
      const label = rows.getByText(word, { exact: true });
      await label.waitFor();
      expect(await contrastOf(label), word).toBeGreaterThanOrEqual(4.5);
    }
    const notice = page.getByText('Complained. The recipient reported it as spam');
    expect(await contrastOf(notice)).toBeGreaterThanOrEqual(4.5);
  },
);

test('a step that was skipped says why in a sentence', async () => {
  await world.identify('shy');
  await world.call('PUT', '/api/v1/users/shy/preferences', { all: 'unsubscribed' });
  const receipt = { id: 'receipt', subject: 'Your receipt', purpose: 'transactional' };
  const letters = await world.series('Letters', receipt, { id: 'offer', subject: 'An offer' });
  const page = await inbox(`&m=${await world.send('shy', letters)}&tab=why`);
  const why = page.getByRole('tabpanel');
  await why.getByText(/"receipt".*: handed to the mail server, which took it/).waitFor();
  await why.getByText(/"offer".*: skipped, for the user wants no marketing/).waitFor();
});

test('a series that was paused by itself is told with its figures, and resumed after one question', async () => {
  const launch = await world.series('Launch');
  await world.send('nobody-1', launch);
  await autoPause({ enabled: true, min_sends: 1, complaint_percent: 100, bounce_percent: 60 });
  const page = await inbox('', { viewport: NARROW });
  const banner = page.getByRole('region', { name: 'Paused sending' });
  await banner.getByText('Series “Launch” was paused').waitFor({ timeout: LOOK_MS });
  await banner
    .getByText(
      '1 of 1 email bounced for good within 7 days: 100\u{a0}%, and the limit is 60\u{a0}%.',
    )
    .waitFor();
  expect(await overflowOf(page)).toBe(0);
  await banner.getByRole('button', { name: 'Resume series' }).press('Enter');
  const yes = banner.getByRole('button', { name: 'Yes, resume' });
  await yes.waitFor();
  expect(await overflowOf(page)).toBe(0);
  await page.keyboard.press('Escape');
  await yes.waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await yes.press('Enter');
  await banner.waitFor({ state: 'detached' });
  const series = await world.call<{ status: string }>('GET', `/api/v1/series/${launch}`);
  expect(series.status).toBe('active');
});

test('a whole side is let go on first, and then what stands still in it', async () => {
  await autoPause({ enabled: false });
  const [one, two] = [await world.series('One'), await world.series('Two')];
  // Too few from any one of them; together they are too many.
  await world.send('nobody-2', one);
  await world.send('nobody-3', two);
  await autoPause({ enabled: true, min_sends: 5, complaint_percent: 100, bounce_percent: 40 });
  const page = await inbox('');
  const banner = page.getByRole('region', { name: 'Paused sending' });
  await banner.getByText('Sending of this side was paused').waitFor({ timeout: LOOK_MS });
  await banner.getByRole('button', { name: 'Resume sending' }).click();
  await banner.getByRole('button', { name: 'Yes, resume' }).click();
  await banner.getByText('This side may send again').waitFor();
  const row = banner.getByRole('listitem').filter({ hasText: 'Two' });
  await row.getByRole('button', { name: 'Resume series' }).click();
  await row.getByRole('button', { name: 'Yes, resume' }).click();
  await row.waitFor({ state: 'detached' });
  const series = await world.call<{ status: string }>('GET', `/api/v1/series/${two}`);
  expect(series.status).toBe('active');
  await banner.getByRole('button', { name: 'Close' }).click();
  await banner.waitFor({ state: 'detached' });
});
