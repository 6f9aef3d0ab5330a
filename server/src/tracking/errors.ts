import { DomainError } from '../platform/errors.ts';
import type { Fault } from '../schedule/fault.ts';

export const sendingPaused = (rule: 'bounces' | 'complaints'): DomainError =>
  new DomainError(
    'tracking.sending_paused',
    'conflict',
    `Sending is paused for this workspace because of too many ${rule}; resume it first`,
  );

export const automationNotFound = (type: 'series' | 'broadcast'): DomainError =>
  new DomainError(
    'tracking.automation_not_found',
    'not_found',
    type === 'series' ? 'Series not found' : 'Broadcast not found',
  );

export const periodInvalid = (faults: readonly Fault[]): DomainError => {
  const [first] = faults;
  return new DomainError(
    'tracking.period_invalid',
    'invalid',
    first === undefined ? 'The period is wrong' : `${first.path} ${first.message}`,
    { details: faults },
  );
};
