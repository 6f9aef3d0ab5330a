import { readFileSync } from 'node:fs';
import { launchBrowser } from './browser.ts';
import { browserCookies } from './dashboard.ts';
const s = JSON.parse(readFileSync('/tmp/p1-server.json', 'utf8'));
const browser = await launchBrowser();
export async function open(which: string, { width = 1440, dark = false, query = '', cookie = s.cookie } = {}) {
  const context = await browser.newContext({ viewport: { width, height: width === 390 ? 844 : width === 768 ? 1024 : 900 }, colorScheme: dark ? 'dark' : 'light', timezoneId: 'Europe/Berlin' });
  await context.addCookies(browserCookies(s.url, cookie));
  const page = await context.newPage();
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && console.log(m.type(), m.text()));
  page.on('pageerror', (e) => console.log('PAGEERROR', e.message, e.stack?.slice(0, 600)));
  page.setDefaultTimeout(8000);
  await page.goto(`${s.url}/dashboard/automation/${s[which]}?w=${s.side}${query}`);
  await page.waitForTimeout(1200);
  return page;
}
export { browser, s };
