import PostalMime, { type Email } from 'postal-mime';

/** A mail taken apart, as far as reports need it. */
export interface Mail {
  /** Names in lower case, values unfolded, in their order. */
  readonly headers: readonly { readonly key: string; readonly value: string }[];
  /** What a person would read; without markup. */
  readonly text: string;
  /** All other parts as text, with their type in lower case: no mails within. */
  readonly parts: readonly { readonly type: string; readonly text: string }[];
  /** The mails within it. */
  readonly mails: readonly Mail[];
}

/** A report says what it has to say long before; after it comes the mail that came back. */
export const MAIL_BYTES_MAX = 262_144;
/**
 * What costs time in taking a mail apart is lines and parts; a report has a few hundred and a few.
 */
const LINES_MAX = 10_000;
const DASHED_LINES_MAX = 400;
const HEADER_BYTES_MAX = 262_144;
const NESTING_MAX = 16;
/** A report within a mail, and the mail that the report gives back. */
const MAILS_DEEP_MAX = 3;
const PARTS_MAX = 40;
const PART_LENGTH_MAX = 65_536;

const NOTHING: Mail = { headers: [], text: '', parts: [], mails: [] };

/**
 * Takes a mail apart.
 *
 * Never throws: bytes that are no mail, or nest deeper than any report, give one without headers.
 */
export async function readMail(raw: Uint8Array, depth = 0): Promise<Mail> {
  const email = await parsed(raw.subarray(0, endOf(raw)));
  if (email === null) return NOTHING;
  const parts: { type: string; text: string }[] = [];
  const mails: Mail[] = [];
  for (const { mimeType, content } of email.attachments.slice(0, PARTS_MAX)) {
    const bytes = bytesOf(content);
    if (mimeType !== 'message/rfc822' && mimeType !== 'message/global') {
      parts.push({ type: mimeType, text: textOf(bytes) });
    } else if (depth < MAILS_DEEP_MAX) {
      mails.push(await readMail(bytes, depth + 1));
    }
  }
  const html = email.text === undefined || email.text.trim() === '' ? (email.html ?? '') : '';
  const text = html === '' ? (email.text ?? '') : withoutMarkup(html.slice(0, PART_LENGTH_MAX));
  return {
    headers: email.headers.map(({ key, value }) => ({ key, value: value.slice(0, 4_000) })),
    text: text.slice(0, PART_LENGTH_MAX),
    parts,
    mails,
  };
}

/** The first header of this name, or an empty text. */
export function headerOf({ headers }: Mail, name: string): string {
  return headers.find(({ key }) => key === name)?.value ?? '';
}

/** Where the reading of a mail ends. */
function endOf(raw: Uint8Array): number {
  let lines = 0;
  let dashed = 0;
  const end = Math.min(raw.length, MAIL_BYTES_MAX);
  for (let at = raw.indexOf(LF); at !== -1 && at < end; at = raw.indexOf(LF, at + 1)) {
    lines += 1;
    if (raw[at + 1] === DASH && raw[at + 2] === DASH) dashed += 1;
    if (lines > LINES_MAX || dashed > DASHED_LINES_MAX) return at;
  }
  return end;
}

const LF = 0x0a;
const DASH = 0x2d;

async function parsed(raw: Uint8Array): Promise<Email | null> {
  try {
    return await PostalMime.parse(raw, {
      forceRfc822Attachments: true,
      maxNestingDepth: NESTING_MAX,
      maxHeadersSize: HEADER_BYTES_MAX,
    });
  } catch {
    // It throws at limits and at nothing else that matters here: there is no report in it.
    return null;
  }
}

function bytesOf(content: ArrayBuffer | Uint8Array | string): Uint8Array {
  if (typeof content === 'string') return Buffer.from(content);
  return content instanceof Uint8Array ? content : new Uint8Array(content);
}

/** Fields of reports are ASCII or UTF-8; whatever is neither was never one of them. */
function textOf(bytes: Uint8Array): string {
  const start = bytes.subarray(0, PART_LENGTH_MAX);
  // Some servers write them as UTF-16, and say so only by the mark.
  if (start[0] === 0xff && start[1] === 0xfe) return new TextDecoder('utf-16le').decode(start);
  return new TextDecoder('utf-8').decode(start);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
};

/** Linear: each character is looked at once. */
function withoutMarkup(html: string): string {
  let text = '';
  let from = 0;
  while (from < html.length) {
    const open = html.indexOf('<', from);
    text += html.slice(from, open === -1 ? html.length : open);
    if (open === -1) break;
    const close = html.indexOf('>', open);
    if (close === -1) break;
    if (/^<(?:br|p|div|tr|li|h\d|\/p|\/div|\/tr|\/h\d)\b/i.test(html.slice(open, open + 6))) {
      text += '\n';
    }
    from = close + 1;
  }
  return text.replaceAll(/&(?:lt|gt|amp|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? ' ');
}
