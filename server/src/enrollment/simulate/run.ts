import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Scenario, Subject } from './scenario.ts';
import type { TimelineRow } from './timeline.ts';
import { counterOf, type Totals } from './totals.ts';
import { live } from './walk.ts';

/** Lines that are looked at in one simulation: some hundred megabytes of memory, and seconds of work. */
const LINES_MAX = 500_000;

/** What a simulation came to. */
export interface Simulation {
  /** How many people were simulated, and how many of them were in the series at the end. */
  readonly people: number;
  readonly waiting: number;
  readonly totals: Totals;
  /** In order of time, the earliest if there are too many. */
  readonly timeline: readonly TimelineRow[];
  readonly truncated: Truncated | null;
}

/**
 * What was left out: `rows` of the timeline, of which totals count all; `people` who were not simulated,
 * for there had been too much already; or the time of somebody who goes round without end.
 */
export type Truncated = 'rows' | 'people' | 'endless';

/**
 * Simulates people one after the other, and lets others of this process have their turn in between.
 *
 * @param explains whether lines keep their reasons, which take most of the memory
 */
export async function simulate(
  scenario: Scenario,
  subjects: readonly Subject[],
  { rowsMax, explains }: { rowsMax: number; explains: boolean },
): Promise<Simulation> {
  const counter = counterOf(scenario.series);
  const rows: TimelineRow[] = [];
  let lines = 0;
  let people = 0;
  let waiting = 0;
  let isEndless = false;
  const tell = (row: TimelineRow): void => {
    lines += 1;
    counter.count(row);
    if (rowsMax > 0) rows.push(explains ? row : { ...row, why: [] });
  };
  for (const subject of subjects) {
    if (lines >= LINES_MAX) break;
    const end = await live(scenario, subject, tell);
    counter.countEnd(end);
    people += 1;
    if (end.waiting !== null) waiting += 1;
    isEndless ||= end.isCutShort;
    await nextTurn();
  }
  rows.sort((one, other) => one.at.getTime() - other.at.getTime());
  const timeline = rows.slice(0, rowsMax);
  const truncated = truncatedOf({
    isEndless,
    isPeople: people < subjects.length,
    isRows: lines > timeline.length,
  });
  return { people, waiting, totals: counter.totals, timeline, truncated };
}

function truncatedOf(cut: {
  isEndless: boolean;
  isPeople: boolean;
  isRows: boolean;
}): Truncated | null {
  if (cut.isEndless) return 'endless';
  if (cut.isPeople) return 'people';
  return cut.isRows ? 'rows' : null;
}
