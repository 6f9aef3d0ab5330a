import type { Answer } from '@milepost/sdk';
import { countOf, rateOf } from '../../../components/number.ts';
import { wordsOfSpan } from './words-of-span.ts';

/** Of those who entered in the period: where they are now. */
export function Passages({ report }: { readonly report: Answer<'GET /reports/series/{id}'> }) {
  const { entered, states, goal_rate: goalRate, time_to_goal: toGoal } = report;
  const figures = [
    ['Entered', countOf(entered)],
    ['Under way', countOf(states.active)],
    ['Completed', countOf(states.completed)],
    ['Goal reached', goalRate === null ? countOf(states.goal_reached) : rateOf(goalRate)],
    ['Time to goal', toGoal === null ? '–' : wordsOfSpan(toGoal.median_seconds)],
    ['Left early', countOf(states.exited + states.removed + states.ended)],
  ];
  return (
    <dl className="grid grid-cols-[repeat(auto-fit,minmax(8.5rem,1fr))] rounded-ui border bg-panel wide:grid-cols-6 wide:divide-x">
      {figures.map(([name, figure]) => (
        <div key={name} className="grid gap-0.5 px-3 py-2.5">
          <dt className="text-sm text-muted">{name}</dt>
          <dd className="text-lg font-semibold" data-tabular="">
            {figure}
          </dd>
        </div>
      ))}
    </dl>
  );
}
