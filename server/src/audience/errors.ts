import { DomainError } from '../platform/errors.ts';
import type { Fault } from '../schedule/fault.ts';

export const userNotFound = (): DomainError =>
  new DomainError('audience.user_not_found', 'not_found', 'User not found');

export const companyNotFound = (): DomainError =>
  new DomainError('audience.company_not_found', 'not_found', 'Company not found');

/** @param message names the field, in the words of the contract */
export const identifyInvalid = (message: string): DomainError =>
  new DomainError('audience.identify_invalid', 'invalid', message);

/** @param message names the field */
export const companyInvalid = (message: string): DomainError =>
  new DomainError('audience.company_invalid', 'invalid', message);

/** @param message names the field */
export const usersInvalid = (message: string): DomainError =>
  new DomainError('audience.users_invalid', 'invalid', message);

/** @param message names the field, with its index where it is one of an event's */
export const eventsInvalid = (message: string): DomainError =>
  new DomainError('audience.events_invalid', 'invalid', message);

/** @param faults every fault, each with its path; at least one */
export const searchInvalid = (faults: readonly Fault[]): DomainError => {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  const where = first === undefined || first.path === '' ? 'body' : first.path;
  return new DomainError(
    'audience.search_invalid',
    'invalid',
    `${where} ${first?.message ?? ''}${more}`,
    { details: faults },
  );
};

export const filterTooSlow = (): DomainError =>
  new DomainError(
    'audience.filter_too_slow',
    'unprocessable',
    'This filter takes too long to count; make it simpler',
  );

export const savedFilterNotFound = (): DomainError =>
  new DomainError('audience.saved_filter_not_found', 'not_found', 'Saved filter not found');
