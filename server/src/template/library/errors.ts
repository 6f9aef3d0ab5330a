import { DomainError } from '../../platform/errors.ts';
import type { Fault } from '../../schedule/fault.ts';

/** @param faults every fault, each with its path; at least one */
export const templateInvalid = (faults: readonly Fault[]): DomainError => {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  const message = `${first?.path ?? 'body'} ${first?.message ?? ''}${more}`;
  return new DomainError('template.invalid', 'invalid', message, { details: faults });
};

export const templateNotFound = (): DomainError =>
  new DomainError('template.not_found', 'not_found', 'Template not found');

export const templateVersionNotFound = (): DomainError =>
  new DomainError('template.version_not_found', 'not_found', 'This template has no such version');

export const templateArchived = (): DomainError =>
  new DomainError(
    'template.archived',
    'conflict',
    'This template is archived and can no longer be changed',
  );

export const slugTaken = (slug: string): DomainError =>
  new DomainError(
    'template.slug_taken',
    'conflict',
    `There is a template or snippet "${slug}" already`,
  );
