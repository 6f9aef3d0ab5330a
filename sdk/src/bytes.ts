/** The bytes of a text in UTF-8. */
export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/**
 * Makes a secret ready for HMAC-SHA256 in any runtime that has WebCrypto.
 *
 * @throws TypeError when it is empty: some runtimes would sign with nothing, as anybody could
 */
export async function hmacKeyOf(
  secret: Uint8Array<ArrayBuffer>,
  use: 'sign' | 'verify',
): Promise<CryptoKey> {
  if (secret.length === 0) throw new TypeError('The secret is empty.');
  return crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, [use]);
}

/**
 * The bytes that base64 stands for.
 *
 * @throws DOMException when it is none
 */
export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** Base64 for URLs, without padding. Source: RFC 4648 section 5. */
export const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
