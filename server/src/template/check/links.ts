import { decodeEntities, schemeOf } from '../link-address.ts';

/** An address in a template, as an author wrote it. */
export interface FoundLink {
  readonly attribute: 'href' | 'src';
  readonly address: string;
  /** 1 for the first line. */
  readonly line: number;
}

const LINK = /\s(href|src)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;

/** The links and images of HTML, those that Outlook alone reads left out. */
export function linksIn(html: string): FoundLink[] {
  const seen = html.replaceAll(/<!--[^]*?-->/g, (comment) => comment.replaceAll(/[^\n]/g, ' '));
  return [...seen.matchAll(LINK)].map(({ 1: name = '', 2: double, 3: single, index }) => ({
    attribute: name.toLowerCase() === 'src' ? 'src' : 'href',
    address: decodeEntities(double ?? single ?? '').trim(),
    line: seen.slice(0, index).split('\n').length,
  }));
}

/** What a client does with an address. `merged`: it begins with Liquid, and is judged when merged. */
export type LinkKind = 'fine' | 'merged' | 'empty' | 'relative' | 'other' | 'dangerous';

export function kindOfLink({ address }: FoundLink): LinkKind {
  if (address === '' || address === '#') return 'empty';
  if (/^\{[{%]/.test(address)) return 'merged';
  const scheme = schemeOf(address);
  if (scheme === null) return address.startsWith('#') ? 'fine' : 'relative';
  if (scheme.kind === 'dangerous' || scheme.kind === 'other') return scheme.kind;
  return 'fine';
}
