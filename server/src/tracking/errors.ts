import { DomainError } from '../platform/errors.ts';

export const sendingPaused = (rule: 'bounces' | 'complaints'): DomainError =>
  new DomainError(
    'tracking.sending_paused',
    'conflict',
    `Sending is paused for this workspace because of too many ${rule}; resume it first`,
  );
