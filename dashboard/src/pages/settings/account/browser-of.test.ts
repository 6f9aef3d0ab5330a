import { expect, test } from 'vitest';
import { browserOf } from './browser-of.ts';

test('a user agent is told as a browser and a system', () => {
  expect(browserOf('Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0')).toBe(
    'Firefox on Linux',
  );
  expect(
    browserOf(
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
    ),
  ).toBe('Edge on Windows');
  expect(
    browserOf('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1'),
  ).toBe('Safari on iOS');
});

test('what tells nothing is shown as it is', () => {
  expect(browserOf('curl/8.5.0')).toBe('curl/8.5.0');
  expect(browserOf(null)).toBe('Unknown browser');
});
