import { TypeGuards } from 'liquidjs';
import { tokensOf } from './plain-text.ts';

/**
 * A template of plain text as a template of HTML: its words are escaped, its Liquid stays. Good for text
 * and for quoted attributes.
 *
 * @param template one that parses
 */
export function escapeTemplate(template: string): string {
  if (!template.includes('{')) return escapeHtml(template);
  return tokensOf(template)
    .map((token) => (TypeGuards.isHTMLToken(token) ? escapeHtml(token.getText()) : token.getText()))
    .join('');
}

/** A template for a quoted attribute, whose Liquid may have quotes of its own: they are no problem. */
export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
