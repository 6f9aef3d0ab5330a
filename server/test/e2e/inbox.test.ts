import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { browserCookies } from '../support/dashboard.ts';
import { setUpOwner } from '../support/sign-in.ts';

/**
 * Goal: a stranger opens the inbox of a fresh installation, enrolls, moves the clock and reads why
 * each mail was sent when it was; by mouse, by keyboard, on a phone, in the dark. Method: the real
 * `milepost start` on a new data directory, and a real browser.
 */
const MAIN = join(import.meta.dirname, '../../src/app/main.ts');
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const SUBJECTS = ['How is it going', 'Three tips', 'Your first project', 'Welcome aboard'];

let dataDir: string;
let server: ChildProcess;
let url: string;
let widgetKey: string;
let secretKey: string;
let browser: Browser;
let cookie: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'milepost-inbox-'));
  chmodSync(dataDir, 0o755);
  server = spawn(process.execPath, [MAIN, 'start'], {
    env: { ...process.env, MILEPOST_PORT: '0', MILEPOST_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [banner, launched] = await Promise.all([bannerOf(server), launchBrowser()]);
  browser = launched;
  url = wordIn(banner, /ready at (\S+)/);
  cookie = await setUpOwner(url, banner);
  widgetKey = wordIn(banner, /(mp_wk_test_\w+)/);
  secretKey = wordIn(banner, /(mp_sk_test_\w+)/);
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
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

/** The inbox in a browser of its own, with the messages listed or the lack of them told. */
async function inbox(options: BrowserContextOptions = {}, query = ''): Promise<Page> {
  const context = await browser.newContext({
    viewport: WIDE,
    timezoneId: 'Europe/Berlin',
    ...options,
  });
  await context.addCookies(browserCookies(url, cookie));
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const response = await page.goto(`${url}/inbox${query}`);
  expect(response?.status(), await response?.text()).toBe(200);
  await page
    .getByRole('region', { name: 'Messages' })
    .or(page.getByRole('tablist'))
    .first()
    .waitFor();
  return page;
}

const rowsOf = (page: Page): Locator => page.locator('ol[data-rows] a');

async function call(path: string, key: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.ok, `${path} answered ${response.status}`).toBe(true);
  return (await response.json()) as Record<string, unknown>;
}

/** Identifies and enrolls somebody, and lets the clock run until all mail was sent. */
async function enrollToTheEnd(userId: string, seriesId: string, timezone: string): Promise<void> {
  const traits = { email: `${userId}@example.com`, name: userId, timezone };
  await call('/api/sdk/users/identify', widgetKey, { user_id: userId, traits });
  await call('/api/sdk/series', widgetKey, {
    action: 'enroll',
    user_id: userId,
    series_id: seriesId,
  });
  await call('/api/v1/test_clock/advance', secretKey, { to_end: true });
}

async function welcomeSeries(): Promise<string> {
  const response = await fetch(`${url}/api/v1/series`, {
    headers: { authorization: `Bearer ${secretKey}` },
  });
  const { data } = (await response.json()) as { data: { id: string; name: string }[] };
  return data.find(({ name }) => name === 'Welcome')?.id ?? '';
}

const focusedText = (page: Page): Promise<string> =>
  page.evaluate('document.activeElement?.textContent ?? ""');

/** How far the page can be scrolled sideways. Pixels. */
const overflowOf = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - window.innerWidth');

test('whoever enrolls on the empty page sees the four mails of the series come in', async () => {
  const page = await inbox();
  await page.getByRole('heading', { name: 'No mail yet' }).waitFor();
  await page.getByLabel('Email').fill('kim@example.com');
  await page.getByLabel('Name').fill("Kim O'Hara");
  expect(await page.getByLabel('Time zone').inputValue()).toBe('Europe/Berlin');
  await page.getByRole('button', { name: 'Identify and enroll' }).click();
  await page.getByText('The first email is sent on').waitFor();

  await page.getByRole('button', { name: 'to the end' }).click();
  await expect.poll(() => rowsOf(page).count(), { timeout: 15_000 }).toBe(SUBJECTS.length);
  const listed = await rowsOf(page).allTextContents();
  SUBJECTS.forEach((subject, index) => expect(listed[index]).toContain(subject));
  expect(listed.every((row) => row.includes('kim@example.com') && row.includes('accepted'))).toBe(
    true,
  );

  await page.getByRole('button', { name: 'Identify and enroll' }).click();
  await page.getByText('User has already completed this series').waitFor();
});

test('a message tells in the zone of the person why it was sent when it was', async () => {
  await enrollToTheEnd('rahul', await welcomeSeries(), 'Asia/Kolkata');
  const page = await inbox({}, '?q=rahul');
  await rowsOf(page).filter({ hasText: 'Three tips' }).click();
  await page.getByRole('heading', { name: 'Three tips' }).waitFor();
  const frame = page.frameLocator('iframe[title="The message as HTML"]');
  await frame.getByRole('heading', { name: 'Three tips' }).waitFor();

  await page.getByRole('tab', { name: 'Why' }).click();
  const why = page.getByRole('tabpanel');
  const scheduled = await why.getByRole('row', { name: 'Scheduled for' }).innerText();
  // 09:00 to 17:00 there is 03:30 to 11:30 in UTC.
  const [there = '', utc = ''] = scheduled.match(/\d\d:\d\d:\d\d\.\d{3}/g) ?? [];
  expect(there >= '09:00' && there < '17:00', scheduled).toBe(true);
  expect(utc >= '03:30' && utc < '11:30', scheduled).toBe(true);
  const text = await why.innerText();
  for (const words of ['Asia/Kolkata', 'Time zone', 'Send window', '09:00–17:00', 'accepted']) {
    expect(text).toContain(words);
  }
  expect(page.url()).toContain('tab=why');
});

test('the keyboard alone goes through the list, opens, closes and shows the keys', async () => {
  await enrollToTheEnd('keys', await welcomeSeries(), 'Europe/Berlin');
  const page = await inbox({}, '?q=keys');
  await expect.poll(() => rowsOf(page).count()).toBe(SUBJECTS.length);
  await page.keyboard.press('j');
  await page.keyboard.press('ArrowDown');
  expect(await focusedText(page)).toContain('Three tips');
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Headers' }).waitFor();
  await page.keyboard.press('j');
  await page.getByRole('heading', { level: 2, name: 'Three tips' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('Open a message to read it').waitFor();
  expect(await focusedText(page)).toContain('Three tips');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => focusedText(page)).toContain('Three tips');
});

test('on a phone the list leads to the message and back, and nothing scrolls sideways', async () => {
  await enrollToTheEnd('phone', await welcomeSeries(), 'America/Los_Angeles');
  const page = await inbox({ viewport: PHONE }, '?q=phone');
  await rowsOf(page).first().waitFor();
  expect(await overflowOf(page)).toBe(0);
  await rowsOf(page).first().click();
  for (const tab of ['HTML', 'Text', 'Headers', 'Why']) {
    await page.getByRole('tab', { name: tab }).click();
    expect(await overflowOf(page), tab).toBe(0);
  }
  expect(await rowsOf(page).first().isVisible()).toBe(false);
  await page.getByRole('button', { name: 'Messages' }).click();
  await rowsOf(page).first().waitFor();
  await page.getByRole('button', { name: 'Enroll' }).click();
  await page.getByLabel('Email').waitFor();
  expect(await overflowOf(page)).toBe(0);
});

test('dark follows the system until somebody chooses, and the choice is remembered', async () => {
  const page = await inbox({ colorScheme: 'dark' });
  const scheme = (): Promise<string> =>
    page.evaluate('getComputedStyle(document.documentElement).colorScheme');
  /** Of the page's background: 0 is black, 1 is white. */
  const lightness = async (): Promise<number> => {
    const color = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    return Number(wordIn(color, /oklch\(([\d.]+)/));
  };
  expect(await lightness()).toBeLessThan(0.3);
  await page.getByRole('button', { name: 'Switch to light colours' }).click();
  expect(await scheme()).toBe('light');
  await page.reload();
  expect(await scheme()).toBe('light');
  expect(await lightness()).toBeGreaterThan(0.9);
});

/** A server elsewhere, which notes what it is asked for. */
async function startTracker(): Promise<{ origin: string; asked: string[] }> {
  const asked: string[] = [];
  const tracker = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end();
  });
  tracker.listen(0, '127.0.0.1').unref();
  await once(tracker, 'listening');
  return { origin: `http://127.0.0.1:${(tracker.address() as AddressInfo).port}`, asked };
}

/** Sends somebody a mail that tries everything. */
async function sendHostileMail(userId: string, outside: string): Promise<void> {
  const html = [
    `<script>fetch('${outside}/fetch');parent.document.title = 'taken over'</script>`,
    `<style>@import url('${outside}/css'); body { background: url('${outside}/background') }</style>`,
    `<link rel="stylesheet" href="${outside}/link"><img src="${outside}/img" alt="pixel">`,
    `<meta http-equiv="refresh" content="0;url=${outside}/refresh">`,
    `<iframe src="${outside}/iframe"></iframe><p>Still readable</p>`,
  ].join('');
  const steps = [{ id: 'only', type: 'email', subject: 'Hostile', html }];
  const { id } = await call('/api/v1/series', secretKey, { name: 'Hostile', steps });
  await call(`/api/v1/series/${String(id)}/activate`, secretKey, {});
  await enrollToTheEnd(userId, String(id), 'UTC');
}

async function openFirst(page: Page): Promise<void> {
  await rowsOf(page).first().click();
  const frame = page.frameLocator('iframe[title="The message as HTML"]');
  await frame.getByText('Still readable').waitFor();
  // What would be asked for has been asked for once the page rests between two polls.
  await page.waitForLoadState('networkidle');
}

test('a message loads nothing from elsewhere and runs nothing, and the page says so', async () => {
  const { origin, asked } = await startTracker();
  await sendHostileMail('victim', origin);
  const page = await inbox({}, '?q=victim');
  await openFirst(page);
  await page.getByText('1 image from elsewhere is not loaded').waitFor();
  expect(await page.title()).toBe('Inbox (test) · Milepost');
  expect(asked).toEqual([]);
});

test('were there no content policy, the sandbox alone would keep a message from running', async () => {
  const { origin, asked } = await startTracker();
  await sendHostileMail('sandboxed', origin);
  const page = await inbox({ bypassCSP: true }, '?q=sandboxed');
  await openFirst(page);
  expect(await page.title()).toBe('Inbox (test) · Milepost');
  // Images and styles load now, which shows that the policy was what kept them out.
  expect(asked).toContain('/img');
  expect(asked).not.toContain('/fetch');
  expect(asked).not.toContain('/refresh');
});

test('a server that does not answer is told, and forgotten once it answers again', async () => {
  const page = await inbox();
  await page.context().setOffline(true);
  const alert = page.getByRole('alert').filter({ hasText: 'The server does not answer' });
  await alert.waitFor();
  await page.context().setOffline(false);
  await alert.waitFor({ state: 'detached' });
});
