/** What is watched in one email. */
export interface Tracking {
  readonly opens: boolean;
  readonly clicks: boolean;
}

/** What a level says about it: a workspace's setting, a list's, an email step's. Absent: nothing. */
export type TrackingChoice = { readonly opens?: boolean; readonly clicks?: boolean } | null;

/** What is watched: all of the workspace, the list and the email have to allow it. */
export function trackingOf(
  settings: Tracking,
  list: TrackingChoice = null,
  step: TrackingChoice = null,
): Tracking {
  const isOn = (what: keyof Tracking): boolean =>
    settings[what] && (list?.[what] ?? true) && (step?.[what] ?? true);
  return { opens: isOn('opens'), clicks: isOn('clicks') };
}

/** Where to put what; null leaves it out. */
export interface RewriteOptions {
  /** The click link of an address; null leaves links as they are. */
  readonly linkFor: ((url: string) => string) | null;
  readonly pixelUrl: string | null;
  /** Of a link that people do not see. */
  readonly honeypotUrl: string | null;
  /** Addresses that stay as they are, such as the one to unsubscribe at. */
  readonly isOwn: (url: string) => boolean;
}

export interface Rewritten {
  readonly html: string;
  /** The addresses that got click links, each once, in order. */
  readonly urls: readonly string[];
}

/** Past this nothing is looked through: mail clients have stopped showing it long before. */
const HTML_LENGTH_MAX = 1_000_000;
/** Different addresses; the links after them stay as they are. */
const URLS_MAX = 500;
/** What every browser opens; longer ones stay as they are. */
const URL_LENGTH_MAX = 4_096;

/** Whose content is text, whatever it looks like, where no scripts run. Source: HTML Living Standard, 13.2.5.1 and 13.2.6. */
const RAW_TEXT = new Set([
  'script',
  'style',
  'textarea',
  'title',
  'xmp',
  'iframe',
  'noembed',
  'noframes',
]);
const TAG_NAME = /[a-z][^\s/>]*/iy;
/** One attribute and what stands before it: name, and value in either quotes or in none. */
const ATTRIBUTE = /[\s/]*([^\s/>=][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"'][^\s>]*)))?/y;
const WEB = /^https?:\/\/[^\s/]/i;

/**
 * Puts click links, the open pixel and a hidden link into rendered HTML.
 *
 * Only `href` of `a` and `area` with an http(s) address; nothing inside of comments, scripts and other
 * raw text. Linear in the length of the HTML. Pure.
 */
export function rewriteLinks(html: string, options: RewriteOptions): Rewritten {
  const { pixelUrl, honeypotUrl } = options;
  if (html.length > HTML_LENGTH_MAX) return { html, urls: [] };
  const { hrefs, bodyEnd } = hrefsIn(html);
  const links = new Map<string, string>();
  let out = '';
  let copied = 0;
  for (const { start, end, text } of hrefs) {
    const link = linkOf(text, links, options);
    if (link === null) continue;
    out += `${html.slice(copied, start)}"${escaped(link)}"`;
    copied = end;
  }
  const extra = `${honeypotUrl === null ? '' : honeypot(honeypotUrl)}${pixelUrl === null ? '' : pixel(pixelUrl)}`;
  const place = bodyEnd ?? html.length;
  out += html.slice(copied, place) + extra + html.slice(place);
  return { html: out, urls: [...links.keys()] };
}

function linkOf(
  text: string,
  links: Map<string, string>,
  { linkFor, isOwn }: RewriteOptions,
): string | null {
  if (linkFor === null) return null;
  const url = addressOf(text);
  if (url === null || isOwn(url)) return null;
  const known = links.get(url);
  if (known !== undefined) return known;
  if (links.size >= URLS_MAX) return null;
  const link = linkFor(url);
  links.set(url, link);
  return link;
}

interface Href {
  /** Of the value in the HTML, with its quotes. */
  readonly start: number;
  readonly end: number;
  /** As it stands there, without quotes. */
  readonly text: string;
}

/** Every `href` of a link, and where the body ends; null when the HTML does not say. */
function hrefsIn(html: string): { hrefs: Href[]; bodyEnd: number | null } {
  const hrefs: Href[] = [];
  let bodyEnd: number | null = null;
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at)) {
    const next = html.charCodeAt(at + 1);
    if (next === 0x21 || next === 0x3f) {
      at = afterDeclaration(html, at);
      continue;
    }
    const isEnd = next === 0x2f;
    const nameAt = at + (isEnd ? 2 : 1);
    TAG_NAME.lastIndex = nameAt;
    const name = TAG_NAME.exec(html)?.[0].toLowerCase();
    if (name === undefined) {
      at += 1;
      continue;
    }
    if (isEnd && name === 'body') bodyEnd = at;
    const isLink = !isEnd && (name === 'a' || name === 'area');
    const tag = readTag(html, nameAt + name.length);
    // A tag that never ends is none.
    if (tag === null) break;
    if (isLink && tag.href !== null) hrefs.push(tag.href);
    at = tag.end;
    if (!isEnd && name === 'plaintext') break;
    if (!isEnd && RAW_TEXT.has(name)) at = rawTextEnd(html, at, name);
  }
  return { hrefs, bodyEnd };
}

