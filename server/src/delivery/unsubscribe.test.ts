import { expect, test } from 'vitest';
import { createLinkSigner } from '../platform/link-token.ts';
import { composeMessage } from '../template/index.ts';
import { unsubscribeOf, type UnsubscribeFor } from './unsubscribe.ts';

const marketing: UnsubscribeFor = {
  signer: createLinkSigner(Buffer.alloc(32, 3)),
  publicUrl: 'https://mail.example/milepost',
  workspaceId: '018f0000-0000-7000-8000-000000000001',
  userId: '018f0000-0000-5000-8000-000000000002',
  messageId: '018f0000-0000-5000-8000-000000000003',
  list: { id: '018f0000-0000-7000-8000-000000000004', name: 'Product news' },
  purpose: 'marketing',
  mailto: 'leave+abc_DEF-1@in.mail.example',
};

test('marketing mail names both ways out, the https one first, and its list', () => {
  const { unsubscribeUrl, preferencesUrl, headers } = unsubscribeOf(marketing);
  expect(unsubscribeUrl).toMatch(/^https:\/\/mail\.example\/milepost\/u\/[\w-]{107}$/);
  expect(preferencesUrl).toMatch(/^https:\/\/mail\.example\/milepost\/p\/[\w-]{107}$/);
  expect(headers).toEqual({
    'List-Unsubscribe': `<${unsubscribeUrl}>, <mailto:leave+abc_DEF-1@in.mail.example?subject=unsubscribe>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'List-Id': '"Product news" <018f0000-0000-7000-8000-000000000004.mail.example>',
  });
});

test('without an inbound address and without a list, what they would say is left out', () => {
  const { unsubscribeUrl, headers } = unsubscribeOf({ ...marketing, mailto: null, list: null });
  expect(headers).toEqual({
    'List-Unsubscribe': `<${unsubscribeUrl}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  });
});

test('transactional mail has links to offer and no headers', () => {
  const { headers, preferencesUrl } = unsubscribeOf({ ...marketing, purpose: 'transactional' });
  expect(headers).toEqual({});
  expect(preferencesUrl).toContain('/p/');
});

test.each(['News "for" you', 'Nouveautés\r\nBcc: x@y.example', 'ニュース', '<script>', ''])(
  'a list that is called %j cannot break its header',
  (name) => {
    const list = { id: '018f0000-0000-7000-8000-000000000004', name };
    const { headers } = unsubscribeOf({ ...marketing, list });
    expect(headers['List-Id']).toBe(`<${list.id}.mail.example>`);
  },
);

test('an address with characters of its own stays one address', () => {
  const { headers } = unsubscribeOf({ ...marketing, mailto: 'a?b&c>d@in.example' });
  expect(headers['List-Unsubscribe']).toContain(
    '<mailto:a%3Fb%26c%3Ed@in.example?subject=unsubscribe>',
  );
});

test('the same message has the same links at every attempt, and another message others', () => {
  expect(unsubscribeOf(marketing)).toEqual(unsubscribeOf(marketing));
  const other = unsubscribeOf({ ...marketing, messageId: marketing.userId });
  expect(other.unsubscribeUrl).not.toBe(unsubscribeOf(marketing).unsubscribeUrl);
});

test('the headers are taken as they are by what composes the message', () => {
  const { headers } = unsubscribeOf(marketing);
  const address = { address: 'a@mail.example' };
  const made = composeMessage({
    from: address,
    to: address,
    subject: 'News',
    html: '<p>News</p>',
    text: 'News',
    headers,
    messageId: '<1@mail.example>',
    date: new Date(0),
  });
  if (made.kind === 'failed') throw new Error(made.reason);
  const [head = ''] = made.raw.toString('latin1').split('\r\n\r\n');
  const unfolded = head.replaceAll('\r\n ', ' ').split('\r\n');
  for (const [name, value] of Object.entries(headers))
    expect(unfolded).toContain(`${name}: ${value}`);
});
