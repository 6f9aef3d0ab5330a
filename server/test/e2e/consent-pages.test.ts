import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readPreferences } from '../../src/consent/index.ts';
import { launchBrowser } from '../support/browser.ts';
import { personOf, startPages, type TestPages } from '../support/consent-pages.ts';
import { newUser } from '../support/series.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * Goal: anybody can use the pages: without scripts, by keyboard, on a phone, in the dark, with what a
 * screen reader needs. Method: a real browser over the real routes and their headers.
 */
let server: TestServer;
let pages: TestPages;
let browser: Browser;

const WIDE = { width: 1200, height: 800 };
const PHONE = { width: 320, height: 640 };
/** The hardest of colours: it can be read on nothing light. */
const BRAND = { brand: { colour: '#ffd400', footer: 'Thank you for reading.' } };

beforeAll(async () => {
  [server, browser] = await Promise.all([
    startServer({ transport: null, settings: BRAND }),
    launchBrowser(),
  ]);
  pages = await startPages(server);
  await pages.newList({ name: 'Product news', description: 'What is new, about twice a month.' });
  await pages.newList({ name: 'Events near you', kind: 'opt_in' });
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});

afterAll(async () => {
  await browser?.close();
  await pages.close();
  await server.close();
});

/** A page whose errors, such as a policy that was offended, fail the test. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context: BrowserContext = await browser.newContext({ viewport: WIDE, ...options });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') throw new Error(message.text());
  });
  await page.goto(`${pages.url}${path}`);
  return page;
}

const heading = (page: Page): Promise<string> => page.locator('h1').innerText();

test('without scripts: out by one button, back by the next, and on to the preferences', async () => {
  const user = await newUser(server);
  const { unsubscribe } = pages.linksOf(user);
  const page = await open(unsubscribe, { javaScriptEnabled: false });
  expect(await heading(page)).toBe('Unsubscribe?');
  await page.getByRole('button', { name: 'Unsubscribe' }).click();
  expect(await heading(page)).toBe('You are unsubscribed');
  expect((await readPreferences(server.db, personOf(server, user))).all).toBe('unsubscribed');
  await page.getByRole('button', { name: 'Undo' }).click();
  expect(await heading(page)).toBe('Nothing has changed');
  expect((await readPreferences(server.db, personOf(server, user))).all).toBe('subscribed');
  await page.getByRole('link', { name: 'All your email preferences' }).click();
  expect(await heading(page)).toBe('Email preferences');
  await page.getByLabel('Product news').uncheck();
  await page.getByLabel('Events near you').check();
  await page.getByRole('button', { name: 'Save' }).click();
  expect(await page.getByRole('status').innerText()).toBe('Saved.');
  expect(await page.getByLabel('Product news').isChecked()).toBe(false);
  expect(await page.getByLabel('Events near you').isChecked()).toBe(true);
});

/** What has the focus, and how thick the line around it is. Runs in the browser. */
const FOCUSED = `(() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  return {
    name: element.getAttribute('aria-label') ?? element.innerText,
    outline: outlineStyle === 'solid' ? parseFloat(outlineWidth) : 0,
  };
})()`;

test('by keyboard alone, with the focus to be seen at every stop', async () => {
  const user = await newUser(server);
  const page = await open(pages.linksOf(user).preferences);
  const stops: string[] = [];
  for (let stop = 0; stop < 4; stop += 1) {
    await page.keyboard.press('Tab');
    const { name, outline } = await page.evaluate<{ name: string; outline: number }>(FOCUSED);
    expect(outline, name).toBeGreaterThanOrEqual(2);
    stops.push(name);
  }
  expect(stops).toEqual(['Events near you', 'Product news', 'Save', 'Unsubscribe from everything']);
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role=status]');
  expect(await page.getByRole('status').innerText()).toBe('You are unsubscribed from everything.');
});

/** Contrast of every text with what it stands on, by the formula of WCAG 2.2. Runs in the browser. */
const LOWEST_CONTRAST = `(() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (element) => {
    if (element === null) return 'rgb(255, 255, 255)';
    const { backgroundColor } = getComputedStyle(element);
    return /^rgba.*, 0\\)$/.test(backgroundColor) ? groundOf(element.parentElement) : backgroundColor;
  };
  const texts = [...document.querySelectorAll('h1,h2,p,a,button,strong,span,footer')];
  return Math.min(...texts.map((at) => {
    const [low, high] = [light(getComputedStyle(at).color), light(groundOf(at))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }));
})()`;

/** How far the page is wider than the window. */
const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

test.each([
  ['light', 'wide', WIDE],
  ['light', 'narrow', PHONE],
  ['dark', 'wide', WIDE],
  ['dark', 'narrow', PHONE],
] as const)(
  '%s and %s: all of it can be read and reached',
  async (colorScheme, _size, viewport) => {
    const user = await newUser(server);
    const { unsubscribe, preferences } = pages.linksOf(user);
    for (const path of [unsubscribe, preferences, '/u/x']) {
      const page = await browser.newPage({ viewport, colorScheme });
      await page.goto(`${pages.url}${path}`);
      expect(await page.evaluate<number>(LOWEST_CONTRAST), path).toBeGreaterThanOrEqual(4.5);
      expect(await page.evaluate<number>(OVERFLOW), path).toBe(0);
      const targets = await page.locator('button, input[type=checkbox]').all();
      for (const target of targets) {
        // WCAG 2.2, success criterion 2.5.8.
        expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(24);
      }
      // The style is let through by the policy: without it the ground would be the browser's.
      const font = await page.evaluate<string>('getComputedStyle(document.body).fontFamily');
      expect(font, path).toContain('system-ui');
      await page.close();
    }
  },
);
