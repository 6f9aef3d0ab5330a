import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CallRefused, type Ask } from '../../assistant/index.ts';
import { recordOf } from '../../schedule/fault.ts';

const NOT_FOUND = { error: 'Not found', code: 'request.not_found' };

/**
 * Calls `/api/v1` inside of this process, as whoever made the request: with the same key, from the same
 * address.
 */
export function askerOf(app: FastifyInstance, request: FastifyRequest): Ask {
  const { authorization = '' } = request.headers;
  return async (method, path, { query = {}, body } = {}) => {
    const url = `/api/v1${path}`;
    // An id of dots would lead to another path.
    if (new URL(url, 'http://milepost').pathname !== url) throw new CallRefused(NOT_FOUND);
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    const answer = await app.inject({
      method,
      url: `${url}?${search.toString()}`,
      headers: {
        authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      remoteAddress: request.ip,
    });
    const said: unknown = answer.body === '' ? null : JSON.parse(answer.body);
    if (answer.statusCode < 400) return said as never;
    const { error, code, details } = recordOf(said) ?? {};
    throw new CallRefused({
      error: typeof error === 'string' ? error : `The server answered ${answer.statusCode}`,
      code: typeof code === 'string' ? code : 'internal',
      details,
    });
  };
}
