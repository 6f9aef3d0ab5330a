import { expect, test } from 'vitest';
import { sentenceWords, stepWords } from './sentence.ts';

test('a step is named by what it does where its id was made up', () => {
  expect(sentenceWords('Waits at step "wait_qscfd7" (waits 1 day) until noon.')).toBe(
    'Waits at the step that waits 1 day until noon.',
  );
  expect(
    sentenceWords(`Step "email_sac4cm" (sends the email 'Hi (you), {{ user.name }}'): kept.`),
  ).toBe("The step that sends the email 'Hi (you), [name]': kept.");
  expect(sentenceWords('run step "wait_for_event_sac4cm"')).toBe('run the step “wait for event”');
});

test('an id that somebody wrote stays', () => {
  const text = 'Waits at step "wait_2days" (waits 2 days).';
  expect(sentenceWords(text)).toBe(text);
  expect([stepWords('welcome'), stepWords('wait_qscfd7')]).toEqual(['welcome', 'wait']);
});
