import { expect, test } from 'vitest';
import { dependsOn } from './topics.ts';

test('an answer is asked for again when its topic changes, and not else', () => {
  expect(dependsOn('GET /messages', new Set(['messages']))).toBe(true);
  expect(dependsOn('GET /series/{id}/stats', new Set(['enrollments']))).toBe(true);
  expect(dependsOn('GET /messages', new Set(['series', 'users']))).toBe(false);
});

test('what has no topics of its own belongs to the settings', () => {
  expect(dependsOn('GET /senders', new Set(['settings']))).toBe(true);
  expect(dependsOn('GET /senders', new Set(['messages']))).toBe(false);
});
