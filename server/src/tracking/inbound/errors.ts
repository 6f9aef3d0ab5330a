import { DomainError } from '../../platform/errors.ts';

export const inboxNotFound = (): DomainError =>
  new DomainError('tracking.inbox_not_found', 'not_found', 'Inbox not found');

export const inboxTaken = (): DomainError =>
  new DomainError(
    'tracking.inbox_address_taken',
    'conflict',
    'This side has an inbox with this address already',
  );

export const tooManyInboxes = (max: number): DomainError =>
  new DomainError(
    'tracking.too_many_inboxes',
    'conflict',
    `At most ${max} inboxes; remove one first`,
  );

export const inboxInvalid = (path: string, message: string): DomainError =>
  new DomainError('tracking.inbox_invalid', 'invalid', `${path} ${message}`, {
    details: [{ path, message }],
  });

/** One answer for all that is no address for posting, or was one. */
export const postNotFound = (): DomainError =>
  new DomainError('tracking.inbound_not_found', 'not_found', 'There is nothing here');

export const postInvalid = (message: string): DomainError =>
  new DomainError('tracking.inbound_invalid', 'invalid', message);
