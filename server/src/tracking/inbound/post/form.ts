/** One field of a form. */
export interface Field {
  readonly name: string;
  /** Null when it is no file. */
  readonly type: string | null;
  readonly content: Buffer;
}

const FIELDS_MAX = 200;
const HEADER_BYTES_MAX = 4_096;
const BOUNDARY = /;\s{0,10}boundary=(?:"([^"]{1,200})"|([^;\s"]{1,200}))/i;
const NAME =
  /^content-disposition:\s{0,10}form-data\b[^\r\n]{0,400}?[;\s]name="([^"\r\n]{0,200})"/im;
const FILENAME = /[;\s]filename\*?=/i;
const TYPE = /^content-type:\s{0,10}([^\r\n]{1,200})/im;

/**
 * Reads a form. Each byte is looked at once; what it is taken apart into is views of the body.
 *
 * Source: RFC 7578; the form of URLs is WHATWG's
 *
 * @returns null when it is no form, or has more than 200 fields
 */
export function readForm(contentType: string, body: Buffer): readonly Field[] | null {
  if (!/^multipart\//i.test(contentType)) return fieldsOfUrl(body);
  const [, quoted, bare] = BOUNDARY.exec(contentType) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) return null;
  const fields: Field[] = [];
  const mark = Buffer.from(`--${boundary}`);
  const next = Buffer.from(`\r\n--${boundary}`);
  let at = body.indexOf(mark);
  if (at === -1) return null;
  at += mark.length;
  while (body.toString('latin1', at, at + 2) !== '--') {
    const end = body.indexOf(next, at);
    if (end === -1 || fields.length >= FIELDS_MAX) return null;
    const field = fieldIn(body.subarray(at, end));
    if (field !== null) fields.push(field);
    at = end + next.length;
  }
  return fields;
}

function fieldIn(part: Buffer): Field | null {
  const blank = part.subarray(0, HEADER_BYTES_MAX).indexOf('\r\n\r\n');
  if (blank === -1) return null;
  const headers = part.toString('utf8', 0, blank);
  const name = NAME.exec(headers)?.[1];
  if (name === undefined) return null;
  const type = TYPE.exec(headers)?.[1]?.trim() ?? 'application/octet-stream';
  return {
    name,
    type: FILENAME.test(headers) ? type : null,
    content: part.subarray(blank + 4),
  };
}

function fieldsOfUrl(body: Buffer): readonly Field[] | null {
  const fields: Field[] = [];
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) {
    if (fields.length >= FIELDS_MAX) return null;
    fields.push({ name, type: null, content: Buffer.from(value) });
  }
  return fields;
}
