import { expect, test } from 'vitest';
import { asScheme } from './scheme.ts';

test('what a style sheet asks about dark and light is answered for the reader of the preview', () => {
  const html =
    '@media (prefers-color-scheme:dark){a{}} @media screen and ( Prefers-Color-Scheme: light ){}';
  expect(asScheme(html, 'dark')).toBe(
    '<style>:root{color-scheme:dark !important}</style>' +
      '@media (min-width: 0){a{}} @media screen and (max-width: 0){}',
  );
  expect(asScheme(html, 'light')).toBe(
    '<style>:root{color-scheme:light !important}</style>' +
      '@media (max-width: 0){a{}} @media screen and (min-width: 0){}',
  );
});
