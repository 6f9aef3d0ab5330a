const ASKED = /\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/gi;

/**
 * An email as a reader sees it whose program is dark, or light, whatever this browser is: what its style
 * sheets ask for is answered in its place.
 */
export const asScheme = (html: string, scheme: 'dark' | 'light'): string =>
  `<style>:root{color-scheme:${scheme} !important}</style>${html.replaceAll(
    ASKED,
    (_, asked: string) => (asked.toLowerCase() === scheme ? '(min-width: 0)' : '(max-width: 0)'),
  )}`;
