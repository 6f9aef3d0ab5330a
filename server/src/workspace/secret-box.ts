import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Seals secrets that must be shown or used again, such as widget keys and identity secrets. */
export interface SecretBox {
  /** Encrypts for the row with this id; the same text gives other bytes each time. */
  readonly seal: (text: string, rowId: string) => Buffer;
  /**
   * Decrypts what `seal` made for the same row.
   *
   * @throws a plain Error when the bytes were changed, moved to another row, or sealed with another
   *   key
   */
  readonly open: (sealed: Uint8Array, rowId: string) => string;
}

/**
 * First byte of everything sealed, so that another algorithm or key can live beside this one later.
 */
const VERSION = 1;
const KEY_BYTES = 32;
/**
 * 96 random bits per seal (NIST SP 800-38D section 8.2.2): safe far beyond the keys a server makes.
 */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/**
 * AES-256-GCM. Layout: version, nonce, tag, ciphertext. The row's id is authenticated with it, so
 * that a sealed secret copied into another row does not open.
 *
 * @param encryptionKey the 32 bytes of MILEPOST_ENCRYPTION_KEY
 */
export function createSecretBox(encryptionKey: Uint8Array): SecretBox {
  if (encryptionKey.length !== KEY_BYTES) {
    throw new Error(`the encryption key must be ${KEY_BYTES} bytes, not ${encryptionKey.length}`);
  }
  const key = Buffer.from(encryptionKey);
  return {
    seal: (text, rowId) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(boundTo(rowId));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), body]);
    },
    open: (sealed, rowId) => {
      try {
        return openSealed(Buffer.from(sealed), key, rowId);
      } catch (cause) {
        throw new Error(
          `a secret of row ${rowId} does not open; was MILEPOST_ENCRYPTION_KEY changed?`,
          { cause },
        );
      }
    },
  };
}

function openSealed(sealed: Buffer, key: Buffer, rowId: string): string {
  if (sealed[0] !== VERSION) throw new Error(`unknown version ${sealed[0] ?? 'none'}`);
  const tagAt = 1 + NONCE_BYTES;
  const bodyAt = tagAt + TAG_BYTES;
  if (sealed.length < bodyAt) throw new Error(`only ${sealed.length} bytes`);
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(1, tagAt), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(boundTo(rowId));
  decipher.setAuthTag(sealed.subarray(tagAt, bodyAt));
  return Buffer.concat([decipher.update(sealed.subarray(bodyAt)), decipher.final()]).toString(
    'utf8',
  );
}

const boundTo = (rowId: string): Buffer => Buffer.from(`milepost.${VERSION}.${rowId}`);
