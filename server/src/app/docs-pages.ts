import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, normalize } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { docsNotReady } from './docs-not-ready.ts';

/** Files that carry a hash of their content in their name. */
const NAMED_BY_CONTENT = /^(_astro|pagefind\/(fragment|index))\//;
const YEAR_SECONDS = 31_536_000;
/** A policy that no page needs: for a build that came without its own. */
const NO_HASHES: readonly string[] = [];

/**
 * The documentation, as docs/site builds it, under `/docs`. It may be built while the server runs, and
 * built anew: everything is looked for when it is asked for.
 */
export const docsPages: FastifyPluginAsync<{ docsDir: string | null }> = async (
  app,
  { docsDir },
) => {
  const hide = { schema: { hide: true } };
  if (docsDir === null) {
    for (const path of ['/docs', '/docs/*']) {
      app.get(path, hide, async (_request, reply) => docsNotReady(reply, null));
    }
    return;
  }
  await app.register(fastifyStatic, { root: docsDir, serve: false, preCompressed: true });
  const policyNow = policyReader(join(docsDir, 'policy.json'));
  const send = (reply: FastifyReply, path: string): FastifyReply => {
    if (path.endsWith('.html')) void withPageHeaders(reply, policyNow());
    const isForever = NAMED_BY_CONTENT.test(path);
    void reply.header(
      'cache-control',
      isForever ? `max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
    );
    return reply.sendFile(path, docsDir, { cacheControl: false });
  };
  const answer = (reply: FastifyReply, asked: string): FastifyReply => {
    const isThere = (path: string): boolean =>
      statSync(join(docsDir, path), { throwIfNoEntry: false })?.isFile() === true;
    if (!isThere('index.html')) return docsNotReady(reply, docsDir);
    const path = normalize(asked);
    if (path.startsWith('..') || path.includes('\0')) return send(reply.code(404), '404.html');
    if (path === '.' || path === '/') return send(reply, 'index.html');
    if (path.endsWith('/') && isThere(`${path}index.html`)) return send(reply, `${path}index.html`);
    if (isThere(path) && path !== 'policy.json') return send(reply, path);
    if (isThere(`${path}/index.html`)) return reply.redirect(`/docs/${encodeURI(path)}/`);
    return send(reply.code(404), '404.html');
  };
  app.get('/docs', hide, async (_request, reply) => answer(reply, '.'));
  app.get<{ Params: { '*': string } }>('/docs/*', hide, async ({ params }, reply) =>
    answer(reply, params['*'] === '' ? '.' : params['*']),
  );
};

/** The hashes of inline scripts, read again when the pages are built anew. */
function policyReader(file: string): () => string {
  let readAtMs = 0;
  let policy = policyOf(NO_HASHES);
  return () => {
    const changedAtMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (changedAtMs !== readAtMs && existsSync(file)) {
      policy = policyOf(JSON.parse(readFileSync(file, 'utf8')) as string[]);
      readAtMs = changedAtMs;
    }
    return policy;
  };
}

/** Search runs in the browser, by WebAssembly over an index of ours. */
const policyOf = (hashes: readonly string[]): string =>
  [
    `default-src 'none'`,
    `script-src ${["'self'", "'wasm-unsafe-eval'", ...hashes.map((hash) => `'${hash}'`)].join(' ')}`,
    `style-src 'self'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `worker-src 'self'`,
    `frame-ancestors 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
  ].join('; ');

const withPageHeaders = (reply: FastifyReply, policy: string): FastifyReply =>
  reply
    .header('content-security-policy', policy)
    .header('referrer-policy', 'same-origin')
    .header('x-frame-options', 'DENY')
    .header('cross-origin-opener-policy', 'same-origin');
