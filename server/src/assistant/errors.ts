import { DomainError } from '../platform/errors.ts';

export const confirmationNotFound = (): DomainError =>
  new DomainError('assistant.confirmation_not_found', 'not_found', 'Confirmation not found');

export const memberRequired = (): DomainError =>
  new DomainError(
    'assistant.member_required',
    'forbidden',
    'Only a member who is signed in may confirm; a key cannot confirm what a key asks for',
  );

/** @param state in which it is, in a word */
export const confirmationDecided = (state: string): DomainError =>
  new DomainError(
    'assistant.confirmation_decided',
    'conflict',
    `This confirmation is ${state}; let the assistant ask again`,
  );

/** @param why says what does not fit, and what to do */
export const tokenRefused = (why: string): DomainError =>
  new DomainError('assistant.token_refused', 'forbidden', why);

export const tooManyConfirmations = (max: number): DomainError =>
  new DomainError(
    'assistant.too_many_confirmations',
    'conflict',
    `${max} questions of this key wait for a member; let one be decided first`,
  );

/** @param detail every fault of the arguments, with its place */
export const argumentsInvalid = (detail: string): DomainError =>
  new DomainError('assistant.arguments_invalid', 'invalid', detail);

export const answerTooLong = (): DomainError =>
  new DomainError(
    'assistant.answer_too_long',
    'too_large',
    'The answer is too long; ask for less, or without bodies',
  );

export const toolUnknown = (): DomainError =>
  new DomainError('assistant.tool_unknown', 'not_found', 'There is no tool of this name');
