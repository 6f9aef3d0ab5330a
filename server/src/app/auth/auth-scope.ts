import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { DomainError } from '../../platform/errors.ts';
import { errorHandler } from '../error-handler.ts';
import { readBodies } from '../request-body.ts';
import type { Services } from '../services.ts';
import type { SignIn } from './sign-in.ts';

/** Nothing that is sent here is longer. */
const BODY_BYTES_MAX = 16_384;

/** What of the library is reached from outside; the rest is done by routes of ours, or not at all. */
const POSTS = [
  '/sign-in/email',
  '/sign-in/social',
  '/sign-out',
  '/change-password',
  '/update-user',
  '/two-factor/enable',
  '/two-factor/disable',
  '/two-factor/verify-totp',
  '/two-factor/verify-backup-code',
  '/two-factor/generate-backup-codes',
] as const;
/** Where something is guessed at. */
const LIMITED: ReadonlySet<string> = new Set([
  '/sign-in/email',
  '/change-password',
  '/two-factor/enable',
  '/two-factor/disable',
  '/two-factor/verify-totp',
  '/two-factor/verify-backup-code',
  '/two-factor/generate-backup-codes',
]);

/** `/api/auth`: signing in and out, passwords, second factor and the way back from single sign-on. */
export const authScope: FastifyPluginAsync<{ services: Services; signIn: SignIn }> = async (
  app,
  { services: { log }, signIn },
) => {
  app.setErrorHandler(errorHandler(log, 'v1'));
  readBodies(app, { bytesMax: BODY_BYTES_MAX, mayBeEmpty: true, nestingMax: 2 });
  for (const path of POSTS) {
    app.post(path, { schema: { hide: true } }, async (request, reply) => {
      signIn.requireOwnPage(request);
      const body = bodyOf(request);
      if (LIMITED.has(path))
        signIn.limit(request, typeof body.email === 'string' ? body.email : null);
      requireOwnWayBack(body);
      if (path === '/update-user') requireName(body);
      request.body = { ...body, ...FORCED[path] };
      return signIn.handle(request, reply);
    });
  }
  // Whoever comes back from the identity provider comes from its page; the state proves the rest.
  app.get('/callback/oidc', { schema: { hide: true } }, (request, reply) =>
    signIn.handle(request, reply),
  );
};

/** What no caller decides. */
const FORCED: Readonly<Record<string, object>> = {
  // Whoever knew the old password is out.
  '/change-password': { revokeOtherSessions: true },
  // A link to another account, or a token from elsewhere, is not a way in.
  '/sign-in/social': { provider: 'oidc', idToken: undefined, disableRedirect: true },
  '/update-user': { image: undefined },
};

const NAME_LENGTH_MAX = 200;

/** @throws `session.name` */
function requireName({ name }: Readonly<Record<string, unknown>>): void {
  if (typeof name === 'string' && name.trim() !== '' && name.length <= NAME_LENGTH_MAX) return;
  throw new DomainError('session.name', 'invalid', 'name must be 1 to 200 characters');
}

/** A path of this server: not `//elsewhere`, nor what a browser takes for that. */
const OWN_PATH = /^\/(?![/\\])[^\\\p{Cc}]*$/u;

/** @throws `session.way_back` */
function requireOwnWayBack(body: Readonly<Record<string, unknown>>): void {
  for (const name of ['callbackURL', 'errorCallbackURL', 'newUserCallbackURL']) {
    const path = body[name];
    if (path === undefined || (typeof path === 'string' && OWN_PATH.test(path))) continue;
    const message = `${name} must be a path of this server, such as /dashboard`;
    throw new DomainError('session.way_back', 'invalid', message);
  }
}

const bodyOf = ({ body }: FastifyRequest): Record<string, unknown> =>
  body !== null && typeof body === 'object' && !Array.isArray(body)
    ? (body as Record<string, unknown>)
    : {};
