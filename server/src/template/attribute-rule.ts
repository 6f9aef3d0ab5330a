import { TypeGuards } from 'liquidjs';
import { tokensOf } from './plain-text.ts';

/** Where in HTML a character stands. */
type Place = 'text' | 'comment' | 'tag' | '"' | "'";

/** A merged value in a place where escaping does not help, by line and column, from 1. */
export interface BareValue {
  readonly line: number;
  readonly column: number;
}

/**
 * The values that a template merges into a tag outside a quoted attribute, as in `<a href={{ x }}>`:
 * a space in such a value ends the attribute and begins another, whatever is escaped.
 *
 * @param html a template that parses
 */
export function bareValuesIn(html: string): BareValue[] {
  const found: BareValue[] = [];
  let place: Place = 'text';
  for (const token of tokensOf(html)) {
    if (TypeGuards.isHTMLToken(token)) {
      place = placeAfter(token.getText(), place);
    } else if (TypeGuards.isOutputToken(token) && place === 'tag') {
      const [line = 1, column = 1] = token.getPosition();
      found.push({ line, column });
    }
  }
  return found;
}

function placeAfter(html: string, before: Place): Place {
  let place = before;
  let i = 0;
  while (i < html.length && i !== -1) {
    if (place === 'text') {
      i = html.indexOf('<', i);
      if (i === -1) break;
      if (html.startsWith('<!--', i)) place = 'comment';
      else if (/[a-z/!]/i.test(html[i + 1] ?? '')) place = 'tag';
      i += 1;
    } else if (place === 'comment') {
      i = html.indexOf('-->', i);
      if (i !== -1) place = 'text';
    } else if (place === 'tag') {
      const character = html[i];
      if (character === '>') place = 'text';
      else if (character === '"' || character === "'") place = character;
      i += 1;
    } else {
      const end = html.indexOf(place, i);
      if (end !== -1) place = 'tag';
      i = end === -1 ? -1 : end + 1;
    }
  }
  return place;
}
