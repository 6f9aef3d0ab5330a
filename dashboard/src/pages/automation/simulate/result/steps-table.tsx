import { countOf } from '../../../../components/number.ts';
import { Cell, HeadCell, Row, Table, TableHead } from '../../../../components/ui/table.tsx';
import { typeWordsOf } from '../../build/step-types.ts';
import type { Outcome } from '../use-simulation.ts';
import { branchWords, waysOf } from './words.ts';

const DONE = ['sent', 'passed', 'branched', 'traits_written', 'webhook_captured'] as const;

interface StepsTableProps {
  readonly outcome: Outcome;
  readonly onChoose: (stepId: string) => void;
}

/** What became of people at each step, and which ways they took. */
export function StepsTable({ outcome, onChoose }: StepsTableProps) {
  const { simulation, titleOfStep } = outcome;
  // People end where a step leads to the end; they do not stand at it.
  const steps = simulation.totals.steps.filter(
    ({ type, arrived }) => type !== 'end' || arrived > 0,
  );
  return (
    <section aria-labelledby="steps" className="grid min-w-0 grid-cols-1 gap-2">
      <h2 id="steps" className="font-semibold">
        Steps
      </h2>
      <Table label="Steps">
        <TableHead>
          <HeadCell>Step</HeadCell>
          <HeadCell isNumber>Arrived</HeadCell>
          <HeadCell isNumber>Done</HeadCell>
          <HeadCell isNumber>Skipped</HeadCell>
          <HeadCell isNumber>Failed</HeadCell>
          <HeadCell isNumber>Waiting</HeadCell>
          <HeadCell>Ways</HeadCell>
        </TableHead>
        <tbody>
          {steps.map(({ step_id: id, type, arrived, waiting, counts, branches }) => {
            const { Icon, name } = typeWordsOf(type);
            const done = DONE.reduce((sum, what) => sum + (counts[what] ?? 0), 0);
            return (
              <Row key={id}>
                <Cell>
                  <button
                    type="button"
                    title="See its lines"
                    onClick={() => onChoose(id)}
                    className="flex min-h-6 max-w-[40vw] items-center wide:max-w-96 gap-2 text-left hover:underline"
                  >
                    <Icon size={15} aria-label={name} className="shrink-0 text-muted" />
                    <span className="truncate">{titleOfStep(id)}</span>
                  </button>
                </Cell>
                <Cell isNumber>{countOf(arrived)}</Cell>
                <Cell isNumber>{countOf(done)}</Cell>
                <Cell isNumber>{quiet(counts['skipped'])}</Cell>
                <Cell isNumber className="text-fault">
                  {quiet(counts['failed'])}
                </Cell>
                <Cell isNumber>{quiet(waiting)}</Cell>
                <Cell className="whitespace-nowrap" data-tabular="">
                  {waysOf(branches)
                    .map(([branch, count]) => `${branchWords(branch)} ${countOf(count)}`)
                    .join(' · ')}
                </Cell>
              </Row>
            );
          })}
        </tbody>
      </Table>
    </section>
  );
}

/** None is no news. */
const quiet = (count: number | undefined): string =>
  count === undefined || count === 0 ? '' : countOf(count);
