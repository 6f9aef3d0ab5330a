/** Attributes whose value is an address that a client may open. */
const LINK_ATTRIBUTE = /\b(?:href|src|action|formaction|background|poster)\s*=\s*["']?/gi;

/**
 * A scheme that runs code or smuggles a document. Browsers skip leading controls and spaces and
 * ignore tabs and line breaks within the scheme. Images may be given as data.
 */
const DANGEROUS = new RegExp(
  `[\\0- ]*(?:${['javascript', 'vbscript', 'data'].map(broken).join('|')})[\\t\\r\\n]*:` +
    '(?!image/(?:png|jpeg|gif|webp)[;,])',
  'iy',
);

function broken(word: string): string {
  return word.split('').join('[\\t\\r\\n]*');
}

/**
 * The attribute of rendered HTML that holds a `javascript:`, `vbscript:` or `data:` address, or
 * null. Merged values are escaped, so they can bring such an address only in plain sight; what
 * an author hides behind entities is the author's own.
 *
 * Linear in the length of the HTML.
 */
export function dangerousLinkIn(html: string): string | null {
  LINK_ATTRIBUTE.lastIndex = 0;
  for (let found = LINK_ATTRIBUTE.exec(html); found; found = LINK_ATTRIBUTE.exec(html)) {
    DANGEROUS.lastIndex = LINK_ATTRIBUTE.lastIndex;
    if (!DANGEROUS.test(html)) continue;
    // The same characters between tags are only words.
    const isInTag = html.lastIndexOf('<', found.index) > html.lastIndexOf('>', found.index);
    if (isInTag) return (found[0].split('=')[0] ?? '').trim().toLowerCase();
  }
  return null;
}
