import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SCREENS, WORLD_PAGES, type Screen, type WorldPage } from '../support/dashboard-pages.ts';
import { startDashboardWorld, type DashboardWorld } from '../support/dashboard-world.ts';
import { closeBrowser } from '../support/dashboard.ts';
import { faultsOf, overflowOf, watchedLook, type Faults } from '../support/page-faults.ts';

/**
 * Goal: everybody can use every page: no fault that axe finds of WCAG 2.2 AA in either theme, nothing
 * that scrolls sideways, nothing that jumps while it loads, nothing that the browser complains of; and
 * whoever may only look is refused nowhere. Method: one world, one window a width, every page of it.
 */
const [PHONE, TABLET, DESK] = SCREENS;
/** Of a machine that does much else; by itself it takes some tens of seconds. */
const TIMEOUT = { timeout: 600_000 };

let world: DashboardWorld;

beforeAll(async () => {
  world = await startDashboardWorld();
});
afterAll(async () => {
  await closeBrowser();
  await world?.close();
});

test('every page that the dashboard has is among those that are looked at', () => {
  const source = (file: string): string => readFileSync(join(DASHBOARD, file), 'utf8');
  const routes = wordsOf(source('app/router.tsx'), /path: '([^']+)'/g);
  const sections = wordsOf(source('pages/settings/sections.ts'), /^    name: '(\w+)'/gm);
  const paths = WORLD_PAGES.map(({ path }) => path(world.ids).split(/[?#]/)[0] ?? '');
  const patternOf = (route: string): RegExp =>
    new RegExp(`^${route.replaceAll(/\$\w+/g, '[^/]+')}$`);
  expect(Math.min(routes.length, sections.length)).toBeGreaterThan(10);
  expect(routes.filter((route) => !paths.some((path) => patternOf(route).test(path)))).toEqual([]);
  expect(sections.filter((name) => !paths.includes(`/dashboard/settings/${name}`))).toEqual([]);
});

const DASHBOARD = join(import.meta.dirname, '../../../dashboard/src');

const wordsOf = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, word = '']) => word);

/** All pages, one after the other: those of members in one window, the public ones in another. */
async function allFaults(
  screen: Screen,
  {
    cookie = world.owner.cookie,
    look: lookFor = faultsOf,
    after = () => Promise.resolve([]),
  }: {
    cookie?: string;
    look?: typeof faultsOf;
    after?: (page: Page) => Promise<Faults>;
  } = {},
): Promise<Record<string, Faults>> {
  const found: Record<string, Faults> = {};
  const lookThrough = async (pages: readonly WorldPage[], as: string): Promise<void> => {
    const look = await watchedLook(world, { screen, cookie: as });
    for (const one of pages) {
      const faults = await lookFor(look, one).catch((error: unknown) => [String(error)]);
      faults.push(...(await after(look.page)));
      if (faults.length > 0) found[one.name] = faults;
    }
    await look.close();
  };
  await lookThrough(
    WORLD_PAGES.filter(({ isPublic }) => isPublic !== true),
    cookie,
  );
  await lookThrough(
    WORLD_PAGES.filter(({ isPublic }) => isPublic === true),
    '',
  );
  return found;
}

test.concurrent(
  'on a desk no page has a fault, and on a tablet none scrolls sideways',
  TIMEOUT,
  async () => {
    const onTablet = async (page: Page): Promise<Faults> => {
      await page.setViewportSize({ ...TABLET });
      const faults = await overflowOf(page);
      await page.setViewportSize({ ...DESK });
      return faults.map((fault) => `at ${TABLET.width}: ${fault}`);
    };
    expect(await allFaults(DESK, { after: onTablet })).toEqual({});
  },
);

test.concurrent('on a phone no page has a fault', TIMEOUT, async () => {
  expect(await allFaults(PHONE)).toEqual({});
});

/** What a viewer cannot do, as buttons say it. */
const DOES =
  /^(activate|add|archive|cancel|change|create|delete|duplicate|erase|import|invite|make|new|pause|publish|remove|rename|resend|resume|revoke|rotate|save|schedule|send|suppress|upload|write)\b/i;
/** What asks or looks only, or is about oneself. */
const LOOKS = /^add a (condition|group|zone|property)/i;
/** There one changes one's own name, password and sessions. */
const OWN = new Set(['settings-account']);

test.concurrent(
  'whoever may only look is refused nowhere, and sees nothing to press in vain',
  TIMEOUT,
  async () => {
    const found = await allFaults(DESK, {
      cookie: world.viewer.cookie,
      look: async (look, one) => {
        look.refused.length = 0;
        await look.open(one);
        if (one.isPublic === true || OWN.has(one.name)) return [...look.refused];
        const names = await look.page.evaluate<string[]>(`
        [...document.querySelectorAll('button:not(:disabled):not([aria-disabled="true"])')]
          .filter((one) => one.checkVisibility() && one.closest(':disabled') === null)
          .map((one) => (one.getAttribute('aria-label') ?? one.textContent).trim())
      `);
        const vain = names.filter((name) => DOES.test(name) && !LOOKS.test(name));
        return [...look.refused, ...vain.map((name) => `offers "${name}"`)];
      },
    });
    expect(found).toEqual({});
  },
);
