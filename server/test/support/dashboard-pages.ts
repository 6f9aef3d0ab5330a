import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { browserCookies, sharedBrowser } from './dashboard.ts';
import type { DashboardWorld, WorldIds } from './dashboard-world.ts';

/** A page of the dashboard, or of those around it, as it is looked at. */
export interface WorldPage {
  /** Of its pictures. */
  readonly name: string;
  readonly path: (ids: WorldIds) => string;
  /** The test side, where it is left out. */
  readonly side?: 'live';
  /** Seen by whoever is not signed in. */
  readonly isPublic?: true;
  /** The beginning of the name of a button that is pressed then, where the page has it. */
  readonly press?: string;
}

const fixed = (path: string) => () => path;

const SERIES_TABS = ['build', 'rules', 'emails', 'simulate', 'report'] as const;

const SECTIONS = [
  'general',
  'account',
  'members',
  'keys',
  'identity',
  'senders',
  'transports',
  'sending',
  'branding',
  'inboxes',
  'webhooks',
  'assistants',
  'data',
  'clock',
  'audit',
];
/** What only a live side has. */
const LIVE_SECTIONS = new Set(['senders', 'transports', 'sending', 'inboxes']);

/** Every page, and every state of one that looks different. */
export const WORLD_PAGES: readonly WorldPage[] = [
  { name: 'home', path: fixed('/dashboard') },
  { name: 'home-live', path: fixed('/dashboard'), side: 'live' },
  { name: 'inbox', path: fixed('/inbox') },
  { name: 'inbox-message', path: ({ message }) => `/inbox?m=${message}` },
  { name: 'series', path: fixed('/dashboard/series') },
  ...SERIES_TABS.map((tab) => ({
    name: `series-${tab}`,
    path: ({ onboarding }: WorldIds) => `/dashboard/automation/${onboarding}?tab=${tab}`,
  })),
  {
    name: 'series-step',
    path: ({ onboarding }) => `/dashboard/automation/${onboarding}`,
    press: "Did 'project_created'",
  },
  {
    name: 'series-email',
    path: ({ onboarding }) => `/dashboard/automation/${onboarding}?tab=emails&email=welcome`,
  },
  { name: 'series-empty', path: ({ emptySeries }) => `/dashboard/automation/${emptySeries}` },
  { name: 'templates', path: fixed('/dashboard/templates') },
  { name: 'template', path: ({ template }) => `/dashboard/templates/${template}` },
  { name: 'broadcasts', path: fixed('/dashboard/broadcasts') },
  { name: 'broadcast-draft', path: ({ draftBroadcast: id }) => `/dashboard/broadcasts/${id}` },
  { name: 'broadcast-half-way', path: ({ halfWay: id }) => `/dashboard/broadcasts/${id}` },
  { name: 'broadcast-sent', path: ({ sentBroadcast: id }) => `/dashboard/broadcasts/${id}` },
  { name: 'people', path: fixed('/dashboard/people') },
  { name: 'person', path: ({ person }) => `/dashboard/people/${person}` },
  { name: 'companies', path: fixed('/dashboard/companies') },
  { name: 'company', path: ({ company }) => `/dashboard/companies/${company}` },
  { name: 'messages', path: fixed('/dashboard/messages') },
  { name: 'message', path: ({ message }) => `/dashboard/messages?m=${message}` },
  { name: 'messages-live', path: fixed('/dashboard/messages'), side: 'live' },
  {
    name: 'message-in-doubt',
    path: ({ inDoubt }) => `/dashboard/messages?status=in_doubt&m=${inDoubt}`,
    side: 'live',
  },
  { name: 'lists', path: fixed('/dashboard/lists') },
  { name: 'list', path: ({ list }) => `/dashboard/lists/${list}` },
  { name: 'suppressions', path: fixed('/dashboard/suppressions') },
  { name: 'reports', path: fixed('/dashboard/reports') },
  { name: 'upcoming', path: fixed('/dashboard/upcoming') },
  ...SECTIONS.map((section) => ({
    name: `settings-${section}`,
    path: fixed(`/dashboard/settings/${section}`),
    ...(LIVE_SECTIONS.has(section) ? { side: 'live' as const } : {}),
  })),
  { name: 'confirm', path: ({ question }) => `/dashboard/confirm/${question}` },
  { name: 'not-found', path: fixed('/dashboard/nowhere') },
  { name: 'setup', path: fixed('/setup#token=once'), isPublic: true },
  { name: 'sign-in', path: fixed('/sign-in'), isPublic: true },
  { name: 'invitation', path: ({ invitation }) => `/invitation${invitation}`, isPublic: true },
  { name: 'reset-password', path: fixed('/reset-password#token=once'), isPublic: true },
  { name: 'unsubscribe', path: ({ unsubscribe }) => unsubscribe, isPublic: true },
  { name: 'preferences', path: ({ preferences }) => preferences, isPublic: true },
];

