import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, test } from 'vitest';
import {
  lookAt,
  SCREENS,
  WORLD_PAGES,
  type Screen,
  type WorldPage,
} from '../support/dashboard-pages.ts';
import { startDashboardWorld, type DashboardWorld } from '../support/dashboard-world.ts';
import { closeBrowser } from '../support/dashboard.ts';

/** Where the pictures go; `scripts/screenshots.mjs` says so. */
const FOLDER = process.env['SCREENSHOTS'] ?? '.milepost/screenshots';
const IS_FOR_DOCS = process.env['SCREENSHOTS_FOR'] === 'docs';
/** What README shows, by the names of its files. */
const DOCS: Readonly<Record<string, string>> = {
  'series-step': 'dashboard-builder',
  person: 'dashboard-person',
  'series-report': 'dashboard-reports',
};

let world: DashboardWorld;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  world = await startDashboardWorld();
});
afterAll(async () => {
  await closeBrowser();
  await world?.close();
});

/** One look at all `pages` in a theme, a picture each. */
async function take(
  pages: readonly WorldPage[],
  { screen, dark }: { screen: Screen; dark: boolean },
  fileOf: (page: WorldPage) => string,
): Promise<void> {
  for (const isPublic of [false, true]) {
    const cookie = isPublic ? '' : world.owner.cookie;
    const look = await lookAt(world, { screen, dark, cookie });
    for (const page of pages.filter((one) => (one.isPublic ?? false) === isPublic)) {
      await look.open(page);
      await look.page.screenshot({ path: join(FOLDER, fileOf(page)) });
    }
    await look.close();
  }
}

test.runIf(IS_FOR_DOCS)('takes the pictures that README shows', async () => {
  const screen = SCREENS[2];
  const pages = WORLD_PAGES.filter(({ name }) => name in DOCS);
  await take(pages, { screen, dark: false }, ({ name }) => `${DOCS[name]}.png`);
});

for (const screen of IS_FOR_DOCS ? [] : SCREENS) {
  for (const dark of [false, true]) {
    const theme = dark ? 'dark' : 'light';
    test(`takes every page at ${screen.width} pixels, ${theme}`, () =>
      take(WORLD_PAGES, { screen, dark }, ({ name }) => `${name}-${screen.width}-${theme}.png`));
  }
}
