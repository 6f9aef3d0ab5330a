/** The fields of a form, in order; a name may come several times. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** More than any of our forms has: two for each list, and the button. */
const FIELDS_MAX = 2_000;

/**
 * Reads a form as browsers and mailbox providers send it: urlencoded or multipart.
 *
 * Whatever it is, something comes out: a form that cannot be read has no fields.
 * Source: RFC 8058 section 3.1, RFC 7578.
 */
export function fieldsOf(contentType: string, body: Buffer): Fields {
  const boundary = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]+)"|([^\s;]+))/i.exec(
    contentType,
  );
  const text = body.toString('utf8');
  if (boundary === null) return [...new URLSearchParams(text)].slice(0, FIELDS_MAX);
  return multipart(text, boundary[1] ?? boundary[2] ?? '');
}

function multipart(text: string, boundary: string): Fields {
  const fields: (readonly [string, string])[] = [];
  // The delimiter begins a line; the first one begins the body.
  for (const part of `\r\n${text}`.split(`\r\n--${boundary}`, FIELDS_MAX).slice(1)) {
    const headEnd = part.indexOf('\r\n\r\n');
    if (headEnd === -1) continue;
    const head = part.slice(0, headEnd);
    const name = /^content-disposition:[^\r\n]*?\bname="([^"\r\n]*)"/im.exec(head)?.[1];
    if (name !== undefined) fields.push([name, part.slice(headEnd + 4)]);
  }
  return fields;
}

/** The first value of a field; null when there is none. */
export const valueOf = (fields: Fields, name: string): string | null =>
  fields.find(([known]) => known === name)?.[1] ?? null;

/** All values of a field. */
export const valuesOf = (fields: Fields, name: string): Set<string> =>
  new Set(fields.filter(([known]) => known === name).map(([, value]) => value));

/** Whether this is the POST that a mailbox provider sends for its user. */
export function isOneClick(fields: Fields): boolean {
  return fields.some(
    ([name, value]) =>
      name.toLowerCase() === 'list-unsubscribe' && value.trim().toLowerCase() === 'one-click',
  );
}
