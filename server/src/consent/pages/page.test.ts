import { expect, test } from 'vitest';
import { html } from './html.ts';
import { pageOf } from './page.ts';

const BRAND = {
  name: '"><script>alert(1)</script>',
  colour: 'red;} body { background: url(https://evil.example) }',
  websiteUrl: 'javascript:alert(1)',
  footer: '</style><img src=x onerror=alert(1)>',
  postalAddress: '<b>Harbour</b>',
};

const policyOf = (logoUrl: string): string => {
  const { headers } = pageOf({ ...BRAND, logoUrl }, { title: 'x', main: html`<p>x</p>` });
  return headers['content-security-policy'] ?? '';
};

test('whatever a workspace calls itself, its page holds no markup of it', () => {
  const { body } = pageOf(
    { ...BRAND, logoUrl: 'https://cdn.example/a.png?"><script>' },
    { title: '<script>x</script>', main: html`<p>${'<i>'}</p>` },
  );
  expect(body).not.toMatch(/<(?:script|b|i|img src=x)\b|javascript:|evil\.example/);
});

test.each(['https://a;script-src/x.png', 'https://a,b.example/x.png', "https://a'b.example/x.png"])(
  'the address of a logo adds nothing to the policy of a page: %s',
  (logo) => {
    expect(policyOf(logo)).toContain("img-src 'none';");
    expect(policyOf(logo)).toBe(policyOf('https://x;y/'));
  },
);

test('a logo is loaded from its own origin and no other', () => {
  expect(policyOf('https://cdn.example:8443/x.png')).toContain('img-src https://cdn.example:8443;');
});
