import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { emailFrameRoute } from './email-frame.ts';

export interface PageOptions {
  readonly publicUrl: () => string;
  /** The built dashboard; null where there is none. */
  readonly dashboardDir: string | null;
}

/** One document for all of them; which page it shows is up to its script. */
const PAGES = [
  '/setup',
  '/sign-in',
  '/invitation',
  '/reset-password',
  '/inbox',
  '/dashboard',
  '/dashboard/*',
];
/** Where the document has the nonce of its response; `dashboard/index.html` says it. */
const NONCE_MARK = '__CSP_NONCE__';
const NONCE_BYTES = 18;

/**
 * Scripts are files of ours. Styles are too, but for elements that carry the nonce, which libraries
 * add when they lock scrolling or mark up code. Emails are shown in a frame with a policy of its own.
 */
const policyOf = (nonce: string): string =>
  [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'nonce-${nonce}'`,
    // Pictures of emails, while they are written.
    `img-src 'self' data: https:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `frame-src 'self'`,
    `frame-ancestors 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `manifest-src 'self'`,
  ].join('; ');

/** The dashboard's pages and assets. Who may see what is up to the calls that the pages make. */
export const pageRoutes: FastifyPluginAsync<PageOptions> = async (
  app,
  { publicUrl, dashboardDir },
) => {
  app.get('/', { schema: { hide: true } }, async (_request, reply) =>
    reply.redirect(dashboardDir === null ? '/docs' : '/dashboard'),
  );
  if (dashboardDir === null) return;
  await app.register(emailFrameRoute, { publicUrl });
  const index = join(dashboardDir, 'index.html');
  if (!existsSync(index)) {
    for (const page of PAGES) app.get(page, { schema: { hide: true } }, notBuilt);
    return;
  }
  await app.register(fastifyStatic, {
    root: dashboardDir,
    index: false,
    wildcard: false,
    // Built files carry a hash in their name; the document, which names them, is sent by us.
    globIgnore: ['index.html', '**/*.{br,gz}'],
    // The build has packed them.
    preCompressed: true,
    maxAge: '365d',
    immutable: true,
  });
  const send = sendPage(readFileSync(index, 'utf8'));
  for (const page of PAGES) {
    app.get(page, { schema: { hide: true } }, async (_request, reply) => send(reply));
  }
};

const notBuilt = async (_request: unknown, reply: FastifyReply) =>
  reply.code(503).send({ error: 'The dashboard is not built' });

const sendPage =
  (document: string) =>
  (reply: FastifyReply): FastifyReply => {
    const nonce = randomBytes(NONCE_BYTES).toString('base64');
    return reply
      .header('content-security-policy', policyOf(nonce))
      .header('referrer-policy', 'same-origin')
      .header('x-frame-options', 'DENY')
      .header('cross-origin-opener-policy', 'same-origin')
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(document.replaceAll(NONCE_MARK, nonce));
  };
