const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  colon: ':',
  Tab: '\t',
  NewLine: '\n',
};

const REFERENCE = /&(?:#x([\da-f]{1,8})|#(\d{1,8})|([a-z]+));?/gi;

/** Text of an attribute as a client reads it, as far as addresses need it. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(REFERENCE, (whole, hex, decimal, name) => {
    if (typeof name === 'string') return NAMED[name] ?? whole;
    const code = typeof hex === 'string' ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : '\u{FFFD}';
  });
}

/** Schemes that every client knows what to do with. */
const KNOWN = new Set(['http', 'https', 'mailto', 'tel', 'sms', 'cid']);

/** Schemes that run code, smuggle a document or read the reader's own machine. */
const DANGEROUS = new Set([
  'javascript',
  'vbscript',
  'livescript',
  'mocha',
  'data',
  'file',
  'blob',
  'filesystem',
  'about',
  'view-source',
  'jar',
  'resource',
]);

/** Images may be given as data; SVG is a document. */
const IMAGE_DATA = /^data:image\/(?:png|jpe?g|gif|webp)[;,]/i;
const SCHEME = /^([a-z][a-z0-9+.-]*):/i;

/** What an address begins with, as far as its safety goes; null for a relative one. */
export interface AddressScheme {
  readonly name: string;
  readonly kind: 'known' | 'image' | 'dangerous' | 'other';
}

/**
 * The scheme that a client sees: references are decoded, white space and controls, which clients
 * skip at the start and within, are taken out.
 *
 * @param value of an attribute, as it stands in the HTML
 */
export function schemeOf(value: string): AddressScheme | null {
  const address = decodeEntities(value).replaceAll(/[\0-\x20\x7f-\x9f]/g, '');
  const name = SCHEME.exec(address)?.[1]?.toLowerCase();
  if (name === undefined) return null;
  if (KNOWN.has(name)) return { name, kind: 'known' };
  if (!DANGEROUS.has(name)) return { name, kind: 'other' };
  return { name, kind: IMAGE_DATA.test(address) ? 'image' : 'dangerous' };
}
