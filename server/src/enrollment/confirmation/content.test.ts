import { expect, test } from 'vitest';
import { confirmationFaults, confirmationStep } from './content.ts';

const own = { subject: 'One more step', html: '<a href="{{ event.confirm_url }}">Yes</a>' };

test('a list that brings no email of its own has one that asks and can be answered', () => {
  const step = confirmationStep(null);
  expect(step).toMatchObject({ type: 'email', purpose: 'transactional' });
  const { id, type, purpose, ...content } = step;
  expect([id, type, purpose]).toEqual(['confirmation', 'email', 'transactional']);
  expect(confirmationFaults(content)).toEqual([]);
});

test('what a stranger typed in about somebody does not reach them in an email that nobody asked for', () => {
  expect(JSON.stringify(confirmationStep(null))).not.toMatch(
    /\{[{%][^}]*(?:user|traits|company)\b/,
  );
});

test('the email of the list is used as it is', () => {
  expect(confirmationStep(own)).toEqual({
    id: 'confirmation',
    type: 'email',
    purpose: 'transactional',
    ...own,
  });
});

test.each([
  ['no object', 'text', 'confirmation'],
  ['no subject', { html: own.html }, 'confirmation/subject'],
  ['no link', { ...own, html: '<p>Hello</p>' }, 'confirmation/html'],
  ['a text that leads nowhere', { ...own, text: 'Please confirm' }, 'confirmation/text'],
  ['a field of another email', { ...own, list_id: 'x' }, 'confirmation/list_id'],
  ['markup that does not parse', { ...own, html: `${own.html}{% if` }, 'confirmation/html'],
])('what cannot be sent is refused: %s', (_what, content, path) => {
  expect(confirmationFaults(content).map((fault) => fault.path)).toContain(path);
});

test('content that is no longer right gives way to what can be sent', () => {
  expect(confirmationStep({ subject: 'x', html: 'no link' })['subject']).toContain('event.list');
});
