import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isUnavailable, refusalOf } from '../platform/db.ts';
import { DomainError } from '../platform/errors.ts';
import { detailsOf, statusOf } from '../platform/http.ts';
import type { Log } from '../platform/log.ts';

/** What a scope's answers look like when they refuse. */
export type ErrorShape = 'sdk' | 'v1';

/** SQLSTATE 22021 and 22P05: text that PostgreSQL cannot hold (NUL, half a surrogate pair). */
const UNSTORABLE = new Set(['22021', '22P05']);

/** The only place where an error becomes an answer. */
export function errorHandler(log: Log, shape: ErrorShape) {
  return (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): unknown => {
    const refusal = refusalFor(error);
    if (refusal === null) {
      log.error(
        { err: error, request_id: request.id, url: request.url.split('?')[0] },
        'unexpected error',
      );
      return answer(reply, shape, internalError(error), request.id);
    }
    return answer(reply, shape, refusal, request.id);
  };
}

/** An answer that refuses. */
export interface Refusal {
  readonly status: number;
  readonly error: string;
  readonly code: string;
  readonly details: (reply: FastifyReply) => Record<string, unknown>;
}

const plain = (status: number, code: string, error: string, details = {}): Refusal => ({
  status,
  code,
  error,
  details: () => details,
});

/** What to say to a caller who asked for something that cannot be; null when the fault is ours. */
export function refusalFor(error: FastifyError | Error): Refusal | null {
  if (error instanceof DomainError) {
    const { message, code } = error;
    return { status: statusOf(error), error: message, code, details: (to) => detailsOf(error, to) };
  }
  if (UNSTORABLE.has(refusalOf(error)?.sqlState ?? '')) {
    return plain(400, 'request.unstorable', 'text must not contain NUL or unpaired surrogates');
  }
  if (!('statusCode' in error) || error.statusCode === undefined || error.statusCode >= 500) {
    return null;
  }
  return fastifyRefusal(error);
}

function fastifyRefusal(error: FastifyError): Refusal {
  if (error.validation !== undefined) return validationRefusal(error);
  switch (error.statusCode) {
    case 413:
      return plain(413, 'request.too_large', 'Request body is too large');
    case 415:
      return plain(415, 'request.content_type', 'Content-Type must be application/json');
    default:
      if (
        error.code === 'FST_ERR_CTP_INVALID_JSON_BODY' ||
        error.code === 'FST_ERR_CTP_EMPTY_JSON_BODY'
      ) {
        return plain(400, 'request.not_json', 'Request body is not valid JSON');
      }
      return plain(error.statusCode ?? 400, 'request.refused', error.message);
  }
}

/** One wrong body may have a fault in each of a hundred thousand members. */
const FAULTS_SHOWN_MAX = 20;
const NAME_SHOWN_MAX = 100;

function validationRefusal({ validation, validationContext }: FastifyError): Refusal {
  const details = (validation ?? [])
    .slice(0, FAULTS_SHOWN_MAX)
    .map(({ instancePath, message, params }) => {
      const unknown = params['additionalProperty'];
      const isUnknown = typeof unknown === 'string';
      const member = isUnknown ? unknown.slice(0, NAME_SHOWN_MAX) : params['missingProperty'];
      const at = instancePath.slice(1) + (typeof member === 'string' ? `/${member}` : '');
      const allowed = params['allowedValues'];
      const known = Array.isArray(allowed) ? `must be one of ${allowed.join(', ')}` : message;
      const said = isUnknown ? 'is not known here' : known;
      return { path: at.replace(/^\//, ''), message: said ?? 'is not valid' };
    });
  const [first] = details;
  const where =
    first === undefined || first.path === '' ? (validationContext ?? 'body') : first.path;
  const error = `${where} ${first?.message ?? 'is not valid'}`;
  return plain(400, 'request.invalid', error, { details });
}

function internalError(error: Error): Refusal {
  if (isUnavailable(error)) {
    return plain(503, 'internal.unavailable', 'The database does not answer. Try again.');
  }
  return plain(500, 'internal', 'Something went wrong on our side.');
}

function answer(
  reply: FastifyReply,
  shape: ErrorShape,
  refusal: Refusal,
  requestId: string,
): unknown {
  if (refusal.status === 503) void reply.header('Retry-After', '1');
  return reply
    .code(refusal.status)
    .header('content-type', 'application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(bodyOf(refusal, { reply, shape, requestId }));
}

/** The body of a refusal; what it says in headers goes to the reply. */
export function bodyOf(
  { error, code, details }: Refusal,
  { reply, shape, requestId }: { reply: FastifyReply; shape: ErrorShape; requestId: string },
): object {
  const more = details(reply);
  return shape === 'sdk' ? { error, ...more } : { error, code, ...more, request_id: requestId };
}
