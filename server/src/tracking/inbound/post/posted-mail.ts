import { randomUUID } from 'node:crypto';
import { postInvalid } from '../errors.ts';
import { readForm, type Field } from './form.ts';

/** A mail as it was posted. */
export interface PostedMail {
  readonly raw: Buffer;
  /** Whom it was for, by the envelope; null when the poster does not say. */
  readonly envelopeTo: string | null;
}

type Form = readonly Field[];
type Header = readonly [name: string, value: string];

const HEADERS_MAX = 500;
const ENVELOPE_LENGTH_MAX = 4_000;

/**
 * Reads what mail servers and inbound services post: the mail itself, or a form that holds it whole
 * (`body-mime` of Mailgun, `email` of SendGrid's raw mode), or in pieces.
 *
 * @throws tracking.inbound_invalid for a form that cannot be read or holds no mail
 */
export function postedMailOf({
  contentType,
  body,
}: {
  contentType: string;
  body: Buffer;
}): PostedMail {
  if (!/^(?:multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(contentType)) {
    return { raw: body, envelopeTo: null };
  }
  const form = readForm(contentType, body);
  if (form === null) throw postInvalid('The form cannot be read');
  const whole = form.find(
    ({ name, content }) => (name === 'body-mime' || name === 'email') && content.length > 0,
  );
  return { raw: whole?.content ?? mailOfPieces(form), envelopeTo: envelopeOf(form) };
}

function textIn(form: Form, ...names: readonly string[]): string {
  for (const name of names) {
    const text = form.find((field) => field.name === name)?.content.toString('utf8') ?? '';
    if (text.trim() !== '') return text;
  }
  return '';
}

/** Mailgun's `recipient`; SendGrid's `envelope`, which is JSON with a list `to`. */
function envelopeOf(form: Form): string | null {
  const recipient = textIn(form, 'recipient');
  if (recipient !== '') return recipient.slice(0, ENVELOPE_LENGTH_MAX);
  const to = (jsonOf(textIn(form, 'envelope')) as { to?: unknown } | null)?.to;
  return Array.isArray(to) ? to.map(String).join('\n').slice(0, ENVELOPE_LENGTH_MAX) : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** The parts of the old body are no parts of the new one. */
const OF_THE_BODY = /^(?:content-|mime-version)/i;
const HEADER_NAME = /^[\w-]{1,76}$/;

/** Puts a mail together again, well enough to be read as a report. */
function mailOfPieces(form: Form): Buffer {
  const headers = headersOf(form);
  if (headers.length === 0) throw postInvalid('The form holds no mail');
  const boundary = `posted-${randomUUID()}`;
  const lines = headers
    .filter(([name]) => HEADER_NAME.test(name) && !OF_THE_BODY.test(name))
    .map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n\0]+/g, ' ')}`);
  const plain = textIn(form, 'body-plain', 'text');
  const kind = plain === '' ? 'html' : 'plain';
  const words = plain === '' ? textIn(form, 'body-html', 'html') : plain;
  const parts = [partOf(`text/${kind}; charset=utf-8`, Buffer.from(words))];
  for (const { type, content } of form) {
    if (type !== null) parts.push(partOf(typeOf(type), content));
  }
  lines.push(`Content-Type: ${outerTypeOf(headers)}; boundary="${boundary}"`);
  const bodies = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('');
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${bodies}--${boundary}--\r\n`);
}

function partOf(type: string, content: Buffer): string {
  const coded = content.toString('base64').replaceAll(/.{76}/g, '$&\r\n');
  return `Content-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${coded}`;
}

const typeOf = (type: string): string =>
  /^[\w.+-]{1,60}\/[\w.+-]{1,60}/.exec(type)?.[0] ?? 'application/octet-stream';

/** A report stays one. */
function outerTypeOf(headers: readonly Header[]): string {
  const [, type = ''] = headers.find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  const kind = /report-type="?([\w-]{1,60})/i.exec(type)?.[1];
  return kind === undefined ? 'multipart/mixed' : `multipart/report; report-type=${kind}`;
}

/** Mailgun's `message-headers` (JSON pairs), SendGrid's `headers` (lines), else single fields. */
function headersOf(form: Form): Header[] {
  const pairs = jsonOf(textIn(form, 'message-headers'));
  if (Array.isArray(pairs)) {
    return pairs.slice(0, HEADERS_MAX).flatMap((pair: unknown): Header[] => {
      const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
      return typeof name === 'string' && typeof value === 'string' ? [[name, value]] : [];
    });
  }
  const lines = headerLinesOf(textIn(form, 'headers'));
  if (lines.length > 0) return lines;
  return ['from', 'to', 'subject'].flatMap((name): Header[] => {
    const value = textIn(form, name);
    return value === '' ? [] : [[name, value]];
  });
}

function headerLinesOf(text: string): Header[] {
  const unfolded: string[] = [];
  for (const line of text.split(/\r?\n/, HEADERS_MAX)) {
    if (/^[ \t]/.test(line) && unfolded.length > 0)
      unfolded.push(`${unfolded.pop()} ${line.trim()}`);
    else unfolded.push(line);
  }
  return unfolded.flatMap((line): Header[] => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1).trim()]] : [];
  });
}
