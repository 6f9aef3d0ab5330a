import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../platform/setup-error.ts';

const KEY_BYTES = 32;
const PRIVATE_FILE = 0o600;

/**
 * Reads the key that secrets in the database are sealed with.
 *
 * @param text 32 bytes in base64, base64url or hex
 * @throws Error whose message follows the name of the setting
 */
export function parseEncryptionKey(text: string): Buffer {
  const trimmed = text.trim();
  const key = /^[\da-f]{64}$/i.test(trimmed)
    ? Buffer.from(trimmed, 'hex')
    : /^[\w+/-]{43}=?$/.test(trimmed)
      ? Buffer.from(trimmed, 'base64')
      : null;
  if (key?.length === KEY_BYTES) return key;
  throw new Error('must be 32 bytes in base64 or hex; make one with "openssl rand -base64 32"');
}

/**
 * The key kept beside the embedded database; made when there is neither.
 *
 * @throws SetupError when there is a database, but not the key that its secrets were sealed with
 */
export function embeddedEncryptionKey(dataDir: string): Buffer {
  const path = join(dataDir, 'encryption.key');
  // Looked at in this order, for another process may be making first the key, then the database.
  const hasDatabase = existsSync(join(dataDir, 'postgres'));
  if (!existsSync(path)) {
    if (hasDatabase) {
      throw new SetupError(
        `${path} is missing, and the database beside it may hold secrets that need it. ` +
          'Put the file back, or set MILEPOST_ENCRYPTION_KEY to the key that was used.',
      );
    }
    createKey(dataDir, path);
  }
  try {
    return parseEncryptionKey(readFileSync(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SetupError(`${path} cannot be used: it ${reason}.`, { cause });
  }
}

/** Appears whole or not at all, and never in place of another: two processes may start at once. */
function createKey(dataDir: string, path: string): void {
  mkdirSync(dataDir, { recursive: true });
  const whole = `${path}.${randomBytes(8).toString('hex')}`;
  writeFileSync(whole, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: PRIVATE_FILE });
  // Made by root in somebody's folder, it is that somebody's.
  const { uid, gid } = statSync(dataDir);
  if (statSync(whole).uid !== uid) chownSync(whole, uid, gid);
  try {
    linkSync(whole, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(whole);
  }
}
