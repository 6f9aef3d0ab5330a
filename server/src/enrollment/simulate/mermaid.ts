import type { Edge, StepTotals, Totals } from './totals.ts';

const LABEL_LENGTH_MAX = 60;

/** The series as a Mermaid flowchart, with how many took each way and how many wait at each step. */
export function mermaidOf({ steps, edges }: Totals): string {
  const ids = [...steps.keys()];
  // Ids of steps may be words of the language, such as `end`.
  const nodeOf = (id: string | null, none: string): string =>
    id === null ? none : `s${ids.indexOf(id)}`;
  const nodes = [...steps.values()].map(
    (step) => `  ${nodeOf(step.stepId, '')}["${labelOf(step)}"]`,
  );
  const ways = [...edges.values()]
    .toSorted((one, other) => orderOf(one, ids) - orderOf(other, ids))
    .map(
      (edge) =>
        `  ${nodeOf(edge.from, 'enter')} -->|"${wordsOf(edge)}"| ${nodeOf(edge.to, 'leave')}`,
    );
  const lines = ['flowchart TD', '  enter(["enter"])', ...nodes, '  leave(["end"])', ...ways];
  return `${lines.join('\n')}\n`;
}

const orderOf = ({ from }: Edge, ids: readonly string[]): number =>
  from === null ? -1 : ids.indexOf(from);

function labelOf({ stepId, words, waiting, counts }: StepTotals): string {
  const left = (counts.goal_reached ?? 0) + (counts.exited ?? 0);
  const notes = [
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    ...(left > 0 ? [`${left} left`] : []),
    ...(counts.skipped ? [`${counts.skipped} skipped`] : []),
    ...(counts.failed ? [`${counts.failed} failed`] : []),
  ];
  const label = words.length > LABEL_LENGTH_MAX ? `${words.slice(0, LABEL_LENGTH_MAX)}…` : words;
  return [`${stepId}: ${label}`, ...notes].map(escaped).join('<br>');
}

const wordsOf = ({ branch, count }: Edge): string =>
  branch === null ? String(count) : `${escaped(branch)}: ${count}`;

/** Mermaid reads labels as HTML; entities are written with `#`. */
const escaped = (text: string): string =>
  text.replaceAll(/[^\p{L}\p{N} .,:'…%@/_()-]/gu, (character) => `#${character.codePointAt(0)};`);
