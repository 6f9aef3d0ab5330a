import { DomainError } from '../platform/errors.ts';

/** A fault of one field: where it is (`rate_limits/widget_per_minute`) and what would be right. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

export const apiKeyMissing = (): DomainError =>
  new DomainError('workspace.api_key_missing', 'unauthorized', 'Missing API key');

export const apiKeyInvalid = (): DomainError =>
  new DomainError('workspace.api_key_invalid', 'unauthorized', 'Invalid API key');

export const secretKeyRequired = (): DomainError =>
  new DomainError(
    'workspace.secret_key_required',
    'forbidden',
    'This call needs a secret key (mp_sk_…); a widget key may only call /api/sdk',
  );

export const userTokenRequired = (): DomainError =>
  new DomainError(
    'workspace.user_token_required',
    'forbidden',
    'user_token is required when identity verification is enabled',
  );

export const userTokenInvalid = (): DomainError =>
  new DomainError('workspace.user_token_invalid', 'forbidden', 'Invalid user_token');

export const userTokenMismatch = (): DomainError =>
  new DomainError(
    'workspace.user_token_mismatch',
    'forbidden',
    'user_token does not match user_id',
  );

/** The edge sends `retry_after_seconds` as the header `Retry-After`. */
export const tooManyRequests = (retryAfterSeconds: number): DomainError =>
  new DomainError('workspace.rate_limited', 'too_many', 'Too many requests', {
    retry_after_seconds: retryAfterSeconds,
  });

export const idempotencyKeyInvalid = (): DomainError =>
  new DomainError(
    'workspace.idempotency_key_invalid',
    'invalid',
    'Idempotency-Key must be 1 to 255 characters',
  );

export const idempotencyKeyReused = (): DomainError =>
  new DomainError(
    'workspace.idempotency_key_reused',
    'unprocessable',
    'Idempotency-Key was used with a different request',
  );

export const idempotencyKeyBusy = (): DomainError =>
  new DomainError(
    'workspace.idempotency_key_busy',
    'conflict',
    'A request with this Idempotency-Key is still being handled; try again shortly',
  );

export const keyNotFound = (): DomainError =>
  new DomainError('workspace.key_not_found', 'not_found', 'Key not found');

export const keyRevoked = (): DomainError =>
  new DomainError(
    'workspace.key_revoked',
    'conflict',
    'This key is revoked and cannot be rotated; create a new one',
  );

export const tooManyKeys = (kind: string, max: number): DomainError =>
  new DomainError(
    'workspace.too_many_keys',
    'conflict',
    `At most ${max} keys of kind ${kind} may be live at once; revoke one first`,
  );

/** @param faults every fault, each with its path; at least one */
export const settingsInvalid = (faults: readonly Fault[]): DomainError => {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  const where = first === undefined || first.path === '' ? 'body' : first.path;
  const message = `${where} ${first?.message ?? ''}${more}`;
  return new DomainError('workspace.settings_invalid', 'invalid', message, { details: faults });
};

export const nameInvalid = (message: string): DomainError =>
  new DomainError('workspace.name_invalid', 'invalid', `name ${message}`);

export const workspaceNotFound = (): DomainError =>
  new DomainError('workspace.not_found', 'not_found', 'Workspace not found');

export const auditTimeInvalid = (name: string): DomainError =>
  new DomainError(
    'workspace.audit_time_invalid',
    'invalid',
    `${name} must be an ISO 8601 date, or a date and time with its offset`,
  );
