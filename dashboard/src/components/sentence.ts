import { wordsOfTemplate } from './merge-tags/merge-tag.ts';

/** Ids that the builder makes up: `wait_qscfd7`. Those that somebody wrote say more than their type. */
const MADE_UP =
  /^(email|wait|wait_for_event|condition|split|update_user|webhook|end)_[a-hjkmnp-z2-9]{6}$/;
/** `step "wait_qscfd7" (waits 1 day)`: with the id and, where it is told, what the step does. */
const STEP = /\b([Ss])tep "([^"]+)"(?: \(((?:'[^']*'|[^()'])*)\))?/g;

/** A step by its id, for who does not know what was made up: `wait`. */
export function stepWords(id: string): string {
  const type = MADE_UP.exec(id)?.[1];
  return type === undefined ? id : type.replaceAll('_', ' ');
}

/** The server's words with steps named by what they do where their ids are made up. */
export function sentenceWords(text: string): string {
  const named = text.replace(STEP, (all, letter: string, id: string, does: string | undefined) => {
    const type = MADE_UP.exec(id)?.[1];
    if (type === undefined) return all;
    const the = letter === 'S' ? 'The' : 'the';
    return does === undefined ? `${the} step “${stepWords(id)}”` : `${the} step that ${does}`;
  });
  return named.includes('{{') ? wordsOfTemplate(named) : named;
}
