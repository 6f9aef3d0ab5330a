import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeBrowser, dashboardDir, openDashboard } from '../support/dashboard.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * Goal: the first view comes soon over a slow line: canvas and editor are loaded when they are opened.
 * Method: the real pages in a browser that has seen nothing yet; what is sent for each, as it is sent.
 */
const KILOBYTES_MAX = 200;

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ dashboardDir: dashboardDir(), hasOwnUrl: true });
});
afterAll(async () => {
  await closeBrowser();
  await server.close();
});

test.each(['/dashboard', '/sign-in'])(
  'the first view of %s takes less than 200 kB of packed JavaScript',
  async (path) => {
    const { page, close } = await openDashboard(server, { path: '/docs' });
    const files = new Map<string, number>();
    page.on('response', (response) => {
      if (response.request().resourceType() !== 'script') return;
      const sizes = response.request().sizes();
      void sizes.then(({ responseBodySize: size }) => files.set(response.url(), size));
    });
    if (path === '/sign-in') await page.context().clearCookies();
    const answer = await page.goto(new URL(path, server.url).href);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('load');
    const sizes = [...files.values()];
    const kilobytes = sizes.reduce((sum, size) => sum + size, 0) / 1000;
    console.log(`${path}: ${kilobytes.toFixed(1)} kB in ${sizes.length} files`);
    expect(sizes.length).toBeGreaterThan(1);
    expect(kilobytes).toBeLessThan(KILOBYTES_MAX);
    const policy = (await answer?.headerValue('content-security-policy')) ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    await close();
  },
);
