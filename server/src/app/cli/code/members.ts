import { recordOf } from '../../../schedule/fault.ts';
import { fileSchema, type JsonSchema } from '../../code/file-schema.ts';
import type { PathFault } from './load-email-files.ts';

/** Members that the schema of files does not know: slips of the pen, which would be lost without a word. */
export function unknownMembers(value: unknown): PathFault[] {
  const { properties = {} } = fileSchema();
  const known = new Set([...Object.keys(properties), 'traits']);
  const fields = recordOf(value);
  if (fields === null) return [];
  const { settings, steps } = fields;
  const stepSchemas = properties['steps']?.items?.anyOf ?? [];
  return [
    ...unknownIn(fields, known, ''),
    ...unknownIn(settings, namesOf(properties['settings']), 'settings/'),
    ...(Array.isArray(steps) ? steps : []).flatMap((step: unknown, index) => {
      const type = recordOf(step)?.['type'];
      const schema = stepSchemas.find(({ title }) => title === type);
      if (schema === undefined) return [];
      const path = `steps/${index}/`;
      return [...unknownIn(step, namesOf(schema), path), ...inVariants(step, schema, path)];
    }),
  ];
}

function inVariants(step: unknown, { properties = {} }: JsonSchema, path: string): PathFault[] {
  const variants = recordOf(step)?.['variants'];
  if (!Array.isArray(variants)) return [];
  const schema = properties['variants']?.anyOf?.find(({ items }) => items !== undefined)?.items;
  return variants.flatMap((variant: unknown, index) =>
    unknownIn(variant, namesOf(schema), `${path}variants/${index}/`),
  );
}

/** What publishing writes into emails: it may be pulled, and means nothing new. */
const WRITTEN = ['snippets'];

const namesOf = (schema: JsonSchema | undefined): ReadonlySet<string> =>
  new Set([...Object.keys(schema?.properties ?? {}), ...WRITTEN]);

function unknownIn(value: unknown, known: ReadonlySet<string>, path: string): PathFault[] {
  return Object.keys(recordOf(value) ?? {})
    .filter((name) => !known.has(name))
    .map((name) => {
      const near = nearest(name, known);
      const hint = near === null ? '' : `; did you mean ${near}?`;
      return { path: `${path}${name}`, message: `is not a member that there is${hint}` };
    });
}

const DISTANCE_MAX = 2;

function nearest(name: string, known: ReadonlySet<string>): string | null {
  const ranked = [...known]
    .map((one) => ({ one, distance: distanceOf(name, one) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [first] = ranked;
  return first !== undefined && first.distance <= DISTANCE_MAX ? first.one : null;
}

/** How many letters must be changed, added or taken away. */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of one.split('').entries()) {
    const next = [i + 1];
    for (const [j, against] of other.split('').entries()) {
      const replaced = (row[j] ?? 0) + (letter === against ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
