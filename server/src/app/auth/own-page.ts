import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../platform/errors.ts';

/** Names of this machine. A page elsewhere whose name was made to point here has another one. */
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** Whether an address to listen on is reached from this machine only. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/**
 * The origin by which a browser reaches this server: that of the public URL, or one of the machine's
 * own names. Null for any other, which somebody may have made to point here.
 */
function ownOriginOf({ host }: FastifyRequest, publicUrl: string): string | null {
  const { origin, host: publicHost } = new URL(publicUrl);
  if (host.toLowerCase() === publicHost) return origin;
  return LOCAL_HOST.test(host) ? `http://${host.toLowerCase()}` : null;
}

/**
 * Lets only pages of this server act with its cookies. `SameSite` keeps other sites away already; this
 * also does so with other ports and names of this machine, and with browsers that know no `SameSite`.
 *
 * @throws `session.cross_site`
 */
export function requireOwnPage(request: FastifyRequest, publicUrl: string): void {
  const own = ownOriginOf(request, publicUrl);
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  const isForeign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    // Behind a proxy that calls us by a local name, pages have the public one.
    (origin !== undefined && origin !== own && origin !== new URL(publicUrl).origin);
  if (own === null || isForeign) {
    throw new DomainError(
      'session.cross_site',
      'forbidden',
      'Only pages of this server may do this; open it by localhost or by MILEPOST_PUBLIC_URL',
    );
  }
}
