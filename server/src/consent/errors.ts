import { DomainError } from '../platform/errors.ts';

export const listNotFound = (): DomainError =>
  new DomainError('consent.list_not_found', 'not_found', 'List not found');

export const listArchived = (): DomainError =>
  new DomainError(
    'consent.list_archived',
    'conflict',
    'This list is archived: nobody can join it; unarchive it first',
  );

export const listInUse = (): DomainError =>
  new DomainError('consent.list_in_use', 'conflict', 'Archive this list before you delete it');

export const listKindFixed = (): DomainError =>
  new DomainError(
    'consent.list_kind_fixed',
    'conflict',
    'The kind of a list cannot be changed; make another list',
  );

export const allPending = (): DomainError =>
  new DomainError(
    'consent.all_pending',
    'invalid',
    'all can be subscribed or unsubscribed; only a list can be pending',
  );

export const doubleOptInNeedsOptIn = (): DomainError =>
  new DomainError(
    'consent.double_opt_in_needs_opt_in',
    'invalid',
    'double_opt_in is for lists of kind opt_in: nobody has to join the others',
  );

export const userNotFound = (): DomainError =>
  new DomainError('consent.user_not_found', 'not_found', 'User not found');

export const suppressionNotFound = (): DomainError =>
  new DomainError('consent.suppression_not_found', 'not_found', 'Suppression not found');

/** @param message says what is wrong with the target */
export const suppressionInvalid = (message: string): DomainError =>
  new DomainError('consent.suppression_invalid', 'invalid', message);

/** @param message says what is wrong with the file */
export const importInvalid = (message: string): DomainError =>
  new DomainError('consent.import_invalid', 'invalid', message);
