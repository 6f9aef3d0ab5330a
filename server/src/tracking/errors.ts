import { DomainError } from '../platform/errors.ts';

export const sendingPaused = (rule: 'bounces' | 'complaints'): DomainError =>
  new DomainError(
    'tracking.sending_paused',
    'conflict',
    `Sending is paused for this workspace because of too many ${rule}; resume it first`,
  );

export const automationNotFound = (type: 'series' | 'broadcast'): DomainError =>
  type === 'series'
    ? new DomainError('series.not_found', 'not_found', 'Series not found')
    : new DomainError('broadcast.not_found', 'not_found', 'Broadcast not found');
