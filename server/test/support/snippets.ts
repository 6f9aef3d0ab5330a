import { readFileSync } from 'node:fs';

/** A piece of a document that can be run. */
export interface Snippet {
  /** `docs/sdk.md:12` */
  readonly place: string;
  readonly code: string;
}

/** Every piece of TypeScript in a document, with the placeholders in it filled in. */
export function snippetsOf(
  file: string,
  { name, values }: { name: string; values: Readonly<Record<string, string>> },
): Snippet[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(({ 1: code = '', index }) => ({
    place: `${name}:${text.slice(0, index).split('\n').length}`,
    code: Object.entries(values).reduce((all, [from, to]) => all.replaceAll(from, to), code),
  }));
}
