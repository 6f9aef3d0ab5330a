import { TypeGuards } from 'liquidjs';
import { tokensOf } from './plain-text.ts';

/**
 * HTML whose Liquid is out of the way: each output and tag is one word of small letters and digits,
 * which HTML and CSS tools leave alone wherever it stands.
 */
export interface MarkedHtml {
  readonly html: string;
  /** The Liquid put back. */
  readonly restore: (html: string) => string;
  /** Whether tags stand in `html` as they did, in order, and no output got lost. */
  readonly hasAll: (html: string) => boolean;
  /** Text of a tool's message with the Liquid in it as the author wrote it. */
  readonly inWords: (message: string) => string;
  readonly isMarked: (text: string) => boolean;
  /** The author's line of the first token that is not in `html`; null when all are. */
  readonly firstLost: (html: string) => { line: number; source: string } | null;
}

interface Mark {
  readonly source: string;
  readonly line: number;
  readonly isTag: boolean;
}

/**
 * Replaces the Liquid of a template by marks.
 *
 * @param template one that parses
 */
export function markLiquid(template: string): MarkedHtml {
  const prefix = freePrefix(template);
  const marks: Mark[] = [];
  let html = '';
  for (const token of tokensOf(template)) {
    const source = token.getText();
    if (TypeGuards.isHTMLToken(token)) {
      html += source;
    } else {
      const [line = 1] = token.getPosition();
      html += `${prefix}${marks.length}q`;
      marks.push({ source, line, isTag: TypeGuards.isTagToken(token) });
    }
  }
  const anyMark = new RegExp(`${prefix}(\\d+)q`, 'gi');
  // As the name of an attribute it may have been given an empty value.
  const withValue = new RegExp(`${prefix}(\\d+)q(?:="")?`, 'gi');
  const found = (text: string): number[] =>
    [...text.matchAll(anyMark)].map(([, index]) => Number(index));
  const tagsOf = (numbers: number[]): string =>
    numbers.filter((number) => marks[number]?.isTag === true).join();
  const before = found(html);
  const sourceOf = (_: string, index: string): string => marks[Number(index)]?.source ?? '';
  const firstLost = (after: string): Mark | null => {
    const there = new Set(found(after));
    return marks.find((_, index) => !there.has(index)) ?? null;
  };
  return {
    html,
    restore: (text) => text.replaceAll(withValue, sourceOf),
    hasAll: (text) => tagsOf(found(text)) === tagsOf(before) && firstLost(text) === null,
    inWords: (message) => message.replaceAll(anyMark, sourceOf),
    isMarked: (text) => found(text).length > 0,
    firstLost,
  };
}

/** A word that the template does not have. */
function freePrefix(template: string): string {
  const lower = template.toLowerCase();
  let prefix = 'zqx';
  while (lower.includes(prefix)) prefix += 'x';
  return `${prefix}m`;
}
