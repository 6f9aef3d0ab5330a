import { dirname, resolve } from 'node:path';
import { recordOf } from '../../../schedule/fault.ts';
import { FILE_MEMBERS, type FileMember } from '../../code/file-schema.ts';
import { isInside, type Folder } from './folder.ts';
import { readText } from './read-text.ts';

/** A fault below a series. */
export interface PathFault {
  readonly path: string;
  readonly message: string;
}

/** Steps with what stands in files put in. */
export interface LoadedSteps {
  readonly steps: unknown;
  /** By the path of a member such as `steps/0/html`: the file it came from, absolute. */
  readonly files: ReadonlyMap<string, string>;
  readonly faults: readonly PathFault[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads the files that emails and their variants name; their places are told from the series' file. */
export function loadEmailFiles(folder: Folder, seriesPath: string, steps: unknown): LoadedSteps {
  if (!Array.isArray(steps)) return { steps, files: new Map(), faults: [] };
  const files = new Map<string, string>();
  const faults: PathFault[] = [];
  const load = (value: unknown, path: string): unknown => {
    const fields = recordOf(value);
    if (fields === null) return value;
    const read = Object.entries(fields).map(([name, member]) => {
      if (!Object.hasOwn(FILE_MEMBERS, name)) return [name, member] as const;
      const { member: as } = FILE_MEMBERS[name as FileMember];
      const found = readMember(folder, { seriesPath, fields, name: name as FileMember });
      if ('message' in found) {
        faults.push({ path: `${path}/${name}`, message: found.message });
        return [name, member] as const;
      }
      files.set(`${path}/${as}`, found.file);
      return [as, found.value] as const;
    });
    return Object.fromEntries(read);
  };
  const loaded = steps.map((step: unknown, index) => {
    const path = `steps/${index}`;
    const fields = recordOf(step);
    if (fields === null || fields['type'] !== 'email') return step;
    const own = load(fields, path) as Fields;
    const { variants } = own;
    if (!Array.isArray(variants)) return own;
    return {
      ...own,
      variants: variants.map((variant: unknown, at) => load(variant, `${path}/variants/${at}`)),
    };
  });
  return { steps: loaded, files, faults };
}

function readMember(
  folder: Folder,
  { seriesPath, fields, name }: { seriesPath: string; fields: Fields; name: FileMember },
): { readonly message: string } | { readonly file: string; readonly value: unknown } {
  const place = fields[name];
  const { member } = FILE_MEMBERS[name];
  if (typeof place !== 'string' || place === '') return { message: 'must be the place of a file' };
  if (fields[member] !== undefined) return { message: `must not be there beside ${member}` };
  const file = resolve(dirname(seriesPath), place);
  const leadsOut = { message: `leads out of the folder: ${place}` };
  // Who applies what others propose must not read other files for them.
  if (!isInside(folder, file)) return leadsOut;
  try {
    const text = readText(file);
    return { file, value: member === 'content' ? JSON.parse(text) : text };
  } catch (error) {
    if (error instanceof SyntaxError) return { message: `is not JSON: ${error.message}` };
    if (error instanceof TypeError) return { message: `${place} ${error.message}` };
    return { message: `cannot be read: ${place}` };
  }
}
