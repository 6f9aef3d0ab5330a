import { countedOf, countOf } from '../../../../components/number.ts';
import { Notice } from '../../../../components/ui/notice.tsx';
import type { Outcome } from '../use-simulation.ts';
import { refusalsOf, type Simulation } from './result.ts';
import { reasonWords } from './words.ts';

const FIGURES = [
  ['entered', 'Entered'],
  ['sent', 'Emails sent'],
  ['goal_reached', 'Goal reached'],
  ['completed', 'Completed'],
  ['exited', 'Left by an exit'],
  ['skipped', 'Steps skipped'],
  ['failed', 'Steps failed'],
] as const;

/** Named even when there are none of them. */
const ALWAYS: readonly string[] = ['entered', 'sent', 'completed'];

/** What came of everybody, in numbers. */
export function Summary({ outcome }: { readonly outcome: Outcome }) {
  const { simulation, isMadeUp, entryWords } = outcome;
  const { totals, waiting, people, timeline } = simulation;
  const { counts } = totals;
  const refused = counts['not_entered'] ?? 0;
  const refusals = refused === 0 ? [] : refusalsOf(timeline);
  return (
    <>
      <dl className="grid grid-cols-[repeat(auto-fit,minmax(7.5rem,1fr))] gap-px overflow-hidden rounded-ui border bg-line">
        {FIGURES.map(([key, name]) => {
          const count = counts[key] ?? 0;
          if (count === 0 && !ALWAYS.includes(key)) return null;
          return <Figure key={key} name={name} value={countOf(count)} />;
        })}
        <Figure name="Still in it" value={countOf(waiting)} />
      </dl>
      {refused > 0 && (
        <Notice title={`${countedOf(refused, 'time', 'times')} somebody did not get in`}>
          <ul className="text-muted">
            {refusals.map(([reason, count]) => (
              <li key={reason}>
                {countOf(count)}: {reasonWords(reason)}
              </li>
            ))}
          </ul>
          {refusals.some(([reason]) => reason === 'not_meant') && (
            <>
              {entryWords.map((words) => (
                <p key={words}>{words}</p>
              ))}
              {isMadeUp && (
                <p>Give made-up people such traits, and what entering brings along, in the form.</p>
              )}
            </>
          )}
        </Notice>
      )}
      <Truncated simulation={simulation} />
      {people === 0 && (
        <Notice title="Nobody was simulated">
          <p className="text-muted">The filter finds nobody, or nobody has these ids.</p>
        </Notice>
      )}
    </>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div className="grid content-start bg-panel px-3 py-2">
      <dt className="text-sm text-muted">{name}</dt>
      <dd className="text-lg font-semibold" data-tabular="">
        {value}
      </dd>
    </div>
  );
}

/** What the answer leaves out, and what that means. */
function Truncated({ simulation }: { readonly simulation: Simulation }) {
  const { truncated, timeline, people } = simulation;
  switch (truncated) {
    case null:
      return null;
    case 'rows':
      return (
        <Notice title={`The timeline ends after ${countOf(timeline.length)} lines`}>
          <p className="text-muted">
            Totals count everything. Simulate fewer people or days to see every line.
          </p>
        </Notice>
      );
    case 'people':
      return (
        <Notice
          tone="fault"
          title={`More happened than fits: ${countOf(people)} people were simulated`}
        >
          <p className="text-muted">
            The others are in no number here. Simulate fewer people, or fewer days.
          </p>
        </Notice>
      );
    case 'endless':
      return (
        <Notice tone="fault" title="Somebody goes round and round">
          <p className="text-muted">
            A person took more than 10,000 steps and was stopped there. They enter again as soon as
            they leave: look at “Entering again” in the rules.
          </p>
        </Notice>
      );
  }
}
