import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyReply } from 'fastify';
import { EXPLORER } from './openapi.ts';

/** What scripts/lib/docs.mjs writes down while it works. */
interface BuildState {
  readonly state: 'installing' | 'building' | 'failed';
  readonly message?: string;
}

const RELOAD_SECONDS = 2;

const STYLE = `
:root{color-scheme:light dark;font:15px/1.55 ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;box-sizing:border-box;
background:light-dark(oklch(.982 .002 165),oklch(.178 .006 165));
color:light-dark(oklch(.23 .012 165),oklch(.93 .006 165))}
main{max-width:34rem}h1{font-size:1.375rem;line-height:1.3;margin:1rem 0 .5rem;letter-spacing:-.012em}
p{margin:.5rem 0;color:light-dark(oklch(.475 .012 165),oklch(.71 .01 165))}
a{color:light-dark(oklch(.46 .098 165),oklch(.79 .12 165))}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:.8125rem;padding:.75rem 1rem;border-radius:.375rem;
background:light-dark(oklch(.958 .004 165),oklch(.25 .008 165))}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'`;

const MARK = `<svg width="36" height="36" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 1.5v4M12 14v8.5" stroke="#1f8f6a" stroke-width="2.5" stroke-linecap="round"/><path d="M3.5 5.5h14.8a2 2 0 0 1 1.4.6l2.3 2.5a1.7 1.7 0 0 1 0 2.3l-2.3 2.5a2 2 0 0 1-1.4.6H3.5A1.5 1.5 0 0 1 2 12.5V7a1.5 1.5 0 0 1 1.5-1.5z" fill="#1f8f6a"/></svg>`;

/**
 * A small page in the place of the documentation: how far it is, and what to do when it cannot be
 * built. It loads itself again while there is something to wait for.
 *
 * @param docsDir where it will be; null where this installation has none
 */
export function docsNotReady(reply: FastifyReply, docsDir: string | null): FastifyReply {
  const state = docsDir === null ? null : stateOf(docsDir);
  const isUnderWay = state !== null && state.state !== 'failed';
  const html = [
    '<!doctype html><html lang="en"><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    isUnderWay ? `<meta http-equiv="refresh" content="${RELOAD_SECONDS}">` : '',
    `<title>Documentation · Milepost</title><style>${STYLE}</style>`,
    `<main>${MARK}${wordsOf(state)}`,
    `<p>Meanwhile: <a href="${EXPLORER}">every call of the API, to try</a>.</p></main></html>`,
  ].join('');
  if (isUnderWay) void reply.header('retry-after', RELOAD_SECONDS);
  return reply
    .code(state === null ? 404 : 503)
    .header('content-security-policy', POLICY)
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'same-origin')
    .type('text/html; charset=utf-8')
    .send(html);
}

function wordsOf(state: BuildState | null): string {
  switch (state?.state) {
    case 'installing':
      return (
        '<h1>The documentation is being installed</h1>' +
        '<p>This happens once and takes half a minute. The page shows itself when it is ready.</p>'
      );
    case 'building':
      return (
        '<h1>The documentation is being built</h1>' +
        '<p>A few seconds more. The page shows itself when it is ready.</p>'
      );
    case 'failed':
      return (
        '<h1>The documentation could not be built</h1>' +
        `<p>Mend the following and run <code>node scripts/docs.mjs</code>, or start again.</p>` +
        `<pre>${escaped(state.message ?? '')}</pre>` +
        '<p>The same text is in <code>docs/*.md</code>.</p>'
      );
    case undefined:
      return (
        '<h1>The documentation is not built here</h1>' +
        '<p>From a clone, <code>npm start</code> builds it, and so does ' +
        '<code>node scripts/docs.mjs</code>. The same text is in <code>docs/*.md</code>.</p>'
      );
  }
}

function stateOf(docsDir: string): BuildState | null {
  try {
    return JSON.parse(readFileSync(join(docsDir, '../.data/state.json'), 'utf8')) as BuildState;
  } catch {
    // Nobody builds it, or the file is being written.
    return null;
  }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
