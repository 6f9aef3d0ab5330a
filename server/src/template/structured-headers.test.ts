import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { composeMessage } from './message.ts';

function compose(headers: Record<string, string>) {
  return composeMessage({
    from: { address: 'hello@example.com' },
    to: { address: 'ada@example.org' },
    subject: 'Welcome',
    html: '<p>Hi</p>',
    text: 'Hi',
    headers,
    messageId: '<1.2@example.com>',
    date: new Date('2026-03-01T10:00:00Z'),
  });
}

/** The field as it was written, with its folds. */
function fieldOf(name: string, value: string, others: Record<string, string> = {}): string {
  const composed = compose({ [name]: value, ...others });
  if (composed.kind === 'failed') throw new Error(composed.reason);
  const head = composed.raw.toString('latin1').split('\r\n\r\n')[0] ?? '';
  return head.split(/\r\n(?![ \t])/).find((field) => field.startsWith(`${name}: `)) ?? '';
}

function reasonOf(headers: Record<string, string>): string {
  const composed = compose(headers);
  return composed.kind === 'failed' ? composed.reason : 'no failure';
}

const WAY = { 'List-Unsubscribe': '<https://example.com/u>' };

test.each([
  ['List-Unsubscribe', '<https://example.com/u/=?UTF-8?Q?x?=>, <mailto:u@example.com?subject=x>'],
  ['List-Unsubscribe', `<https://example.com/${'u'.repeat(870)}>`],
  ['List-Help', '<https://example.com/help>'],
  ['List-Post', 'NO'],
  ['List-Id', '"News, weekly" <0198a1c2-0000-7000-8000-000000000001.example.com>'],
  ['List-Id', 'Weekly News <news.example.com>'],
  ['List-Id', '<news.localhost>'],
  ['Feedback-ID', 'c-1:w-2:marketing:acme'],
  ['Auto-Submitted', 'auto-generated'],
  ['Auto-Submitted', 'auto-replied; owner-email=x'],
  ['Precedence', 'bulk'],
  ['In-Reply-To', `<${'a'.repeat(200)}@example.com>`],
])('%s leaves as it is: %s', async (name, value) => {
  const field = fieldOf(name, value);
  expect(field.replaceAll('\r\n', '')).toBe(`${name}: ${value}`);
  expect(field.split('\r\n').every((line) => line.length <= 998 && line.trim() !== '')).toBe(true);
});

test('List-Unsubscribe-Post leaves on one line, beside an address for it', () => {
  const value = 'List-Unsubscribe=One-Click';
  expect(fieldOf('List-Unsubscribe-Post', value, WAY)).toBe(`List-Unsubscribe-Post: ${value}`);
});

test('several addresses are folded between each other and never within', () => {
  const addresses = Array.from(
    { length: 5 },
    (_, i) => `<https://example.com/${i}/${'u'.repeat(400)}>`,
  );
  for (const separator of [', ', ',']) {
    const field = fieldOf('List-Unsubscribe', addresses.join(separator));
    expect(field.split('\r\n ').join(' ').slice('List-Unsubscribe: '.length).split(', ')).toEqual(
      addresses,
    );
    expect(field.split('\r\n').every((line) => line.length <= 998)).toBe(true);
  }
});

test.each([
  'https://example.com/u',
  '',
  '<>',
  '<https://example.com/a b>',
  '<https://example.com/ü>',
  '<https://>',
  '<javascript:alert(1)>',
  '<ftp://example.com/u>',
  '<https://example.com/u> (a comment)',
  '(a comment) <https://example.com/u>',
  '<https://example.com/u>, ',
  '<https://example.com/u>> <https://example.com/v>',
  '<https://example.com/u>; <https://example.com/v>',
  '<https://example.com/"u">',
  `<https://example.com/${'u'.repeat(900)}>`,
  Array.from({ length: 21 }, () => '<https://e.org/u>').join(', '),
])('a List-Unsubscribe that readers would misread is refused: %s', (value) => {
  expect(reasonOf({ 'List-Unsubscribe': value })).toMatch(
    /^the header List-Unsubscribe (is|holds)/,
  );
});

test.each([
  ['List-Unsubscribe-Post', 'List-Unsubscribe=Two-Clicks'],
  ['List-Unsubscribe-Post', 'list-unsubscribe=one-click'],
  ['List-Id', 'news'],
  ['List-Id', '"a"b" <news.example.com>'],
  ['List-Id', 'Größe <news.example.com>'],
  ['List-Id', '<news>'],
  ['List-Id', `"${'a'.repeat(399)}" <${'b'.repeat(200)}.${'c'.repeat(200)}>`],
  ['Feedback-ID', 'a b:c'],
  ['Feedback-ID', 'a:b:c:d:e'],
  ['Feedback-ID', 'ä:b'],
  ['Auto-Submitted', 'auto generated'],
  ['Precedence', '😀'],
  ['References', '<a@b> c'],
])('%s is refused when it is not well-formed: %s', (name, value) => {
  expect(reasonOf({ ...WAY, [name]: value })).toMatch(new RegExp(`^the header ${name} `));
});

test('List-Unsubscribe-Post without a web address to post to is refused', () => {
  const post = { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
  expect(reasonOf(post)).toMatch(/needs a List-Unsubscribe with a web address/);
  expect(reasonOf({ ...post, 'List-Unsubscribe': '<mailto:u@example.com>' })).toMatch(/needs a/);
  expect(reasonOf({ ...post, ...WAY })).toBe('no failure');
});

test('a header that is given twice is refused, however it is written', () => {
  expect(reasonOf({ ...WAY, 'list-unsubscribe': '<https://example.com/v>' })).toMatch(/twice$/);
});

test('other headers are text: encoded where need be, and read back', async () => {
  const composed = compose({ 'X-Note': 'Größe =?x', 'X-Plain': 'a, b; c' });
  if (composed.kind === 'failed') throw new Error(composed.reason);
  expect(composed.raw.toString('latin1')).toContain('X-Plain: a, b; c\r\n');
  const { headers } = await PostalMime.parse(composed.raw);
  expect(headers.find(({ key }) => key === 'x-note')?.value).toMatch(/^=\?UTF-8\?B\?/);
});

test('no value takes more than linear time', () => {
  const long = ['<https://e.org/', 'a.', '"', '<', 'a:', 'a-', '; a=b', '> <', ', <', ' '];
  const before = process.threadCpuUsage();
  for (const name of [
    'List-Unsubscribe',
    'List-Id',
    'Feedback-ID',
    'Auto-Submitted',
    'References',
  ]) {
    for (const piece of long) reasonOf({ [name]: `<a@b${piece.repeat(3_900 / piece.length)}` });
  }
  expect(process.threadCpuUsage(before).user).toBeLessThan(500_000);
});
