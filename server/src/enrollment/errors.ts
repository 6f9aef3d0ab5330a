import { DomainError } from '../platform/errors.ts';

export const userNotFound = (): DomainError =>
  new DomainError('enrollment.user_not_found', 'not_found', 'User not found');

export const noOpenSlot = (why: string): DomainError =>
  new DomainError(
    'enrollment.no_open_slot',
    'conflict',
    `The series has no time at which it could send to this user: ${why}`,
  );

export const seriesNotActive = (): DomainError =>
  new DomainError(
    'enrollment.series_not_active',
    'invalid',
    'Series must be active to enroll users',
  );

export const notATestSide = (): DomainError =>
  new DomainError('enrollment.no_test_clock', 'conflict', 'Only a test side has a test clock');

export const clockIsAdvancing = (): DomainError =>
  new DomainError(
    'enrollment.clock_busy',
    'conflict',
    'The test clock is being advanced by another call',
  );

export const clockBackwards = (now: Date): DomainError =>
  new DomainError(
    'enrollment.clock_backwards',
    'invalid',
    `The test clock never goes backwards: it stands at ${now.toISOString()}`,
  );

/** @param message names the field */
export const advanceInvalid = (message: string): DomainError =>
  new DomainError('enrollment.advance_invalid', 'invalid', message);

export const eraseBusy = (): DomainError =>
  new DomainError(
    'enrollment.erase_busy',
    'conflict',
    'An email to this person is being handed over just now; try again in a few seconds',
    { retry_after_seconds: 5 },
  );

/** @param reason why nobody may be written to, as steps say it */
export const messageRefused = (reason: string): DomainError =>
  new DomainError(
    'enrollment.message_refused',
    'conflict',
    `This message may not be sent: ${reason}`,
    { reason },
  );

/** @param reason of the composing, in words for the author */
export const messageFaulty = (reason: string): DomainError =>
  new DomainError(
    'enrollment.message_faulty',
    'unprocessable',
    `This message cannot be composed: ${reason}`,
  );
