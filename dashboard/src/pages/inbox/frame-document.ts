/** What a message may do inside its frame: look like itself, and nothing else. */
const POLICY = [
  `default-src 'none'`,
  `style-src 'unsafe-inline'`,
  'img-src data:',
  'font-src data:',
  `form-action 'none'`,
  `base-uri 'none'`,
].join('; ');

/**
 * Margin and type for messages that bring none; anything a message says wins over it. No background
 * on `html`: it would keep the one of `body` from filling the frame.
 */
const PLAIN_STYLE =
  ':where(html){color-scheme:light}' +
  ':where(body){margin:20px;font:15px/1.5 system-ui,sans-serif;color:#1c1c1c}';

/**
 * The document of the sandboxed frame. The parser folds the message's own `html`, `head` and `body`
 * tags into it, so the policy comes first whatever the message begins with.
 */
export function frameDocumentOf(html: string): string {
  return [
    '<!doctype html><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="referrer" content="no-referrer">',
    '<base target="_blank">',
    `<style>${PLAIN_STYLE}</style>`,
    html,
  ].join('');
}

/** How many images of the message come from elsewhere, and so are not loaded. */
export function outsideImageCount(html: string): number {
  // Parsing this way runs nothing and loads nothing.
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  return [...parsed.querySelectorAll('img[src]')].filter((image) =>
    /^\s*(https?:)?\/\//i.test(image.getAttribute('src') ?? ''),
  ).length;
}
