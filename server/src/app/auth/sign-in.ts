import { createHmac } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../platform/errors.ts';
import {
  acceptAllInvitations,
  hasMembers,
  isEmailInvited,
  limitSignIn,
  setupTokenOf,
  storedEmailOf,
} from '../../workspace/index.ts';
import type { Services } from '../services.ts';
import type { Auth } from './better-auth.ts';
import type * as AuthHandling from './handle-auth.ts';
import type { OidcConfig } from './oidc-config.ts';
import { requireOwnPage } from './own-page.ts';

/** Who is signed in, whatever workspace they look at. */
export interface SignedIn {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly hasSecondFactor: boolean;
  readonly sessionId: string;
}

/** Signing in to the dashboard, as the rest of the edge sees it. */
export interface SignIn {
  /** Whether a request comes with a session's cookie rather than a key. */
  readonly isPresent: (request: FastifyRequest) => boolean;
  /** @throws `session.cross_site` */
  readonly requireOwnPage: (request: FastifyRequest) => void;
  /**
   * Who makes a request with the cookie.
   *
   * @param reply prolongs the session in the browser; null leaves it as it is
   * @throws `session.missing`, `session.cross_site`
   */
  readonly require: (request: FastifyRequest, reply: FastifyReply | null) => Promise<SignedIn>;
  /** Starts a session of a member who just chose their password. */
  readonly begin: (
    request: FastifyRequest,
    reply: FastifyReply,
    account: { email: string; password: string },
  ) => Promise<void>;
  /** Hands a request to the library's own routes. */
  readonly handle: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
  /** @throws `workspace.rate_limited` */
  readonly limit: (request: FastifyRequest, email: string | null) => void;
  readonly hashPassword: (password: string) => Promise<string>;
  /** What the link holds that makes the first owner. */
  readonly setupToken: string;
  /** What the button of single sign-on says; null where there is none. */
  readonly singleSignOn: string | null;
}

export interface SignInOptions {
  readonly services: Pick<Services, 'db' | 'log' | 'clock' | 'limiter' | 'publicUrl'>;
  readonly encryptionKey: Uint8Array;
  readonly oidc: OidcConfig | null;
}

const SESSION_COOKIE = /(^|;\s*)milepost\.session_token=/;

/** Loads what signs in when it is first needed: a server that nobody looks at stays as small as it was. */
export function createSignIn({ services, encryptionKey, oidc }: SignInOptions): SignIn {
  const { db, clock, limiter, publicUrl } = services;
  let loading: Promise<{ auth: Auth; module: AuthModule }> | null = null;
  const load = () => (loading ??= loadAuth({ services, encryptionKey, oidc }));
  const ownPage = (request: FastifyRequest): void => requireOwnPage(request, publicUrl());
  const isPresent = ({ headers }: FastifyRequest): boolean =>
    headers.authorization === undefined && SESSION_COOKIE.test(headers.cookie ?? '');
  return {
    isPresent,
    requireOwnPage: ownPage,
    require: async (request, reply) => {
      if (!isPresent(request)) throw await missing(db, oidc);
      ownPage(request);
      const { auth, module } = await load();
      const { response, headers } = await auth.api.getSession({
        headers: module.headersOf(request),
        query: { disableRefresh: reply === null },
        returnHeaders: true,
      });
      if (response === null) throw await missing(db, oidc);
      if (reply !== null) module.copyCookies(headers, reply);
      const { user, session } = response;
      const { id, name, email } = user;
      const hasSecondFactor = user.twoFactorEnabled === true;
      return { id, name, email, hasSecondFactor, sessionId: session.id };
    },
    begin: async (request, reply, body) => {
      const { auth, module } = await load();
      const { headers } = await auth.api.signInEmail({
        body,
        headers: module.headersOf(request),
        returnHeaders: true,
      });
      module.copyCookies(headers, reply);
    },
    handle: async (request, reply) => {
      const { auth, module } = await load();
      return module.handleAuth(auth, { request, reply, publicUrl: publicUrl() });
    },
    limit: (request, email) =>
      limitSignIn(limiter, { address: request.ip, email, now: clock.now() }),
    hashPassword: async (password) => (await load()).module.hashPassword(password),
    setupToken: setupTokenOf(encryptionKey),
    singleSignOn: oidc?.name ?? null,
  };
}

type AuthModule = typeof AuthHandling;

async function loadAuth({
  services,
  encryptionKey,
  oidc,
}: SignInOptions): Promise<{ auth: Auth; module: AuthModule }> {
  const { db, log, clock, publicUrl } = services;
  const [{ createAuth }, module] = await Promise.all([
    import('./better-auth.ts'),
    import('./handle-auth.ts'),
  ]);
  const auth = createAuth({
    db,
    log,
    secret: createHmac('sha256', encryptionKey).update('milepost sign-in').digest('base64url'),
    publicUrl: publicUrl(),
    oidc,
    isInvited: (email) => isEmailInvited(db, { email: storedEmailOf(email), now: clock.now() }),
    onJoined: ({ id, email }) =>
      acceptAllInvitations(db, { memberId: id, email: storedEmailOf(email), now: clock.now() }),
  });
  return { auth, module };
}

/** Says what whoever is not signed in can do about it. */
async function missing(db: Services['db'], oidc: OidcConfig | null): Promise<DomainError> {
  const setup = (await hasMembers(db)) ? {} : { setup: true };
  return new DomainError('session.missing', 'unauthorized', 'Sign in to the dashboard', {
    details: { ...setup, single_sign_on: oidc?.name ?? null },
  });
}
