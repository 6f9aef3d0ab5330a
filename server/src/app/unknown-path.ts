import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** 405 with `Allow` where the path is known by another method, else 404. */
export function answerUnknownPaths(app: FastifyInstance): void {
  const routes: { pattern: RegExp; methods: string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const pattern = new RegExp(`^${url.replaceAll(/:[^/]+/g, '[^/]+')}$`);
    routes.push({ pattern, methods: [method].flat() });
  });
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request);
    const known = routes.filter(({ pattern }) => pattern.test(path));
    const allowed = known.flatMap(({ methods }) => methods);
    if (allowed.length === 0) return notFound(request, reply);
    const methods = [...new Set(isSdk(path) ? [...allowed, 'OPTIONS'] : allowed)];
    void reply.header('Allow', methods.toSorted().join(', '));
    return refuse(request, reply, {
      status: 405,
      code: 'request.method',
      error: 'Method not allowed',
    });
  });
}

/** 404 for a path that names nothing. */
export function notFound(request: FastifyRequest, reply: FastifyReply): unknown {
  return refuse(request, reply, { status: 404, code: 'request.not_found', error: 'Not found' });
}

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '';
const isSdk = (path: string): boolean => path.startsWith('/api/sdk');

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, code, error }: { status: number; code: string; error: string },
): unknown {
  const path = pathOf(request);
  if (isSdk(path)) void reply.header('Access-Control-Allow-Origin', '*');
  const body = path.startsWith('/api/v1') ? { error, code, request_id: request.id } : { error };
  return reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(body));
}

const MALFORMED: Readonly<Record<string, { status: string; error: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408 Request Timeout', error: 'Request timed out' },
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    error: 'Request header is too large',
  },
};
const NOT_HTTP = { status: '400 Bad Request', error: 'Request is not valid HTTP' };

/** Answers what is no request that anything could be answered to in the usual way, and hangs up. */
export function answerMalformed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const answer = MALFORMED[error.code ?? ''] ?? NOT_HTTP;
  const body = JSON.stringify({ error: answer.error });
  socket.write(
    [
      `HTTP/1.1 ${answer.status}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
  socket.destroySoon();
}
