import type { Answer } from '@milepost/sdk';
import { wordsOfTemplate } from '../../../components/merge-tags/merge-tag.ts';
import { countOf } from '../../../components/number.ts';
import { MeasureCells, MeasureHeads } from '../../../components/report/measure-cells.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../../components/ui/table.tsx';
import { titleOf } from '../build/step-types.ts';
import { useDraft } from '../draft/use-draft.ts';

type Step = Answer<'GET /reports/series/{id}'>['steps'][number];

interface FunnelProps {
  readonly steps: readonly Step[];
  /** More wait than were counted. */
  readonly isCut: boolean;
}

/** Each step: who came to it, who waits, and what became of the others. */
export function Funnel({ steps, isCut }: FunnelProps) {
  const most = Math.max(1, ...steps.map(({ entered }) => entered));
  const nameOf = useStepNames();
  return (
    <section className="grid gap-2">
      <h2 className="font-semibold">Step by step</h2>
      <Table label="Steps">
        <TableHead>
          <HeadCell>Step</HeadCell>
          <HeadCell isNumber>Came</HeadCell>
          <HeadCell isNumber>Wait now</HeadCell>
          <HeadCell isNumber>Skipped</HeadCell>
          <HeadCell isNumber>Failed</HeadCell>
          <MeasureHeads />
        </TableHead>
        <tbody>
          {steps.map((step) => (
            <Row key={step.step_id}>
              <Cell className="min-w-56">
                <span className="font-medium">{nameOf(step)}</span>
                <span className="block text-sm text-muted">
                  {step.type?.replaceAll('_', ' ') ?? 'no longer in it'}
                </span>
                <Bar share={step.entered / most} />
              </Cell>
              <Cell isNumber>{countOf(step.entered)}</Cell>
              <Cell isNumber>{countOf(step.waiting)}</Cell>
              <Cell isNumber>
                <Reasons count={step.skipped} by={step.skipped_by} />
              </Cell>
              <Cell isNumber>
                <Reasons count={step.failed} by={step.failed_by} />
              </Cell>
              <MeasureCells counts={step.messages} rates={step.rates} />
            </Row>
          ))}
        </tbody>
      </Table>
      {isCut && <p className="text-sm text-muted">More people wait than are counted here.</p>}
    </section>
  );
}

/** The subject of an email; of another step what it does, where it is still in the series. */
function useStepNames(): (step: Step) => string {
  const { steps, outline } = useDraft();
  return ({ name, step_id: id }) => {
    const drawn = steps.find((step) => step.id === id);
    if (name !== null) return wordsOfTemplate(name);
    if (drawn === undefined) return id;
    return titleOf(drawn, outline?.steps.find((one) => one.step_id === id)?.words ?? null);
  };
}

/** How many came, beside the step to which most came. */
function Bar({ share }: { readonly share: number }) {
  return (
    <span aria-hidden className="mt-1 block h-1 rounded-ui bg-sunken">
      <span
        className="block h-1 rounded-ui bg-accent-solid"
        style={{ width: `${Math.round(share * 100)}%` }}
      />
    </span>
  );
}

interface ReasonsProps {
  readonly count: number;
  readonly by: Readonly<Record<string, number>>;
}

/** A count, and the reasons behind it, the most frequent first. */
function Reasons({ count, by }: ReasonsProps) {
  const reasons = Object.entries(by).toSorted(([, a], [, b]) => b - a);
  return (
    <>
      {countOf(count)}
      {reasons.map(([reason, times]) => (
        <span key={reason} className="block text-sm whitespace-nowrap text-muted">
          {countOf(times)} {reason.replaceAll('_', ' ')}
        </span>
      ))}
    </>
  );
}
