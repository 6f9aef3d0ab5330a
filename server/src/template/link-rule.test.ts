import { expect, test } from 'vitest';
import { dangerousLinkIn, schemesIn } from './link-rule.ts';

const link = (address: string): string => `<p>x</p><a href="${address}">y</a>`;

test.each([
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' \t\n javascript:alert(1)',
  'java\nscript\t:alert(1)',
  '\u0001javascript:alert(1)',
  'java&#10;script&colon;alert(1)',
  '&#x6a;avascript&#58;alert(1)',
  '&#106avascript:alert(1)',
  'javascript&#0000058alert(1)',
  'vbscript:x',
  'data:text/html,<b>',
  'data:image/svg+xml,<svg>',
  'file:///etc/passwd',
  'blob:https://a.org/1',
  'view-source:https://a.org',
  'https://a.org/\u0000x',
  'https://a.org/\u007f',
  'unknown-app:open',
])('an address is refused: %j', (address) => {
  expect(dangerousLinkIn(link(address))).toBe('href');
  expect(dangerousLinkIn(`<img src='${address}'>`)).toBe('src');
});

test.each([
  'https://a.org/?a=1&amp;b=javascript:x',
  'HTTP://a.org',
  'mailto:a@b.org',
  'tel:+49',
  'sms:1',
  '#top',
  '',
  '/path?x=a:b',
  'page.html',
  '//a.org/x',
  'cid:logo',
  'data:image/png;base64,AAAA',
])('an address is let through: %j', (address) => {
  expect(dangerousLinkIn(link(address))).toBeNull();
});

test('the same characters between tags are only words', () => {
  expect(dangerousLinkIn('<p>src=javascript:x href="file:y"</p>')).toBeNull();
});

test('an unusual scheme is for those who wrote it themselves', () => {
  const own = schemesIn('<a href="myapp:open">x</a><a href="javascript:x">');
  expect([...own]).toEqual(['myapp']);
  expect(dangerousLinkIn(link('MyApp:other'), own)).toBeNull();
  expect(dangerousLinkIn(link('other:x'), own)).toBe('href');
});
