import { DomainError } from '../../platform/errors.ts';

export const senderNotFound = (): DomainError =>
  new DomainError('delivery.sender_not_found', 'not_found', 'Sender not found');

export function senderInvalid(path: string, fault: string): DomainError {
  const details = { details: [{ path, message: fault }] };
  return new DomainError('delivery.sender_invalid', 'invalid', `${path} ${fault}`, details);
}

/** @param usedBy series and broadcasts that would send nothing any more */
export function senderInUse(usedBy: readonly { id: string; name: string }[]): DomainError {
  const names = usedBy.map(({ name }) => `"${name}"`).join(', ');
  const message = `Emails of ${names} are from this sender; give them another one first`;
  return new DomainError('delivery.sender_in_use', 'conflict', message, {
    used_by: usedBy.map(({ id, name }) => ({ id, name })),
  });
}

export const tooManySenders = (max: number): DomainError =>
  new DomainError(
    'delivery.too_many_senders',
    'conflict',
    `A workspace has at most ${max} senders`,
  );

export const senderDomainNotFound = (): DomainError =>
  new DomainError('delivery.sender_domain_not_found', 'not_found', 'Domain not found');

export function senderDomainInvalid(path: string, fault: string): DomainError {
  const details = { details: [{ path, message: fault }] };
  return new DomainError('delivery.sender_domain_invalid', 'invalid', `${path} ${fault}`, details);
}

export const senderDomainTaken = (domain: string): DomainError =>
  new DomainError(
    'delivery.sender_domain_taken',
    'conflict',
    `${domain} is there already; change that one`,
  );

export function senderDomainInUse(senders: readonly { id: string; name: string }[]): DomainError {
  const message = 'Senders have addresses in this domain; delete or change them first';
  return new DomainError('delivery.sender_domain_in_use', 'conflict', message, {
    used_by: senders.map(({ id, name }) => ({ id, name })),
  });
}

export const tooManySenderDomains = (max: number): DomainError =>
  new DomainError(
    'delivery.too_many_sender_domains',
    'conflict',
    `A workspace has at most ${max} domains`,
  );
