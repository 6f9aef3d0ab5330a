import { expect, test } from 'vitest';
import { dependsOn } from './topics.ts';

test('an answer is asked for again when its topic changes, and not else', () => {
  expect(dependsOn('GET /messages', new Set(['messages']))).toBe(true);
  expect(dependsOn('GET /series/{id}/stats', new Set(['enrollments']))).toBe(true);
  expect(dependsOn('GET /messages', new Set(['series', 'users']))).toBe(false);
});

test('what is set up is asked for again when somebody else changes it', () => {
  expect(dependsOn('GET /senders', new Set(['senders']))).toBe(true);
  expect(dependsOn('GET /sender_domains/{id}', new Set(['senders']))).toBe(true);
  expect(dependsOn('GET /invitations', new Set(['members']))).toBe(true);
  expect(dependsOn('GET /audit', new Set(['audit']))).toBe(true);
});

test('what has no topics of its own belongs to the settings', () => {
  expect(dependsOn('GET /webhook_secret', new Set(['settings']))).toBe(true);
  expect(dependsOn('GET /webhook_secret', new Set(['messages']))).toBe(false);
});
