import type { Simulation } from './run.ts';
import type { TimelineRow } from './timeline.ts';
import type { Counts } from './totals.ts';

/** A simulation for reading at a terminal: totals per step and per hour, then the timeline. */
export function tableOf(
  { people, waiting, totals, timeline, truncated }: Simulation,
  { linesMax }: { linesMax: number },
): string {
  const steps = [...totals.steps.values()].map((step) => [
    step.stepId,
    step.type,
    String(step.arrived),
    countsText({ ...step.counts, held: 0 }),
    Object.entries(step.branches)
      .map(([branch, count]) => `${branch} ${count}`)
      .join(', '),
    String(step.waiting),
  ]);
  const hours = [...totals.hours]
    .filter(([, { sent = 0 }]) => sent > 0)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([hour, { sent = 0 }]) => [hour.replace(':00.000Z', ' UTC'), String(sent)]);
  const shown = timeline.slice(0, linesMax);
  const left = timeline.length - shown.length;
  const parts = [
    `${people} people; ${countsText({ ...totals.counts, held: 0 })}; ${waiting} waiting at the end`,
    columns([['step', 'type', 'arrived', 'outcomes', 'branches', 'waiting'], ...steps]),
    columns([['hour', 'emails'], ...hours.slice(0, linesMax)]),
    columns([['at', 'user', 'run', 'step', 'what', ''], ...shown.map(cellsOf)]),
    ...(left > 0 ? [`… and ${left} more lines`] : []),
    ...(truncated === null ? [] : [`Not everything is told: ${truncated}`]),
  ];
  return parts.join('\n\n');
}

function cellsOf({ at, userId, run, stepId, what, until, branch, reason }: TimelineRow): string[] {
  const about = [
    ...(until === null ? [] : [`until ${until.toISOString()}`]),
    ...(branch === null ? [] : [branch]),
    ...(reason === null ? [] : [reason]),
  ];
  return [at.toISOString(), userId, String(run), stepId ?? '', wordOf(what), about.join('; ')];
}

const wordOf = (what: string): string => what.replaceAll('_', ' ');

const countsText = (counts: Counts): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${wordOf(what)}`)
    .join(', ');

/** Cells below each other, each column as wide as its widest. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
