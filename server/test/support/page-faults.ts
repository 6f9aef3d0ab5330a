import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { lookAt, type Look, type Screen, type WorldPage } from './dashboard-pages.ts';
import type { DashboardWorld } from './dashboard-world.ts';

/** What is wrong with a page, a line each. */
export type Faults = string[];

/** A look that writes down what the browser complains of, and which calls were refused. */
export interface WatchedLook extends Look {
  readonly noted: Faults;
  readonly refused: Faults;
}

/** Less is not seen: the share of the screen that moved, times how far. */
const SHIFT_MAX = 0.02;
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Other frames are emails: what is in them is their authors'. */
const ALL: RunOptions = {
  runOnly: { type: 'tag', values: TAGS },
  resultTypes: ['violations'],
  iframes: false,
};
const COLOURS: RunOptions = { ...ALL, runOnly: { type: 'rule', values: ['color-contrast'] } };
/** The browser keeps what moved for whoever asks later. Told asynchronously, but at once. */
const SHIFTS = `new Promise((resolve) => {
  const found = { shift: 0, sources: [] };
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, value, sources } of list.getEntries()) {
      if (hadRecentInput) continue;
      found.shift += value;
      const nodes = sources.map(({ node }) => (node?.outerHTML ?? '').slice(0, 120));
      found.sources.push(value.toFixed(3) + ' ' + nodes.join(' | '));
    }
  }).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => resolve(found), 50);
})`;

/** Opens a window on a world that notes what goes wrong in it. */
export async function watchedLook(
  world: Pick<DashboardWorld, 'server' | 'ids'>,
  options: { screen: Screen; cookie: string },
): Promise<WatchedLook> {
  const look = await lookAt(world, options);
  /** What is kept out of emails is kept out on purpose, and the browser tells of it. */
  const emailFrame = `${world.server.url}/email-frame`;
  const noted: Faults = [];
  const refused: Faults = [];
  look.page.on('console', (message) => {
    const isOfPage = message.location().url !== emailFrame && !message.text().includes(emailFrame);
    if (message.type() !== 'error' || !isOfPage) return;
    // A refused call is noted as such.
    if (message.text().startsWith('Failed to load resource')) return;
    noted.push(`console: ${message.text().slice(0, 300)} ${message.location().url}`);
  });
  look.page.on('pageerror', (error) => noted.push(`error: ${error.message}`));
  look.page.on('response', (response) => {
    if (response.status() < 400) return;
    const { pathname } = new URL(response.url());
    // How a page learns that nobody is signed in.
    if (options.cookie === '' && response.status() === 401) return;
    refused.push(`${response.status()} ${response.request().method()} ${pathname}`);
  });
  return { ...look, noted, refused };
}

/** What is wrong with one page in the light, and with its colours in the dark. */
export async function faultsOf(look: WatchedLook, one: WorldPage): Promise<Faults> {
  const { page, noted, refused } = look;
  noted.length = 0;
  refused.length = 0;
  await page.emulateMedia({ colorScheme: 'light' });
  await look.open(one);
  const faults = [...(await shiftOf(page)), ...(await overflowOf(page))];
  await page.evaluate(AXE);
  faults.push(...(await axeFaults(page, ALL)));
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = (await axeFaults(page, COLOURS)).map((fault) => `dark: ${fault}`);
  return [...faults, ...dark, ...noted, ...refused];
}

async function axeFaults(page: Page, options: RunOptions): Promise<Faults> {
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, ${JSON.stringify(options)})`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, target, failureSummary = '' }) =>
      [id, target.join(' '), html.slice(0, 160), failureSummary.split('\n')[1]?.trim()].join(' · '),
    ),
  );
}

/** How far a page can be scrolled sideways. */
export async function overflowOf(page: Page): Promise<Faults> {
  const over = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  return over > 0 ? [`scrolls sideways by ${over} pixels`] : [];
}

/** What moved while the page was loading, of all that was there already. */
async function shiftOf(page: Page): Promise<Faults> {
  const { shift, sources } = await page.evaluate<{ shift: number; sources: string[] }>(SHIFTS);
  return shift >= SHIFT_MAX ? [`jumps by ${shift.toFixed(3)}: ${sources.join(' ; ')}`] : [];
}
