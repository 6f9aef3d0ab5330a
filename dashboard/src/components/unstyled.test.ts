import { expect, test } from 'vitest';
import { unstyled } from './unstyled.ts';

test.each([
  ['<p style="color:red" class="a">x</p>', '<p class="a">x</p>'],
  ["<p class=a STYLE = 'color:red'>x</p>", '<p class=a>x</p>'],
  ['<td width=1 style=color:red>x</td>', '<td width=1>x</td>'],
  ['<style type="text/css">p > a { color: red }</style><p>x</p>', '<p>x</p>'],
  ['<p>in style="this" we write</p>', '<p>in style="this" we write</p>'],
])('styles are taken out of %s, and nothing else', (html, left) => {
  expect(unstyled(html)).toBe(left);
});