/** Widths that pages are made for, with the heights of such screens. */
export const SCREENS = [
  { width: 390, height: 844 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
] as const;

export type Screen = (typeof SCREENS)[number];

/** Somebody's look at the pages of a world, one after the other. */
export interface Look {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Opens a page and waits until it rests. */
  readonly open: (page: WorldPage) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A window on a world. `cookie` is empty for whoever is not signed in. */
export async function lookAt(
  { server, ids }: Pick<DashboardWorld, 'server' | 'ids'>,
  { screen, dark = false, cookie }: { screen: Screen; dark?: boolean; cookie: string },
): Promise<Look> {
  const browser = await sharedBrowser();
  const context = await browser.newContext({
    viewport: { ...screen },
    colorScheme: dark ? 'dark' : 'light',
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  if (cookie !== '') await context.addCookies(browserCookies(server.url, cookie));
  const page = await context.newPage();
  page.setDefaultTimeout(OPEN_MS);
  return {
    page,
    context,
    open: (one) => open(page, { url: server.url, one, server, ids }),
    close: () => context.close(),
  };
}

const OPEN_MS = 15_000;

async function open(
  page: Page,
  {
    url,
    one,
    server,
    ids,
  }: { url: string; one: WorldPage; server: DashboardWorld['server']; ids: WorldIds },
): Promise<void> {
  const address = new URL(one.path(ids), url);
  if (one.isPublic !== true) address.searchParams.set('w', server[one.side ?? 'test'].id);
  // A change behind the # alone would not load the page anew.
  await page.goto('about:blank');
  await page.goto(address.href);
  // By its name in the page, for an open drawer hides it from who asks for roles.
  await page.locator('h1').first().waitFor({ state: 'attached' });
  await rests(page);
  if (one.press === undefined) return;
  const button = page.getByRole('button', { name: one.press }).first();
  if (!(await button.isVisible())) return;
  await button.click();
  await rests(page);
}

/** Until nothing is being loaded, no part of the page is still to come, and it has been drawn. */
async function rests(page: Page): Promise<void> {
  const endMs = performance.now() + OPEN_MS;
  // Not `waitForFunction`: the policy of the pages has no place for what it does.
  while (!(await page.evaluate<boolean>(RESTS))) {
    if (performance.now() > endMs) throw new Error(`${page.url()} does not come to rest`);
    await sleep(POLL_MS);
  }
}

const POLL_MS = 60;

/** The event stream never ends, so the network is never idle: what counts is what the page says. */
const RESTS = `(() => {
  const waits = document.querySelector('.breathing, [aria-busy="true"]') !== null;
  const asked = performance.getEntriesByType('resource').length;
  const now = performance.now();
  const last = window.__rest ?? { asked: -1, at: now };
  if (waits || last.asked !== asked) {
    window.__rest = { asked, at: now };
    return false;
  }
  return now - last.at > 250;
})()`;
