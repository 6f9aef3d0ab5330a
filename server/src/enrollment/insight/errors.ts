import { DomainError } from '../../platform/errors.ts';

export const zoneInvalid = (): DomainError => {
  const fault = { path: 'timezone', message: 'must be a time zone such as Europe/Berlin' };
  const message = `${fault.path} ${fault.message}`;
  return new DomainError('enrollment.timezone_invalid', 'invalid', message, { details: [fault] });
};
