import type { Answer } from '@milepost/sdk';
import type { ChartLine } from '../chart.tsx';

type Report = Answer<'GET /reports/messages'>;

/** Sent, opened and clicked of everything a report tells, for each of its intervals. */
export function linesOf({ intervals, groups }: Pick<Report, 'intervals' | 'groups'>): ChartLine[] {
  const sums = new Map(intervals.map((at) => [at, { sent: 0, opened: 0, clicked: 0 }]));
  for (const { at, counts } of groups.flatMap(({ points }) => points)) {
    const sum = sums.get(at);
    if (sum === undefined) continue;
    sum.sent += counts.sent;
    sum.opened += counts.opened;
    sum.clicked += counts.clicked;
  }
  const values = [...sums.values()];
  return [
    { name: 'Sent', values: values.map(({ sent }) => sent) },
    { name: 'Opened', values: values.map(({ opened }) => opened) },
    { name: 'Clicked', values: values.map(({ clicked }) => clicked) },
  ];
}
