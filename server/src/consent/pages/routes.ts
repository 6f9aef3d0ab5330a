import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import { isUnavailable } from '../../platform/db.ts';
import { clientOf, type Limit, type RateLimiter } from '../../workspace/index.ts';
import { createAnswers, type AnswerDeps, type Answers } from './answers.ts';
import { fieldsOf, isOneClick, type Fields } from './fields.ts';
import type { Page } from './page.ts';
import { BUSY_PAGE, INVALID_PAGE, UNAVAILABLE_PAGE } from './views.ts';

export interface ConsentPageDeps extends AnswerDeps {
  readonly limiter: RateLimiter;
  /** The real time, for test sides too: it is for the limits alone. */
  readonly clock: Clock;
  readonly log: { error(data: object, message: string): void };
}

/** Forms of ours have a hundred bytes for each list. */
const BODY_BYTES_MAX = 256 * 1024;
const MINUTE_SECONDS = 60;
/**
 * Looking is cheap, and the scanner of one company opens the links of all who work there; what a form
 * changes is written down. One click is never refused: providers send it for all their users from
 * few addresses, and do not try again.
 */
const LOOKS_PER_MINUTE = 3_000;
const FORMS_PER_MINUTE = 120;
/** A type that the framework has no opinion on: it refuses what it cannot read before reading it. */
const OPAQUE = 'application/octet-stream';

declare module 'fastify' {
  interface FastifyRequest {
    /** What a form is said to be, before the framework is told otherwise. */
    formType: string;
  }
}

interface TokenRoute {
  Params: { token: string };
}

/**
 * The pages that links in emails lead to: `/u/…`, `/p/…` and `/confirm/…`. Outside of `/api`, without
 * cookies and without sign-in; the token in the path, and nothing else, says whose they are.
 */
export const consentPageRoutes: FastifyPluginAsync<ConsentPageDeps> = async (app, deps) => {
  readForms(app);
  answerTrouble(app, deps.log);
  const answers = createAnswers(deps);
  addPage(app, { path: '/u/:token', open: answers.unsubscribe, deps });
  addPage(app, { path: '/p/:token', open: answers.preferences, deps });
  addPage(app, { path: '/confirm/:token', open: answers.confirm, deps });
};

function addPage(
  app: FastifyInstance,
  { path, open, deps }: { path: string; open: Answers[keyof Answers]; deps: ConsentPageDeps },
): void {
  const options = { schema: { hide: true } };
  app.get<TokenRoute>(path, options, async (request, reply) => {
    const link = open(request.params.token);
    if (link === null) return send(reply, INVALID_PAGE);
    if (isOver(request, deps, 'looks')) return busy(reply);
    return send(reply, await link.show());
  });

  app.post<TokenRoute>(path, options, async (request, reply) => {
    const link = open(request.params.token);
    if (link === null) return send(reply, INVALID_PAGE);
    const fields = formOf(request);
    if (!isOneClick(fields) && isOver(request, deps, 'forms')) return busy(reply);
    const answer = await link.submit(fields);
    if (answer !== 'unsubscribed by one click') return send(reply, answer);
    return reply
      .header('content-type', 'text/plain; charset=utf-8')
      .header('cache-control', 'no-store')
      .send('You are unsubscribed.\n');
  });
}

function isOver(
  request: FastifyRequest,
  { limiter, clock }: ConsentPageDeps,
  what: 'looks' | 'forms',
): boolean {
  const limit: Limit = {
    key: `pages:${what}:${clientOf(request.ip)}`,
    max: what === 'looks' ? LOOKS_PER_MINUTE : FORMS_PER_MINUTE,
    widthSeconds: MINUTE_SECONDS,
  };
  return !limiter.take(limit, clock.now()).ok;
}

const busy = (reply: FastifyReply): FastifyReply =>
  send(reply.header('retry-after', MINUTE_SECONDS), BUSY_PAGE);

const send = (reply: FastifyReply, { status, headers, body }: Page): FastifyReply =>
  reply.code(status).headers(headers).send(body);

/** Reads any body as a form, whatever type it says to be: providers are not always exact. */
function readForms(app: FastifyInstance): void {
  app.decorateRequest('formType', '');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX },
    (_request, body, done) => {
      done(null, body);
    },
  );
  app.addHook('onRequest', (request, _reply, done) => {
    const { 'content-type': type } = request.headers;
    request.formType = type ?? '';
    if (type !== undefined) request.headers['content-type'] = OPAQUE;
    done();
  });
}

const formOf = ({ formType, body }: FastifyRequest): Fields =>
  fieldsOf(formType, Buffer.isBuffer(body) ? body : Buffer.alloc(0));

/** A person reads these answers; what is logged names no token. */
function answerTrouble(app: FastifyInstance, log: ConsentPageDeps['log']): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) return send(reply, { ...INVALID_PAGE, status });
    log.error(
      { err: error, request_id: request.id, route: request.routeOptions.url },
      'page failed',
    );
    const page = { ...UNAVAILABLE_PAGE, status: isUnavailable(error) ? 503 : 500 };
    return send(reply.header('retry-after', '1'), page);
  });
}
