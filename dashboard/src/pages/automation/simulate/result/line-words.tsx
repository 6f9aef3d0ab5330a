import clsx from 'clsx';
import { Instant } from '../../../../components/instant.tsx';
import type { Outcome } from '../use-simulation.ts';
import type { Line } from './result.ts';
import { branchWords, isFault, reasonWords, WHAT } from './words.ts';

interface LineWordsProps {
  readonly line: Line;
  readonly outcome: Outcome;
  readonly zone: string;
}

/** What happened, where, and why, in a line. */
export function LineWords({ line, outcome, zone }: LineWordsProps) {
  const { what, step_id: stepId, branch, until, reason } = line;
  return (
    <>
      <span className={clsx('font-medium', isFault(line) && 'text-fault')}>
        {WHAT[what]}
        {branch !== null && `: ${branchWords(branch)}`}
      </span>
      {stepId !== null && <span className="text-muted"> · {outcome.titleOfStep(stepId)}</span>}
      {until !== null && (
        <span className="text-muted">
          {' '}
          · until <Instant at={until} zone={zone} />
        </span>
      )}
      {reason !== null && <span className="text-muted"> · {reasonWords(reason)}</span>}
    </>
  );
}
