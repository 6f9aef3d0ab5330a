import type { FastifyPluginAsync } from 'fastify';
import { requireOwnPage } from './auth/own-page.ts';

/** An email of 1 MB with every third character percent-encoded. */
const FORM_BYTES_MAX = 3 * 1_048_576;

/** What an email may do inside its frame: look like itself, and nothing else. */
const policyOf = (loadsImages: boolean): string =>
  [
    'sandbox allow-popups allow-popups-to-escape-sandbox',
    `default-src 'none'`,
    `style-src 'unsafe-inline'`,
    loadsImages ? 'img-src data: https: http:' : 'img-src data:',
    'font-src data:',
    `form-action 'none'`,
    `base-uri 'none'`,
    `frame-ancestors 'self'`,
  ].join('; ');

/**
 * Margin and type for emails that bring none; anything an email says wins over it. No background on
 * `html`: it would keep the one of `body` from filling the frame.
 */
const PLAIN_STYLE =
  ':where(body){margin:20px;font:15px/1.5 system-ui,sans-serif;color:#1c1c1c}' +
  '@media(prefers-color-scheme:light){:where(html){color-scheme:light}}';
const DARK_STYLE =
  ':where(html){color-scheme:dark}:where(body){margin:20px;background:#1c1c1e;color:#ececec;' +
  'font:15px/1.5 system-ui,sans-serif}';

/**
 * `POST /email-frame`: gives a body back to the sandboxed frame it is shown in, on no origin and under
 * a policy of its own. It stores nothing, and only pages of this server may ask.
 */
export const emailFrameRoute: FastifyPluginAsync<{ publicUrl: () => string }> = async (
  app,
  { publicUrl },
) => {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_BYTES_MAX },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.post('/email-frame', { schema: { hide: true } }, async (request, reply) => {
    requireOwnPage(request, publicUrl());
    const { html = '', images, scheme } = (request.body ?? {}) as Record<string, string>;
    return reply
      .header('content-security-policy', policyOf(images === 'yes'))
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(emailDocumentOf(html, scheme === 'dark'));
  });
};

/** The parser folds the email's own `html`, `head` and `body` tags into this document. */
function emailDocumentOf(html: string, isDark: boolean): string {
  return [
    '<!doctype html><meta charset="utf-8">',
    '<meta name="referrer" content="no-referrer">',
    '<base target="_blank">',
    `<style>${isDark ? DARK_STYLE : PLAIN_STYLE}</style>`,
    html,
  ].join('');
}
