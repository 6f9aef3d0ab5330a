import { DomainError } from '../platform/errors.ts';

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
