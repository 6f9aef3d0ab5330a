import { compile } from 'html-to-text';
import { Tokenizer, TypeGuards, type TopLevelToken } from 'liquidjs';
import { plainEngine } from './engine.ts';

// Unicode noncharacters stand for Liquid tokens while HTML is turned into text: U+FDD0 begins an
// output, U+FDD1 a tag, and U+FDD2 ends either.
const NONCHARACTER = /[\uFDD0-\uFDD2]/g;
const MARK = /[\uFDD0\uFDD1](\d+)\uFDD2/g;
const TAG_MARK = /\uFDD1\d+\uFDD2/g;
/** Tags alone on their line: the line is not part of the text. */
const TAG_LINE = /^ *((?:\uFDD1\d+\uFDD2)+) *(?:\n|(?![^]))/gm;
/** A brace of the text itself that would begin a Liquid token. */
const LITERAL_BRACE = /\{(?=[{%\uFDD0\uFDD1])/g;

const convert = compile({
  wordwrap: false,
  formatters: {
    // What a picture shows, for those who read text; nothing for decoration.
    imageAlt: (element, _walk, builder) => {
      const { alt = '' } = (element.attribs ?? {}) as Readonly<Record<string, string>>;
      if (alt.trim() !== '') builder.addInline(alt.trim());
    },
  },
  // The whole document, so that an `assign` before <body> is not lost.
  baseElements: { selectors: [], returnDomByDefault: true },
  selectors: [
    { selector: 'title', format: 'skip' },
    { selector: 'img', format: 'imageAlt' },
    { selector: 'tr', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
      selector,
      options: { uppercase: false },
    })),
  ],
});

/** The text part of an HTML body: its words, list marks and link addresses. */
export function textOf(html: string): string {
  return tidyText(convert(html));
}

/** Removes the empty lines that Liquid tags leave behind. */
export function tidyText(text: string): string {
  return text.replace(/\n{3,}/g, '\n\n').trim();
}

/**
 * The Liquid template of the text part that belongs to an HTML template, so that HTML is turned
 * into text once per template and not once per message.
 *
 * @param html a template that parses
 * @returns null where a Liquid tag stands in a place that text does not have, such as an attribute
 *   or a comment: then the text has to be made from each rendered HTML, which costs about 0.5 ms
 */
export function textTemplateOf(html: string): string | null {
  const sources: string[] = [];
  const outputs = new Map<string, string>();
  const tags: string[] = [];
  let marked = '';
  for (const token of tokensOf(html.replaceAll(NONCHARACTER, ''))) {
    const source = token.getText();
    if (TypeGuards.isTagToken(token)) {
      // What a raw block holds is literal, and literal braces are protected below.
      if (token.name === 'raw' || token.name === 'endraw') continue;
      const mark = `\uFDD1${sources.push(source) - 1}\uFDD2`;
      tags.push(mark);
      marked += mark;
    } else if (TypeGuards.isOutputToken(token)) {
      // Equal outputs get equal marks, so that a link whose text is its address is seen as one.
      const mark = outputs.get(source) ?? `\uFDD0${sources.push(source) - 1}\uFDD2`;
      outputs.set(source, mark);
      marked += mark;
    } else {
      marked += source;
    }
  }
  const text = convert(marked);
  if ((text.match(TAG_MARK) ?? []).join('') !== tags.join('')) return null;
  return text
    .replaceAll(TAG_LINE, '$1')
    .replaceAll(LITERAL_BRACE, '{% raw %}{{% endraw %}')
    .replaceAll(MARK, (_, index: string) => sources[Number(index)] ?? '');
}

/** The HTML, output and tag tokens of a template, in order. */
export function tokensOf(template: string): TopLevelToken[] {
  return new Tokenizer(template, plainEngine.options.operators).readTopLevelTokens(
    plainEngine.options,
  );
}
