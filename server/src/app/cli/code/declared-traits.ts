import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { recordOf } from '../../../schedule/fault.ts';
import type { FileFault } from './file-fault.ts';
import { shownPath, type Folder } from './folder.ts';
import { readText } from './read-text.ts';
import { runTypeScript } from './ts-file.ts';
import { readYaml } from './yaml-file.ts';

const KINDS = ['string', 'number', 'boolean', 'date', 'json'];

/** The names of the traits that are declared; null where anything may be named. */
export interface DeclaredTraits {
  readonly names: ReadonlySet<string> | null;
  readonly faults: readonly FileFault[];
}

/** Reads `traits.yaml` or `traits.ts` of a folder: an object of kinds, by name. */
export async function declaredTraits(folder: Folder): Promise<DeclaredTraits> {
  const paths = ['traits.yaml', 'traits.yml', 'traits.ts'].map((name) => join(folder.dir, name));
  const path = paths.find((one) => existsSync(one));
  if (path === undefined) return { names: null, faults: [] };
  const file = shownPath(folder, path);
  const fault = (message: string, field = '', line: number | null = null): DeclaredTraits => ({
    names: null,
    faults: [{ file, line, field, message }],
  });
  try {
    if (path.endsWith('.ts')) return traitsOf(await runTypeScript(path), file) ?? fault(SHAPE);
    const { value, faults, lineOf } = readYaml(readText(path));
    const [first] = faults;
    if (first !== undefined) return fault(first.message, '', first.line);
    return traitsOf(value, file, lineOf) ?? fault(SHAPE, '', 1);
  } catch (error) {
    return fault(error instanceof Error ? error.message : String(error));
  }
}

const SHAPE = `must be an object of ${KINDS.join(', ')}, by the names of traits`;

/** Null where it is no object. */
export function traitsOf(
  value: unknown,
  file: string,
  lineOf: (path: string) => number | null = () => null,
): DeclaredTraits | null {
  const fields = recordOf(value);
  if (fields === null) return null;
  const faults = Object.entries(fields)
    .filter(([, kind]) => !KINDS.some((known) => known === kind))
    .map(([name]) => ({
      file,
      line: lineOf(name),
      field: name,
      message: `must be one of ${KINDS.join(', ')}`,
    }));
  return { names: new Set(Object.keys(fields)), faults };
}
