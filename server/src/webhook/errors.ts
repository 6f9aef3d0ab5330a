import { DomainError } from '../platform/errors.ts';

export const webhookNotFound = (): DomainError =>
  new DomainError('webhook.not_found', 'not_found', 'Webhook not found');

export const deliveryNotFound = (): DomainError =>
  new DomainError('webhook.delivery_not_found', 'not_found', 'Delivery not found');

export const tooManyWebhooks = (max: number): DomainError =>
  new DomainError('webhook.too_many', 'conflict', `At most ${max} webhooks; remove one first`);

export const webhookInvalid = (path: string, message: string): DomainError =>
  new DomainError('webhook.invalid', 'invalid', `${path} ${message}`, {
    details: [{ path, message }],
  });

export const webhookDisabled = (): DomainError =>
  new DomainError('webhook.disabled', 'conflict', 'This webhook is disabled; enable it first');
