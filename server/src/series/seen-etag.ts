import { isAbsent, recordOf } from '../schedule/fault.ts';
import { draftChanged, seriesInvalid } from './errors.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Automation } from './series.ts';

/**
 * The draft that a call means, by the `etag` in its body; null for whichever there is.
 *
 * @throws `series.invalid`
 */
export function seenEtagOf(body: unknown): string | null {
  const etag = recordOf(body)?.['etag'];
  if (isAbsent(etag)) return null;
  if (typeof etag === 'string') return etag;
  throw seriesInvalid([{ path: 'etag', message: 'must be text, as reading the draft gave it' }]);
}

/**
 * Nothing is done with a draft that whoever asks for it has not seen.
 *
 * @param etag null: whichever there is
 * @throws `series.changed`
 */
export function assertSeen(series: Pick<Automation, 'name' | 'draft'>, etag: string | null): void {
  if (etag !== null && etag !== fingerprintOf(series)) throw draftChanged();
}
