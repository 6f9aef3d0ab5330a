import { DomainError } from '../platform/errors.ts';

export const userNotFound = (): DomainError =>
  new DomainError('audience.user_not_found', 'not_found', 'User not found');

/** @param message names the field, in the words of the contract */
export const identifyInvalid = (message: string): DomainError =>
  new DomainError('audience.identify_invalid', 'invalid', message);
