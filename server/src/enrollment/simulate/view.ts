import { isoOf } from '../../platform/http.ts';
import { mermaidOf } from './mermaid.ts';
import type { SimulatedSeries } from './simulate-series.ts';
import type { TimelineRow } from './timeline.ts';
import type { Totals } from './totals.ts';

/** A simulation as it travels. */
export const simulationViewOf = (
  simulated: SimulatedSeries,
  { explains }: { explains: boolean },
) => ({
  series_id: simulated.seriesId,
  version: simulated.version,
  start: simulated.start.toISOString(),
  end: simulated.end.toISOString(),
  people: simulated.people,
  waiting: simulated.waiting,
  truncated: simulated.truncated,
  totals: totalsView(simulated.totals),
  timeline: simulated.timeline.map((row) => rowView(row, explains)),
  mermaid: mermaidOf(simulated.totals),
});

const totalsView = ({ counts, steps, hours, edges }: Totals) => ({
  counts,
  steps: [...steps.values()].map(({ stepId, type, arrived, waiting, counts: own, branches }) => ({
    step_id: stepId,
    type,
    arrived,
    waiting,
    counts: own,
    branches,
  })),
  hours: [...hours]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([hour, inHour]) => ({ hour, counts: inHour })),
  edges: [...edges.values()],
});

const rowView = (row: TimelineRow, explains: boolean) => ({
  at: row.at.toISOString(),
  user_id: row.userId,
  run: row.run,
  seq: row.seq,
  step_id: row.stepId,
  what: row.what,
  until: isoOf(row.until),
  branch: row.branch,
  to: row.to,
  reason: row.reason,
  ...(explains ? { reasons: [...row.why] } : {}),
});
