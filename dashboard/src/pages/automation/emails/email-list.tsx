import { useAsk } from '../../../api/ask.ts';
import { countOf, countedOf, rateOf } from '../../../components/number.ts';
import { Cell, HeadCell, Row, Table, TableHead } from '../../../components/ui/table.tsx';
import type { Step } from '../draft/step.ts';
import { type OutlineStep, useDraft } from '../draft/use-draft.ts';
import { formWordsOf, subjectOf } from './email-row.ts';

interface EmailListProps {
  readonly emails: readonly Step[];
  readonly onOpen: (stepId: string) => void;
}

/** One line an email: when it comes, how it is made, what is wrong with it, what came of it. */
export function EmailList({ emails, onOpen }: EmailListProps) {
  const { series, faults, outlineOf, changedSteps } = useDraft();
  const path = { id: series.id };
  // Nothing was sent before something was published.
  const options = { enabled: series.version !== null };
  const { data } = useAsk('GET /reports/series/{id}', { path, query: {} }, options);
  const results = new Map(data?.steps.map((step) => [step.step_id, step]));
  return (
    <Table label="Emails of the series">
      <TableHead>
        <HeadCell>Email</HeadCell>
        <HeadCell>When</HeadCell>
        <HeadCell>Checks</HeadCell>
        <HeadCell isNumber>Sent</HeadCell>
        <HeadCell isNumber>Opened</HeadCell>
        <HeadCell isNumber>Clicked</HeadCell>
      </TableHead>
      <tbody>
        {emails.map((email) => {
          const result = results.get(email.id);
          const own = faults.get(email.id) ?? [];
          const errors = own.filter(({ keeps }) => keeps !== 'nothing').length;
          return (
            <Row key={email.id}>
              <Cell className="min-w-48">
                <button
                  type="button"
                  className="min-h-6 text-left font-medium underline-offset-2 hover:underline"
                  onClick={() => onOpen(email.id)}
                >
                  {subjectOf(email)}
                </button>
                <span className="block text-sm text-muted">
                  {formWordsOf(email)}
                  {changedSteps.has(email.id) && ' · not published yet'}
                </span>
              </Cell>
              <Cell className="min-w-24 wide:whitespace-nowrap">{whenOf(outlineOf(email.id))}</Cell>
              <Cell className={errors > 0 ? 'whitespace-nowrap text-fault' : 'whitespace-nowrap'}>
                {checkWords(errors, own.length - errors)}
              </Cell>
              <Cell isNumber>{countOf(result?.messages?.sent ?? 0)}</Cell>
              <Cell isNumber>{rateOf(result?.rates?.opened ?? null)}</Cell>
              <Cell isNumber>{rateOf(result?.rates?.clicked ?? null)}</Cell>
            </Row>
          );
        })}
      </tbody>
    </Table>
  );
}

function whenOf(outline: OutlineStep | null): string {
  if (outline === null || outline.day === null) return '–';
  const { day, weekday, local_time: time } = outline;
  return `Day ${day} (${weekday ?? ''} ${time ?? ''})`;
}

function checkWords(errors: number, warnings: number): string {
  const parts = [
    ...(errors > 0 ? [countedOf(errors, 'error', 'errors')] : []),
    ...(warnings > 0 ? [countedOf(warnings, 'warning', 'warnings')] : []),
  ];
  return parts.length === 0 ? 'Fine' : parts.join(', ');
}
