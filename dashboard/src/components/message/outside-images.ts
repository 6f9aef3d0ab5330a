import { unstyled } from '../unstyled.ts';

/** How many images of the message come from elsewhere, and so are not loaded. */
export function outsideImageCount(html: string): number {
  // Parsing this way runs nothing and loads nothing.
  const parsed = new DOMParser().parseFromString(unstyled(html), 'text/html');
  return [...parsed.querySelectorAll('img[src]')].filter((image) =>
    /^\s*(https?:)?\/\//i.test(image.getAttribute('src') ?? ''),
  ).length;
}
