import { markLiquid } from '../liquid-marks.ts';

/** Rules times elements: more than any newsletter has, and a second's work. */
const COMPARISONS_MAX = 2_000_000;

/** HTML with the rules of its style sheets at its elements; `warning` says why it has been left alone. */
export interface InlinedHtml {
  readonly html: string;
  readonly warning: string | null;
}

/**
 * Writes the rules of `<style>` to the elements that they are for, since many clients drop style sheets.
 * Media queries, pseudo-classes and fonts stay in the head. Liquid stays where it stands.
 *
 * HTML without a style sheet comes back as it is. Nothing is read from files or from the network.
 *
 * @param html a template that parses
 */
export async function inlineCss(html: string): Promise<InlinedHtml> {
  if (!/<style[\s>]/i.test(html)) return { html, warning: null };
  const rules = [...html.matchAll(/<style[^>]*>([^]*?)<\/style>/gi)]
    .map(([, css = '']) => css.split('{').length)
    .reduce((sum, count) => sum + count, 0);
  if (rules * html.split('<').length > COMPARISONS_MAX) {
    return { html, warning: 'the style sheet is too large for this body; it was not inlined' };
  }
  // Loaded when first used: it brings a CSS and an HTML parser.
  const { default: juice } = await import('juice');
  const marked = markLiquid(html);
  const inlined = juice(marked.html, {
    preserveMediaQueries: true,
    preserveFontFaces: true,
    preserveKeyFrames: true,
    preservePseudos: true,
    preserveContainerQueries: true,
    preserveImportant: true,
    applyWidthAttributes: true,
    applyHeightAttributes: true,
    applyAttributesTableElements: true,
    inlinePseudoElements: false,
  });
  if (!marked.hasAll(inlined)) {
    const lost = marked.firstLost(inlined);
    const where = lost === null ? '' : `, as on line ${lost.line}: ${lost.source}`;
    return { html, warning: `the style sheet holds Liquid${where}; it was not inlined` };
  }
  if (/\{%/.test(html) && tagsOf(inlined) !== tagsOf(marked.html)) {
    const warning =
      'Liquid opens or closes elements only sometimes; the style sheet was not inlined';
    return { html, warning };
  }
  return { html: marked.restore(inlined), warning: null };
}

/**
 * The tags of HTML in order. A parser ends what an author left open, which is right unless the other
 * half stands in another branch: `{% if x %}<td>{% else %}<td class="y">{% endif %}…</td>`.
 */
const tagsOf = (html: string): string =>
  [...html.matchAll(/<\/?[a-z][\w:-]*/gi)]
    .map(([tag]) => tag.toLowerCase())
    .filter((tag) => !tag.endsWith('style'))
    .join();
