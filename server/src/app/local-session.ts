import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../platform/errors.ts';

/** The session of whoever sits at this machine, until members sign in. */
export interface LocalSession {
  /** Gives the cookie to a page that this server serves. */
  readonly give: (reply: FastifyReply) => void;
  /** Whether a request comes with the cookie rather than a key. */
  readonly isPresent: (request: FastifyRequest) => boolean;
  /** @throws `session.invalid`, `session.cross_site` */
  readonly require: (request: FastifyRequest) => void;
}

const COOKIE = 'milepost_local';
/** Names of this machine. A page elsewhere whose name was made to point here has another one. */
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;
/** What proxies add. */
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/**
 * A session for pages of a server that listens on loopback only.
 *
 * The cookie is `SameSite=Strict`, so no other site's page can use it; the `Host` must be this
 * machine's (against DNS rebinding); what changes something must come from our own origin.
 *
 * @param encryptionKey the cookie follows from it, so that a restart asks nobody to reload
 */
export function createLocalSession(encryptionKey: Uint8Array): LocalSession {
  const value = createHmac('sha256', encryptionKey).update('local session').digest('base64url');
  return {
    give: (reply) => {
      void reply.header('set-cookie', `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict`);
    },
    isPresent: (request) =>
      request.headers.authorization === undefined && cookieOf(request) !== null,
    require: (request) => {
      const sent = cookieOf(request);
      if (sent === null || !isSame(sent, value)) {
        throw new DomainError('session.invalid', 'unauthorized', 'Open /inbox to start a session');
      }
      assertOwnPage(request);
    },
  };
}

/**
 * Whether a request comes from this machine, as far as it tells: by one of its names, and through no
 * proxy. One that stands beside us also reaches us by a local name, for somebody who is anywhere.
 */
export const isLocalHost = ({ headers }: FastifyRequest): boolean =>
  LOCAL_HOST.test(headers.host ?? '') && !FORWARDED.some((name) => headers[name] !== undefined);

function assertOwnPage(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  const { origin, host } = request.headers;
  const isForeign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && origin !== `http://${host}`);
  if (!isLocalHost(request) || isForeign) {
    throw new DomainError(
      'session.cross_site',
      'forbidden',
      'Only pages of this server may do this',
    );
  }
}

function cookieOf(request: FastifyRequest): string | null {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === COOKIE && value !== undefined) return value;
  }
  return null;
}

function isSame(sent: string, value: string): boolean {
  const [a, b] = [Buffer.from(sent), Buffer.from(value)];
  return a.length === b.length && timingSafeEqual(a, b);
}
