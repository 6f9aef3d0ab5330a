import { DomainError } from '../../platform/errors.ts';
import type { Fault } from '../../schedule/fault.ts';

export function bulkInvalid(faults: readonly Fault[]): DomainError {
  const [first] = faults;
  const message = first === undefined ? 'invalid' : `${first.path} ${first.message}`;
  return new DomainError('enrollment.bulk_invalid', 'invalid', message, { details: faults });
}

/** `enrollment.series_not_active` of a call that names the series in its path. */
export const seriesNotOpen = (): DomainError =>
  new DomainError(
    'enrollment.series_not_open',
    'conflict',
    'Series must be active to enroll users',
  );
