import type { FastifyInstance, FastifyRequest } from 'fastify';
import { causedBy, type Cause } from '../platform/cause.ts';
import { actionOf, UNAUDITED } from '../workspace/index.ts';

const PREFIX = /^\/api\/v1(?=\/)/;
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Lets whatever a call of `/api/v1` changes be known as its caller's, in the audit log. After the hook
 * that says who calls.
 */
export function nameCauses(app: FastifyInstance): void {
  // With `done`, because what comes after has to run inside; a hook that is awaited would be left first.
  app.addHook('preHandler', (request, _reply, done) => {
    const operation = operationOf(request);
    if (READING.has(request.method) || Object.hasOwn(UNAUDITED, operation)) done();
    else causedBy(causeOf(request, operation), done);
  });
}

/** As the OpenAPI document spells it, without the prefix: `POST /series/{id}/publish`. */
function operationOf({ method, routeOptions }: FastifyRequest): string {
  const path = (routeOptions.url ?? '').replace(PREFIX, '').replaceAll(/:(\w+)/g, '{$1}');
  return `${method} ${path}`;
}

/** What applies files, whoever's key it has. */
const APPLIES = 'POST /series/code/apply';

function causeOf({ actor, id, ip }: FastifyRequest, operation: string): Cause {
  const { key, member } = actor;
  const byKey =
    operation === APPLIES
      ? ({ kind: 'code', id: key?.keyId ?? null, name: 'milepost apply' } as const)
      : ({ kind: 'key', id: key?.keyId ?? null, name: key?.hint ?? null } as const);
  return {
    actor:
      key === null
        ? { kind: 'member', id: member?.id ?? null, name: member?.email ?? null }
        : byKey,
    reason: null,
    action: actionOf(operation),
    requestId: id,
    address: ip,
  };
}
