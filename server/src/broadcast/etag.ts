import { hash } from 'node:crypto';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { Broadcast } from './broadcast.ts';
import { draftChanged } from './errors.ts';

/**
 * Names what a draft says, as the fingerprint of a series does: of the content, not of a counter.
 *
 * @returns 64 hexadecimal digits
 */
export const etagOf = ({ name, draft }: Pick<Broadcast, 'name' | 'draft'>): string =>
  hash('sha256', canonicalJson({ name, draft }));

/**
 * Nothing is done with a draft that whoever asks for it has not seen.
 *
 * @param etag null: whichever there is
 * @throws `broadcast.changed`
 */
export function assertSeen(
  broadcast: Pick<Broadcast, 'name' | 'draft'>,
  etag: string | null,
): void {
  if (etag !== null && etag !== etagOf(broadcast)) throw draftChanged();
}
