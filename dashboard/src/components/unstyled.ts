/**
 * HTML without its styles, to be parsed and read, not shown: the page's content policy refuses styles
 * of others, and the browser complains of each, even where nothing is shown.
 */
export const unstyled = (html: string): string =>
  html
    .replaceAll(/<style\b[^]*?<\/style\s*>/gi, '')
    .replaceAll(/(<[a-z][^<>]*?)\sstyle\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/gi, '$1');
