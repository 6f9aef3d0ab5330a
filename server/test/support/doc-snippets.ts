import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/** A fenced block of a document. */
export interface Snippet {
  readonly file: string;
  /** Where its fence opens; the first line is 1. */
  readonly line: number;
  readonly lang: string;
  readonly text: string;
  /** The HTML comment right above it, which says how it is checked; empty without one. */
  readonly note: string;
}

/** The documents that users read. */
export const documents = (): string[] =>
  readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .toSorted()
    .map((name) => `docs/${name}`);

/** The fenced blocks of a document, in order. */
export function snippetsOf(file: string): Snippet[] {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
  const found: Snippet[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const fence = /^(`{3,})(\w*)\s*$/.exec(lines[index] ?? '');
    if (fence === null) continue;
    const end = lines.indexOf(fence[1] ?? '', index + 1);
    const text = lines.slice(index + 1, end).join('\n');
    const above = lines.slice(0, index).findLast((line) => line.trim() !== '') ?? '';
    const note = /^<!-- (.*) -->$/.exec(above)?.[1] ?? '';
    found.push({ file, line: index + 1, lang: fence[2] ?? '', text, note });
    index = end;
  }
  return found;
}

/** The reason for which a block says of itself that it is not to be run; null when it is. */
export const notRun = ({ note }: Snippet): string | null =>
  /^not run: (.+)$/.exec(note)?.[1] ?? null;

/** Where a block stands, for messages. */
export const placeOf = ({ file, line }: Snippet): string => `${file}:${line}`;
