import { expect, test } from 'vitest';
import { frameDocumentOf } from './frame-document.ts';

test('the policy comes before anything a message says, and forbids everything but its looks', () => {
  const document = frameDocumentOf('<!doctype html><html><head><title>Hi</title></head>');
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(document)?.[1] ?? '';
  expect(policy.split('; ')).toEqual([
    `default-src 'none'`,
    `style-src 'unsafe-inline'`,
    'img-src data:',
    'font-src data:',
    `form-action 'none'`,
    `base-uri 'none'`,
  ]);
  expect(document.indexOf(policy)).toBeLessThan(document.indexOf('<title>Hi'));
});