/** After a comment, a doctype or anything else that begins with `<!` or `<?`. */
function afterDeclaration(html: string, at: number): number {
  if (!html.startsWith('<!--', at)) return endOr(html, html.indexOf('>', at), 1);
  // These are comments that have ended already.
  if (html.startsWith('<!-->', at)) return at + 5;
  if (html.startsWith('<!--->', at)) return at + 6;
  return endOr(html, html.indexOf('-->', at + 4), 3);
}

const endOr = (html: string, found: number, length: number): number =>
  found < 0 ? html.length : found + length;

/** The attributes of a tag up to its `>`. Of several `href` the first counts, as in browsers. */
function readTag(html: string, from: number): { href: Href | null; end: number } | null {
  let href: Href | null = null;
  let at = from;
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const found = ATTRIBUTE.exec(html);
    if (found === null) break;
    const [whole, name = '', double, single, bare] = found;
    at += whole.length;
    const text = double ?? single ?? bare;
    if (href !== null || text === undefined || name.toLowerCase() !== 'href') continue;
    const length = text.length + (bare === undefined ? 2 : 0);
    href = { start: at - length, end: at, text };
  }
  const end = html.indexOf('>', at);
  return end < 0 ? null : { href, end: end + 1 };
}

const RAW_TEXT_END: ReadonlyMap<string, RegExp> = new Map(
  [...RAW_TEXT].map((name) => [name, new RegExp(`</${name}(?=[\\s/>])`, 'gi')]),
);

function rawTextEnd(html: string, from: number, name: string): number {
  const end = RAW_TEXT_END.get(name);
  if (end === undefined) return from;
  end.lastIndex = from;
  return end.exec(html)?.index ?? html.length;
}

/** The address that a browser would open; null for anything but http(s). */
function addressOf(text: string): string | null {
  if (text.length > URL_LENGTH_MAX) return null;
  const url = (text.includes('&') ? decoded(text) : text).replaceAll(/[\t\r\n]/g, '').trim();
  return WEB.test(url) ? url : null;
}

const ENTITY = /&(?:amp|lt|gt|quot|apos|#39|#38|#34|#x26|#x27|#x2f|#47|#x3d|#61);/gi;
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&#38;': '&',
  '&#x26;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#34;': '"',
  '&apos;': "'",
  '&#39;': "'",
  '&#x27;': "'",
  '&#47;': '/',
  '&#x2f;': '/',
  '&#61;': '=',
  '&#x3d;': '=',
};

const decoded = (text: string): string =>
  text.replaceAll(ENTITY, (entity) => ENTITIES[entity.toLowerCase()] ?? entity);

const escaped = (url: string): string => url.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/** Seen by programs that follow whatever they find, and by nobody who reads, with eyes or ears. */
const honeypot = (url: string): string =>
  `<a href="${escaped(url)}" style="display:none" aria-hidden="true" tabindex="-1"></a>`;

const pixel = (url: string): string =>
  `<img src="${escaped(url)}" width="1" height="1" alt="" style="display:block;border:0">`;
