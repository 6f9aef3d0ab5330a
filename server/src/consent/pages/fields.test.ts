import { expect, test } from 'vitest';
import { fieldsOf, isOneClick, valueOf, valuesOf } from './fields.ts';

const URLENCODED = 'application/x-www-form-urlencoded';

const multipart = (boundary: string, fields: readonly [string, string][]): Buffer =>
  Buffer.from(
    `${fields
      .map(
        ([name, value]) =>
          `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      )
      .join('')}--${boundary}--\r\n`,
  );

test.each([
  ['urlencoded', URLENCODED, Buffer.from('List-Unsubscribe=One-Click')],
  [
    'urlencoded with a charset',
    `${URLENCODED}; charset=UTF-8`,
    Buffer.from('List-Unsubscribe=One-Click'),
  ],
  ['with others around it', URLENCODED, Buffer.from('a=b&List-Unsubscribe=One-Click&token=x')],
  ['in another case, with a line end', URLENCODED, Buffer.from('list-unsubscribe=one-click\r\n')],
  ['without a type', '', Buffer.from('List-Unsubscribe=One-Click')],
  [
    'multipart',
    'multipart/form-data; boundary=---FormBoundaryjWmhtjORrn',
    multipart('---FormBoundaryjWmhtjORrn', [['List-Unsubscribe', 'One-Click']]),
  ],
  [
    'multipart with a quoted boundary and another part',
    'Multipart/Form-Data; charset=utf-8; boundary="a b"',
    multipart('a b', [
      ['token', 'x'],
      ['List-Unsubscribe', 'One-Click'],
    ]),
  ],
])('one click is known: %s', (_how, type, body) => {
  expect(isOneClick(fieldsOf(type, body))).toBe(true);
});

test.each([
  ['the button', URLENCODED, 'action=unsubscribe'],
  ['another word', URLENCODED, 'List-Unsubscribe=Two-Click'],
  ['nothing', '', ''],
  ['a multipart without an end', 'multipart/form-data; boundary=x', '--x\r\nContent-Disposition'],
  ['a multipart of another boundary', 'multipart/form-data; boundary=x', '--y\r\n\r\nOne-Click'],
  ['bytes that are no text', URLENCODED, '\u0000\uFFFD%ff%'],
])('and nothing else is: %s', (_what, type, body) => {
  expect(isOneClick(fieldsOf(type, Buffer.from(body)))).toBe(false);
});

test('names may come several times', () => {
  const fields = fieldsOf(URLENCODED, Buffer.from('on=a&on=b&action=save'));
  expect(valueOf(fields, 'action')).toBe('save');
  expect(valueOf(fields, 'none')).toBeNull();
  expect([...valuesOf(fields, 'on')]).toEqual(['a', 'b']);
});
