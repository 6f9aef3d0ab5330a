import type { Transaction } from '../platform/db.ts';
import { deleteLinksWith } from './sql/erase.ts';

const ID_BYTES = 16;
const TOKEN = /\/c\/([\w-]{43,90})/g;

/**
 * Deletes where the links of a person's messages lead, where that tells of the person: an address with
 * their email or id in it. Links of everybody stay.
 *
 * @param bodies of the person's messages
 * @param words what is the person's own: email, id
 */
export async function eraseLinks(
  tx: Transaction,
  {
    workspaceId,
    bodies,
    words,
  }: { workspaceId: string; bodies: readonly string[]; words: readonly string[] },
): Promise<number> {
  const ids = new Set<string>();
  for (const body of bodies) {
    for (const [, token = ''] of body.matchAll(TOKEN)) {
      const id = linkIdOf(token);
      if (id !== null) ids.add(id);
    }
  }
  if (ids.size === 0) return 0;
  const spelt = words.flatMap((word) => [word, encodeURIComponent(word), encodeURI(word)]);
  const lower = [...new Set(spelt.map((word) => word.toLowerCase()))].filter((word) => word !== '');
  return deleteLinksWith(tx, { workspaceId, ids: [...ids], words: lower });
}

/** A token holds the ids of message and link, and a signature. */
function linkIdOf(token: string): string | null {
  const bytes = Buffer.from(token, 'base64url').subarray(ID_BYTES, 2 * ID_BYTES);
  if (bytes.length < ID_BYTES) return null;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
