import { DomainError } from '../platform/errors.ts';
import type { Fault } from '../schedule/fault.ts';
import type { AutomationStatus, Transition } from './series.ts';

export const seriesNotFound = (): DomainError =>
  new DomainError('series.not_found', 'not_found', 'Series not found');

export const broadcastNotFound = (): DomainError =>
  new DomainError('series.broadcast_not_found', 'not_found', 'Broadcast not found');

export const notASeries = (): DomainError =>
  new DomainError('series.wrong_type', 'invalid', 'The specified automation is not a series');

/** @param faults every fault, each with its path; at least one */
export const seriesInvalid = (faults: readonly Fault[]): DomainError => {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  const where = first === undefined || first.path === '' ? 'body' : first.path;
  return new DomainError('series.invalid', 'invalid', `${where} ${first?.message ?? ''}${more}`, {
    details: faults,
  });
};

export const draftChanged = (): DomainError =>
  new DomainError(
    'series.changed',
    'conflict',
    'Somebody else changed this draft since it was read: read it again',
  );

export const notADraft = (status: AutomationStatus): DomainError =>
  new DomainError(
    'series.not_a_draft',
    'conflict',
    `Only a draft can be deleted; this one is ${status}`,
  );

export const cannotChange = (status: AutomationStatus): DomainError =>
  new DomainError(
    'series.archived',
    'conflict',
    `This one is ${status} and can no longer be changed`,
  );

export const noSuchTransition = (status: AutomationStatus, transition: Transition): DomainError =>
  new DomainError(
    'series.wrong_status',
    'conflict',
    `Cannot ${transition} a series that is ${status}`,
  );

export const versionNotFound = (): DomainError =>
  new DomainError('series.version_not_found', 'not_found', 'This series has no such version');

export const previewUserNotFound = (): DomainError =>
  new DomainError('series.preview_user', 'not_found', 'User not found');

/** @param reason of the rendering, in words for the author */
export const previewFailed = (reason: string): DomainError =>
  new DomainError(
    'series.preview_failed',
    'unprocessable',
    `This email cannot be rendered for this user: ${reason}`,
  );

export const testRecipientUnknown = (): DomainError =>
  new DomainError(
    'series.test_recipient',
    'forbidden',
    'Test emails go only to members of the workspace',
  );

export const testSideSendsNothing = (): DomainError =>
  new DomainError(
    'series.test_side',
    'conflict',
    'Nothing of a test side leaves: look at a preview, or send the test from the live side',
  );

export const noVariants = (): DomainError =>
  new DomainError('series.no_variants', 'not_found', 'This email has no variants');

export const changedElsewhere = (name: string): DomainError =>
  new DomainError(
    'series.changed_elsewhere',
    'conflict',
    `Somebody changed "${name}" since the file was last pulled or applied: pull it, or apply by force`,
  );

export const slugTaken = (slug: string): DomainError =>
  new DomainError('series.slug_taken', 'conflict', `Another series is kept in "${slug}" already`);

export const noSuchStatus = (from: AutomationStatus, to: AutomationStatus): DomainError =>
  seriesInvalid([{ path: 'status', message: `cannot become ${to}: the series is ${from}` }]);
