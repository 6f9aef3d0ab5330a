import { createHash } from 'node:crypto';
import { html, lines, type Html } from './html.ts';
import { styleOf } from './style.ts';

/** How a page looks, and who is behind it. */
export interface Brand {
  readonly name: string;
  /** http(s) only; anything else is left out. */
  readonly logoUrl: string | null;
  /** `#rgb` or `#rrggbb`. */
  readonly colour: string | null;
  readonly websiteUrl: string | null;
  readonly footer: string | null;
  readonly postalAddress: string | null;
}

/** A page ready to be sent. */
export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a page is about. */
export interface PageContent {
  readonly title: string;
  readonly main: Html;
  readonly status?: number;
}

/** A whole page in the workspace's brand; without one, a page of nobody's. */
export function pageOf(brand: Brand | null, { title, main, status = 200 }: PageContent): Page {
  const style = styleOf(brand?.colour ?? null);
  const logo = webUrl(brand?.logoUrl ?? null);
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${brand === null ? title : `${title} · ${brand.name}`}</title>
<style>${{ markup: style }}</style>
</head>
<body>
<header>${brand === null ? null : markOf(brand, logo)}</header>
<main>
${main}
</main>
${brand === null ? html`<footer></footer>` : footerOf(brand)}
</body>
</html>
`;
  return { status, headers: headersOf(style, logo), body: document.markup };
}

function markOf({ name, websiteUrl }: Brand, logo: string | null): Html {
  const mark =
    logo === null
      ? html`${name}`
      : html`<img src="${logo}" alt="${name}" referrerpolicy="no-referrer">`;
  const website = webUrl(websiteUrl);
  return website === null
    ? html`<span class="brand">${mark}</span>`
    : html`<a class="brand" href="${website}" rel="noreferrer">${mark}</a>`;
}

function footerOf({ name, footer, postalAddress }: Brand): Html {
  const address = postalAddress ?? '';
  const isNamed = address.toLowerCase().startsWith(name.toLowerCase());
  const who = isNamed || address === '' ? address || name : `${name}\n${address}`;
  return html`<footer>
${footer === null ? null : html`<p>${lines(footer)}</p>`}
<p>${lines(who)}</p>
</footer>`;
}

/**
 * Nothing runs, nothing is loaded but the logo, nobody may frame it, and nobody keeps it.
 *
 * `same-origin` keeps the token from whoever is linked to, and yet lets forms say where they come from:
 * with `no-referrer` a browser posts `Origin: null`, which proxies refuse.
 */
function headersOf(style: string, logo: string | null): Record<string, string> {
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    ...(logo === null ? [] : [`img-src ${originOf(logo)}`]),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'same-origin',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex, nofollow',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'interest-cohort=()',
  };
}

/** Of a host with a character that means something in a policy nothing is loaded. */
function originOf(url: string): string {
  const { origin } = new URL(url);
  return /^https?:\/\/[\w.:[\]-]+$/.test(origin) ? origin : "'none'";
}

function webUrl(text: string | null): string | null {
  if (text === null || !URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return protocol === 'https:' || protocol === 'http:' ? href : null;
}
