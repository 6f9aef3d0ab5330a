import type { FastifyReply } from 'fastify';
import { Type, type TSchema } from 'typebox';
import type { DomainError, ErrorKind } from './errors.ts';
import { PAGE_LIMIT, PAGE_LIMIT_MAX } from './page.ts';

const STATUS: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported: 415,
  unprocessable: 422,
  too_many: 429,
};

/** The HTTP status of a refusal: the only place where an error becomes one. */
export const statusOf = (error: DomainError): number => STATUS[error.kind];

/** Instants on the wire: ISO 8601, UTC, milliseconds, `Z`. */
export const Instant = Type.String({ format: 'date-time' });

/** A value, or null. */
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** The reasons for a decision, in order. */
export const Reasons = Type.Array(
  Type.Object({ rule: Type.String(), input: Type.String(), outcome: Type.String() }),
);

/** The query of every list. */
export const PageQuery = {
  limit: Type.Integer({ minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT }),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
};

/** A page of a list. */
export const pageSchema = <T extends TSchema>(item: T) =>
  Type.Object({ data: Type.Array(item), next_cursor: Type.Union([Type.String(), Type.Null()]) });

/** An ISO instant, or null. */
export const isoOf = (at: Date | null): string | null => at?.toISOString() ?? null;

/**
 * Adds what a refusal says about itself to the reply: `Retry-After`, and nothing that is for logs only.
 *
 * @returns the members of the body beside `error`
 */
export function detailsOf(error: DomainError, reply: FastifyReply): Record<string, unknown> {
  const { retry_after_seconds: retryAfter, ...details } = error.details;
  if (typeof retryAfter === 'number') void reply.header('Retry-After', retryAfter);
  return details;
}
