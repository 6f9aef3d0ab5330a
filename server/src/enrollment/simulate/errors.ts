import { DomainError } from '../../platform/errors.ts';
import type { Fault } from '../../schedule/fault.ts';

/** @param faults every fault, each with its path; at least one */
export const simulationInvalid = (faults: readonly Fault[]): DomainError => {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  const where = first === undefined || first.path === '' ? 'body' : first.path;
  const message = `${where} ${first?.message ?? ''}${more}`;
  return new DomainError('enrollment.simulation_invalid', 'invalid', message, { details: faults });
};

export const simulationsBusy = (): DomainError =>
  new DomainError(
    'enrollment.simulations_busy',
    'too_many',
    'Other simulations are running; try again in a few seconds',
    { retry_after_seconds: 5 },
  );
