import { hashPassword } from 'better-auth/crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ADDRESS_HEADER, type Auth } from './better-auth.ts';

export { hashPassword };

/** What of a request's headers the library reads. */
const HANDED_ON = ['cookie', 'user-agent', 'accept', 'content-type'];

/** A request's headers as the library takes them; of whom it comes is what our edge found out. */
export function headersOf(request: FastifyRequest): Headers {
  const headers = new Headers({ [ADDRESS_HEADER]: request.ip });
  for (const name of HANDED_ON) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return headers;
}

/** Gives the browser the cookies that the library set. */
export function copyCookies(headers: Headers, reply: FastifyReply): void {
  for (const cookie of headers.getSetCookie()) void reply.header('set-cookie', cookie);
}

/** Answers a request by the library's routes. */
export async function handleAuth(
  auth: Auth,
  {
    request,
    reply,
    publicUrl,
  }: { request: FastifyRequest; reply: FastifyReply; publicUrl: string },
): Promise<unknown> {
  const headers = headersOf(request);
  // The origin was looked at already, by the rule for all of our routes.
  headers.set('origin', new URL(publicUrl).origin);
  const answer = await auth.handler(
    new Request(`${publicUrl}${request.url}`, {
      method: request.method,
      headers,
      ...(request.method === 'POST' ? { body: JSON.stringify(request.body ?? {}) } : {}),
    }),
  );
  copyCookies(answer.headers, reply);
  const location = answer.headers.get('location');
  if (location !== null) void reply.header('location', location);
  return reply
    .code(answer.status)
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .serializer(JSON.stringify)
    .send(withoutToken(await bodyOf(answer)));
}

async function bodyOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  return text === '' ? null : (JSON.parse(text) as unknown);
}

/** The session's token is the cookie's alone; no script needs it. */
function withoutToken(body: unknown): unknown {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return body;
  const { token: _token, ...rest } = body as Record<string, unknown>;
  return rest;
}
