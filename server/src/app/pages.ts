import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { isLocalHost, type LocalSession } from './local-session.ts';

export interface PageOptions {
  /** Null where the server listens beyond loopback: then there are no pages until members sign in. */
  readonly session: LocalSession | null;
  readonly dashboardDir: string | null;
}

/** Emails are shown in a sandboxed frame of their own; nothing may load from elsewhere. */
const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "frame-src 'self' blob: data:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');
const PAGES = ['/inbox'];

/** The dashboard's pages and assets. */
export const pageRoutes: FastifyPluginAsync<PageOptions> = async (
  app,
  { session, dashboardDir },
) => {
  app.get('/', { schema: { hide: true } }, async (_request, reply) =>
    reply.redirect(session === null ? '/docs' : '/inbox'),
  );
  if (session === null) return;
  const root =
    dashboardDir !== null && existsSync(join(dashboardDir, 'index.html')) ? dashboardDir : null;
  if (root !== null) {
    await app.register(fastifyStatic, {
      root,
      index: false,
      wildcard: false,
      setHeaders: (reply, path) => {
        // Built files carry a hash in their name; the page names them anew after each build.
        void reply.header(
          'cache-control',
          path.endsWith('.html') ? 'no-store' : 'public, max-age=31536000, immutable',
        );
      },
    });
  }
  for (const page of PAGES) {
    app.get(page, { schema: { hide: true } }, async (request, reply) => {
      if (!isLocalHost(request)) return reply.code(404).send({ error: 'Not found' });
      if (root === null) return reply.code(503).send({ error: 'The dashboard is not built' });
      session.give(reply);
      return sendPage(reply);
    });
  }
};

const sendPage = (reply: FastifyReply): FastifyReply =>
  reply
    .header('content-security-policy', POLICY)
    .header('referrer-policy', 'same-origin')
    .header('x-frame-options', 'DENY')
    .sendFile('index.html');
