import { expect, test } from 'vitest';
import { eventWords, groupsOf } from './event-words.ts';

const at = '2026-03-02T09:00:00.000Z';

test.each([
  ['hard', 'Bounced for good'],
  ['soft', 'Bounced for now'],
  ['blocked', 'Blocked'],
  ['something new', 'Bounced'],
])('a bounce of the class %s is told as "%s"', (bounceClass, title) => {
  const detail = { class: bounceClass, code: '5.1.1', diagnostic: 'no such user' };
  const words = eventWords({ kind: 'bounced', at, detail });
  expect(words).toMatchObject({ title, tone: 'bad', quote: '5.1.1 no such user' });
});

test('a code that the words of the server hold already is not said twice', () => {
  const detail = { class: 'hard', code: '5.1.1', diagnostic: '550 5.1.1 no such user' };
  expect(eventWords({ kind: 'bounced', at, detail }).quote).toBe('550 5.1.1 no such user');
});

test('a visit is of a person unless it is known for a machine, and then it is said why', () => {
  const person = eventWords({ kind: 'opened', at, detail: { machine: false, via: 'gmail' } });
  expect(person.title).toBe('Opened by a person');
  expect(person.note).toBe('Through the picture proxy of Gmail.');
  const detail = { machine: true, reason: 'honeypot', url: 'https://example.com/' };
  const machine = eventWords({ kind: 'clicked', at, detail });
  expect(machine).toEqual({
    title: 'Clicked by a machine',
    tone: 'faint',
    note: 'It followed a link that people do not see.',
    quote: 'https://example.com/',
  });
});

test('a kind that is not known is told by its name', () => {
  expect(eventWords({ kind: 'handed_over', at, detail: {} }).title).toBe('Handed over');
});

test('what happens again and again is told once, with how often and until when', () => {
  const opened = { kind: 'opened', detail: { machine: true, reason: 'apple_privacy_proxy' } };
  const days = ['2026-03-02', '2026-03-03', '2026-03-04'].map((day) => `${day}T09:00:00.000Z`);
  const groups = groupsOf([
    { kind: 'delivered', at, detail: {} },
    ...days.map((day) => ({ ...opened, at: day })),
    { kind: 'opened', at, detail: { machine: false } },
  ]);
  expect(groups.map(({ count }) => count)).toEqual([1, 3, 1]);
  expect(groups[1]).toMatchObject({ at: days[0], lastAt: days[2] });
});

test('what a server said to a refusal is not repeated by the bounce that it is', () => {
  const answer = '550 5.1.1 no such user';
  const groups = groupsOf([
    { kind: 'rejected', at, detail: { answer } },
    { kind: 'bounced', at, detail: { class: 'hard', code: '5.1.1', diagnostic: answer } },
  ]);
  expect(groups.map(({ words }) => words.quote)).toEqual([answer, null]);
});
