import type { Answer } from '@milepost/sdk';
import { countedOf, countOf } from '../../../components/number.ts';
import { Instant } from '../../../components/instant.tsx';
import type { Step } from '../draft/step.ts';
import { titleOf } from '../build/step-types.ts';

export type Preview = Answer<'GET /series/{id}/publish/preview'>;

interface InFlightPartProps {
  readonly preview: Preview;
  readonly steps: readonly Step[];
}

/** What becomes of the people in flight. */
export function InFlightPart({ preview, steps }: InFlightPartProps) {
  const { people, moves, mail_at_once: atOnce, looked_at: lookedAt, sample } = preview;
  const isPart = lookedAt < people;
  const nameOf = (id: string | null): string => {
    if (id === null) return 'the end';
    const index = steps.findIndex((step) => step.id === id);
    const step = steps[index];
    return step === undefined ? id : `step ${index + 1}, ${titleOf(step, null)}`;
  };
  return (
    <div className="grid gap-2">
      {isPart && (
        <p className="text-muted">
          Of {countOf(people)}, the first {countOf(lookedAt)} were looked at.
        </p>
      )}
      {atOnce > 0 && (
        <p className="font-semibold">
          {countedOf(atOnce, 'person is', 'people are')} due at an email at once.
        </p>
      )}
      <ul className="grid gap-1">
        {moves
          .filter(({ because }) => because !== 'kept')
          .map(({ version, step_id: from, to_step_id: to, count, because }) => (
            <li key={`${version} ${from} ${because} ${to}`}>
              {countedOf(count, 'person', 'people')} at {nameOf(from)} (version {version}){' '}
              {because === 'removed' ? 'which is gone' : 'which they were sent already'}: on to{' '}
              {nameOf(to)}
            </li>
          ))}
        {kept(moves) > 0 && (
          <li>{countedOf(kept(moves), 'person stays', 'people stay')} at their step</li>
        )}
      </ul>
      {sample.length > 0 && (
        <details className="text-sm">
          <summary className="cursor-pointer text-muted">Some of them</summary>
          <ul className="mt-1 grid gap-1">
            {sample.map(({ user_id: userId, before, after }) => (
              <li key={`${userId} ${before.step_id}`}>
                {userId ?? 'Erased'}: {nameOf(before.step_id)} →{' '}
                {after === null ? (
                  'the end'
                ) : (
                  <>
                    {nameOf(after.step_id)}, <Instant at={after.scheduled_for} />
                  </>
                )}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

const kept = (moves: Preview['moves']): number =>
  moves.reduce((sum, { because, count }) => sum + (because === 'kept' ? count : 0), 0);
