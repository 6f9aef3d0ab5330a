import type { Answer } from '@milepost/sdk';
import { countOf } from '../../components/number.ts';

type Overview = Answer<'GET /overview'>;

/** What left and what is planned, in four figures. */
export function Sends({ sent, planned }: Pick<Overview, 'sent' | 'planned'>) {
  const figures = [
    ['Sent today', countOf(sent.today)],
    ['Yesterday', countOf(sent.yesterday)],
    ['Last 7 days', countOf(sent.last_7_days)],
    [
      'Planned, next 24 h',
      `${countOf(planned.next_24_hours)}${planned.truncated ? ' or more' : ''}`,
    ],
  ];
  return (
    <dl className="grid grid-cols-[repeat(auto-fit,minmax(8.5rem,1fr))] divide-line rounded-ui border bg-panel wide:grid-cols-4 wide:divide-x">
      {figures.map(([name, figure]) => (
        <div key={name} className="grid gap-0.5 px-4 py-3">
          <dt className="text-sm text-muted">{name}</dt>
          <dd className="text-lg font-semibold" data-tabular="">
            {figure}
          </dd>
        </div>
      ))}
    </dl>
  );
}
