import { joinOf } from '../draft/graph.ts';
import { type Place, placeKey, type Step, waysOf } from '../draft/step.ts';

/** One line of a series written from top to bottom. */
export type ListLine =
  | { readonly kind: 'step'; readonly key: string; readonly depth: number; readonly step: Step }
  /** Where a step can be added. */
  | { readonly kind: 'place'; readonly key: string; readonly depth: number; readonly place: Place }
  /** Begins a branch. */
  | {
      readonly kind: 'branch';
      readonly key: string;
      readonly depth: number;
      readonly from: Step;
      readonly path: string;
    }
  /** Goes on with a step that stands elsewhere in the list. */
  | { readonly kind: 'goes_on'; readonly key: string; readonly depth: number; readonly to: string }
  | { readonly kind: 'joins'; readonly key: string; readonly depth: number }
  | { readonly kind: 'ends'; readonly key: string; readonly depth: number };

/** A series as lines: branches one after the other, indented, up to where they join. Pure. */
export function linesOf(steps: readonly Step[]): ListLine[] {
  const known = new Map(steps.map((step) => [step.id, step]));
  const seen = new Set<string>();
  const lines: ListLine[] = [];

  const walk = (start: Place, first: string | null, stops: ReadonlySet<string>, depth: number) => {
    let place: Place | null = start;
    let id = first;
    for (;;) {
      const key = place === null ? `after ${id ?? ''}` : placeKey(place);
      if (place !== null) lines.push({ kind: 'place', key: `+${key}`, depth, place });
      if (id === null) {
        lines.push({ kind: 'ends', key: `end ${key}`, depth });
        return;
      }
      if (stops.has(id)) return;
      const step = known.get(id);
      if (step === undefined) return;
      if (seen.has(id)) {
        lines.push({ kind: 'goes_on', key: `to ${key}`, depth, to: id });
        return;
      }
      seen.add(id);
      lines.push({ kind: 'step', key: id, depth, step });
      const ways = waysOf(step);
      const [only] = ways;
      if (only === undefined) return;
      if (ways.length === 1) {
        place = { from: id, path: only.path };
        id = only.to;
        continue;
      }
      const join = joinOf(steps, id);
      const within = join === null ? stops : new Set([...stops, join]);
      for (const { path, to } of ways) {
        lines.push({ kind: 'branch', key: `${id} ${path}`, depth: depth + 1, from: step, path });
        walk({ from: id, path }, to, within, depth + 1);
      }
      if (join === null || stops.has(join)) return;
      lines.push({ kind: 'joins', key: `join ${id}`, depth });
      place = null;
      id = join;
    }
  };

  walk({ from: null, path: 'entry' }, steps[0]?.id ?? null, new Set(), 0);
  return lines;
}
