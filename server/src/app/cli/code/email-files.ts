import { recordOf } from '../../../schedule/fault.ts';
import { FILE_MEMBERS } from '../../code/file-schema.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Steps as the file of a series has them, and the files beside it. */
export interface Parted {
  readonly steps: readonly Fields[];
  /** Contents by place, told from the folder of the series' file. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Takes bodies and text parts out of steps into files of their own. What stands in the series' file
 * already stays there, and a file that it names keeps its place.
 *
 * @param known the steps as the file of the series has them now
 * @param mayWrite whether a text may be written to a place that no step of `known` names, or that one does
 */
export function partEmails(
  slug: string,
  steps: readonly Fields[],
  { known, mayWrite }: { known: unknown; mayWrite: (place: string, text: string) => boolean },
): Parted {
  const files = new Map<string, string>();
  const taken = new Set<string>();
  const before = stepsById(known);
  for (const place of placesIn(known)) taken.add(place.toLowerCase());
  const placeOf = (name: string, { ending, text }: { ending: string; text: string }): string => {
    for (let count = 1; ; count += 1) {
      const place = `${slug}/${name}${count === 1 ? '' : `-${count}`}.${ending}`;
      // Some file systems take a and A for one.
      if (taken.has(place.toLowerCase()) || !mayWrite(place, text)) continue;
      taken.add(place.toLowerCase());
      return place;
    }
  };
  const part = (fields: Fields, was: Fields | null, name: string): Fields =>
    Object.fromEntries(
      Object.entries(fields).map(([member, value]) => {
        const file = Object.entries(FILE_MEMBERS).find(([, one]) => one.member === member);
        if (file === undefined || value === null || value === undefined) return [member, value];
        if (was !== null && was[member] !== undefined) return [member, value];
        // Who reads files takes a byte order mark for one, and not for the first letter.
        if (typeof value === 'string' && value.startsWith('\uFEFF')) return [member, value];
        const text = typeof value === 'string' ? value : jsonOf(value);
        const [as, { ending }] = file;
        const kept = was?.[as];
        const isKept = typeof kept === 'string' && mayWrite(kept, text);
        const place = isKept ? kept : placeOf(name, { ending, text });
        files.set(place, text);
        return [as, place];
      }),
    );
  const parted = steps.map((step) => {
    if (step['type'] !== 'email') return step;
    const id = String(step['id']);
    const was = before.get(id) ?? null;
    const own = { ...part(step, was, id), ...saidAlready(step, was) };
    const { variants } = own;
    if (!Array.isArray(variants)) return own;
    const knownVariants = listOf(was?.['variants']);
    return {
      ...own,
      variants: (variants as Fields[]).map((variant) => {
        const same = knownVariants.find(({ name }) => name === variant['name']) ?? null;
        return part(variant, same, `${id}.${fileNameOf(String(variant['name']))}`);
      }),
    };
  });
  return { steps: parted, files };
}

/** What nobody has to say, and the file says. */
const saidAlready = (step: Fields, was: Fields | null): Fields =>
  step['purpose'] === undefined && was?.['purpose'] === 'marketing' ? { purpose: 'marketing' } : {};

/** Every place of a file that steps name. */
export function placesIn(steps: unknown): string[] {
  return listOf(steps)
    .flatMap((step) => [step, ...listOf(step['variants'])])
    .flatMap((fields) =>
      Object.keys(FILE_MEMBERS).flatMap((name) => {
        const place = fields[name];
        return typeof place === 'string' ? [place] : [];
      }),
    );
}

const listOf = (value: unknown): Fields[] =>
  (Array.isArray(value) ? value : []).flatMap((one: unknown): Fields[] => {
    const fields = recordOf(one);
    return fields === null ? [] : [fields];
  });

const stepsById = (steps: unknown): Map<string, Fields> =>
  new Map(listOf(steps).map((step) => [String(step['id']), step]));

const jsonOf = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** A name as a file may have it. */
export const fileNameOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '') || 'x';
