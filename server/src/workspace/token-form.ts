/** Longer tokens are refused unread. Measured in bytes, which are characters in base64url. */
const TOKEN_BYTES_MAX = 8_192;
/** An HMAC-SHA-256 is 32 bytes: 43 characters of base64url. */
const SIGNATURE_LENGTH = 43;
/** Claims of a person nest two or three deep; deeper is somebody trying things. */
const DEPTH_MAX = 32;

/** Header parameters that would change how or with which key a token is verified. */
const HEADER_FORBIDDEN = ['crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'zip', 'enc', 'epk'];

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Whether a text is a compact JWS that we are willing to verify at all.
 *
 * Stricter than the standards where they leave room: one spelling of base64url (no padding, no
 * stray bits), one algorithm, no parameter that could name a key, JSON in UTF-8 without a repeated
 * key at the top, so that no other reader can understand the token differently than we do. Says
 * nothing about the signature. Linear in the token's length.
 * Source: RFC 8725 sections 2 and 3; RFC 7515 sections 4.1.11 and 7.1.
 */
export function hasStrictForm(token: string): boolean {
  if (token.length > TOKEN_BYTES_MAX) return false;
  const parts = token.split('.', 4);
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || header === undefined || payload === undefined) return false;
  if (signature?.length !== SIGNATURE_LENGTH || decode(signature) === null) return false;
  return mayHead(readObject(header)) && readObject(payload) !== null;
}

/** The algorithm is a constant: a token that names another, however spelled, is not looked at. */
function mayHead(header: Readonly<Record<string, unknown>> | null): boolean {
  if (header === null || !Object.hasOwn(header, 'alg') || header['alg'] !== 'HS256') return false;
  return !HEADER_FORBIDDEN.some((name) => Object.hasOwn(header, name));
}

/** The JSON object of one part of a token; null when it is none or is spelled loosely. */
function readObject(part: string): Readonly<Record<string, unknown>> | null {
  const bytes = decode(part);
  if (bytes === null) return null;
  const text = textOf(bytes);
  const value = text === null ? undefined : valueOf(text);
  if (text === null || typeof value !== 'object' || value === null || Array.isArray(value)) {
    return null;
  }
  const shape = shapeOf(text);
  // A repeated key leaves fewer keys in the value than the text has.
  const repeats = shape.topKeyCount !== Object.keys(value).length;
  return repeats || shape.depth > DEPTH_MAX ? null : (value as Record<string, unknown>);
}

/** Node decodes loosely; encoding again shows whether this was the one spelling of these bytes. */
function decode(part: string): Buffer | null {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : null;
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * How deep a JSON text nests, and how many keys its outermost object spells. `text` must be valid
 * JSON.
 */
function shapeOf(text: string): { depth: number; topKeyCount: number } {
  let level = 0;
  let depth = 0;
  let topKeyCount = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') depth = Math.max(depth, (level += 1));
    else if (char === '}' || char === ']') level -= 1;
    // Outside strings a colon stands between a key and its value, and nowhere else.
    else if (char === ':' && level === 1) topKeyCount += 1;
  }
  return { depth, topKeyCount };
}
