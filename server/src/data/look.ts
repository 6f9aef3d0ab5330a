import { DomainError } from '../platform/errors.ts';
import { LINE_LENGTH_MAX, type ImportKind, type SourceName } from './import.ts';
import { faultOfTargets, targetOf, type Target } from './mapping.ts';
import { columnsOf } from './receive.ts';
import { cellsOf, delimiterOf } from './records/cells.ts';
import { createSplitter } from './records/split.ts';

/** What a file of CSV would be taken for. */
export interface Look {
  readonly columns: readonly {
    readonly name: string;
    readonly target: string | null;
    readonly example: string | null;
  }[];
  readonly fault: string | null;
}

const EXAMPLE_LENGTH_MAX = 100;

/** Looks at the beginning of a file of CSV: its columns, and what each is read as if nobody says more. */
export function lookAt(
  head: string,
  { kind, source }: { kind: Exclude<ImportKind, 'everything'>; source: SourceName },
): Look {
  const splitter = createSplitter({
    format: 'csv',
    delimiter: ',',
    firstLine: 1,
    lengthMax: LINE_LENGTH_MAX,
  });
  const whole = splitter.push(head.replace(/^\u{FEFF}/u, '')) ?? [];
  const [header, first] = whole.length === 0 ? splitter.end() : whole;
  if (header === undefined) return { columns: [], fault: 'the first line must name the columns' };
  const delimiter = delimiterOf(header.text);
  try {
    const names = columnsOf(header.text, delimiter);
    const examples = first === undefined ? [] : (cellsOf(first.text, delimiter) ?? []);
    const targets = names.map((name) => targetOf(name, { kind, source, mapping: {}, isCsv: true }));
    const columns = names.map((name, at) => ({
      name,
      target: wordOf(targets[at] ?? null),
      example: examples[at]?.slice(0, EXAMPLE_LENGTH_MAX).toWellFormed() ?? null,
    }));
    return { columns, fault: faultOfTargets(targets, { kind, source, listId: '' }) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { columns: [], fault: error.message };
  }
}

/** A target as a mapping names it. */
function wordOf(target: Target | null): string | null {
  if (target === null) return null;
  const { field, type, standing } = target;
  if (standing !== null) return `${field}:${standing}`;
  return type === 'text' || !field.includes('.') ? field : `${field}:${type}`;
}
