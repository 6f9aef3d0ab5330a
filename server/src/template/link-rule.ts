import { schemeOf } from './link-address.ts';

/** Attributes whose value is an address that a client may open, and the quote that it begins with. */
const LINK_ATTRIBUTE = /\b(?:href|src|action|formaction|background|poster)\s*=\s*(["']?)/gi;

/** Most addresses: seen at once to be fine. The rest of the value is looked at for controls. */
const PLAIN = /^(?:https?:\/\/|mailto:|tel:|sms:|#)/i;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;
/** What ends an unquoted value, and how much of one is looked at: a scheme is short. */
const BARE_END = /[\s>]/;
const BARE_LENGTH = 256;

const NONE: ReadonlySet<string> = new Set();

/**
 * The attribute of rendered HTML that holds an address no mail should: one that runs code
 * (`javascript:`, however it is spelt), smuggles a document (`data:` other than images), reads files,
 * holds control characters, or has a scheme that its author has not written; null when there is none.
 *
 * Linear in the length of the HTML.
 *
 * @param ownSchemes schemes that stand in the author's template: see `schemesIn`
 */
export function dangerousLinkIn(
  html: string,
  ownSchemes: ReadonlySet<string> = NONE,
): string | null {
  for (const { name, value } of linksOf(html)) {
    if (!isFine(value, ownSchemes)) return name;
  }
  return null;
}

/** The unusual schemes of a template's own addresses, such as `myapp`: data may use them as well. */
export function schemesIn(template: string): ReadonlySet<string> {
  const names = [...linksOf(template)]
    .map(({ value }) => schemeOf(value))
    .filter((scheme) => scheme?.kind === 'other')
    .map((scheme) => scheme?.name ?? '');
  return names.length === 0 ? NONE : new Set(names);
}

function isFine(value: string, ownSchemes: ReadonlySet<string>): boolean {
  if (CONTROL.test(value)) return false;
  if (PLAIN.test(value) || !/[:&]/.test(value)) return true;
  const scheme = schemeOf(value);
  if (scheme === null || scheme.kind === 'known' || scheme.kind === 'image') return true;
  return scheme.kind === 'other' && ownSchemes.has(scheme.name);
}

/** The addresses in tags. The same characters between tags are only words. */
function* linksOf(html: string): Generator<{ name: string; value: string }> {
  const attribute = new RegExp(LINK_ATTRIBUTE);
  let seen = 0;
  let isInTag = false;
  for (let match = attribute.exec(html); match; match = attribute.exec(html)) {
    const { 0: text, 1: quote = '', index } = match;
    const before = html.slice(seen, index);
    const [open, close] = [before.lastIndexOf('<'), before.lastIndexOf('>')];
    if (open !== close) isInTag = open > close;
    seen = index;
    if (!isInTag) continue;
    const begin = index + text.length;
    const value = quote === '' ? bareValue(html, begin) : quotedValue(html, begin, quote);
    yield { name: (text.split('=')[0] ?? '').trim().toLowerCase(), value };
    attribute.lastIndex = quote === '' ? begin : begin + value.length;
  }
}

function quotedValue(html: string, begin: number, quote: string): string {
  const end = html.indexOf(quote, begin);
  return html.slice(begin, end === -1 ? html.length : end);
}

function bareValue(html: string, begin: number): string {
  const value = html.slice(begin, begin + BARE_LENGTH);
  const end = value.search(BARE_END);
  return end === -1 ? value : value.slice(0, end);
}
