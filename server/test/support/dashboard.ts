import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Role } from '../../src/workspace/index.ts';
import { launchBrowser } from './browser.ts';
import type { TestServer } from './server.ts';
import { signIn, type SignedInCaller } from './sign-in.ts';

/** The dashboard as it was built last, or the build that `DASHBOARD_DIR` names. */
export const dashboardDir = (): string =>
  process.env['DASHBOARD_DIR'] ?? join(import.meta.dirname, '../../../dashboard/dist');

/** A page of the dashboard, and who looks at it. */
export interface OpenDashboard {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly member: SignedInCaller;
  readonly close: () => Promise<void>;
}

/** Heights that go with the widths that pages are made for. */
const HEIGHTS: Readonly<Record<number, number>> = { 390: 844, 768: 1024, 1440: 900 };
const TIMEOUT_MS = 30_000;

let browser: Promise<Browser> | null = null;

/** One browser for all pages of a file of tests. */
export const sharedBrowser = (): Promise<Browser> => (browser ??= launchBrowser());

/** Ends the browser; `afterAll(closeBrowser)` in every file that opens a page. */
export async function closeBrowser(): Promise<void> {
  const running = await browser;
  browser = null;
  await running?.close();
}

/**
 * Opens a page of the dashboard as a member who is signed in.
 *
 * @param server one that was started with `dashboardDir: dashboardDir()`
 * @param options `workspaceId`: the side that is looked at, the test side if left out; `member`: somebody
 *   who is signed in already
 */
export async function openDashboard(
  server: TestServer,
  {
    role = 'owner',
    path = '/dashboard',
    width = 1440,
    dark = false,
    workspaceId = server.test.id,
    timezone = 'Europe/Berlin',
    member: known,
  }: {
    role?: Role;
    path?: string;
    width?: number;
    dark?: boolean;
    workspaceId?: string;
    timezone?: string;
    member?: SignedInCaller;
  } = {},
): Promise<OpenDashboard> {
  const member = known ?? (await signIn(server, { role, workspaceId }));
  const context = await (
    await sharedBrowser()
  ).newContext({
    viewport: { width, height: HEIGHTS[width] ?? 900 },
    colorScheme: dark ? 'dark' : 'light',
    timezoneId: timezone,
    locale: 'en-GB',
  });
  await context.addCookies(browserCookies(server.url, member.cookie));
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const url = new URL(path, server.url);
  if (!url.searchParams.has('w')) url.searchParams.set('w', workspaceId);
  await page.goto(url.href);
  return { page, context, member, close: () => context.close() };
}

/** What a page is to show once it has heard of a change: `await soon(() => …).toBe(…)`. */
export const soon = <Value>(look: () => Promise<Value>) =>
  expect.poll(look, { timeout: TIMEOUT_MS });

/** Cookies of a header as a browser's context takes them. */
export const browserCookies = (url: string, cookie: string) =>
  cookie.split('; ').map((pair) => {
    const at = pair.indexOf('=');
    return { url, name: pair.slice(0, at), value: pair.slice(at + 1), httpOnly: true };
  });
