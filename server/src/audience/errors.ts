import { DomainError } from '../platform/errors.ts';

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
