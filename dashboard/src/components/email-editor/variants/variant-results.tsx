import type { Answer } from '@milepost/sdk';
import { useAsk } from '../../../api/ask.ts';
import { Instant } from '../../instant.tsx';
import { countOf, rateOf } from '../../number.ts';
import { Cell, HeadCell, Row, Table, TableHead } from '../../ui/table.tsx';
import type { EmailContext } from '../email-fields.ts';

type Results = Answer<'GET /series/{id}/variants'>;

/** What came of the variants so far; nothing is shown before something was sent. */
export function VariantResults({ context }: { readonly context: EmailContext }) {
  const isSeries = context.kind === 'series';
  const stepId = isSeries ? context.stepId : '';
  const path = { id: context.id };
  const ofSeries = useAsk(
    'GET /series/{id}/variants',
    { path, query: { step_id: stepId } },
    { enabled: isSeries },
  );
  const ofBroadcast = useAsk('GET /broadcasts/{id}/variants', { path }, { enabled: !isSeries });
  const { data } = isSeries ? ofSeries : ofBroadcast;
  // Refused as long as nothing with variants is published: then there are no results.
  if (data === undefined || data.variants.every(({ sent }) => sent === 0)) return null;
  return (
    <section className="grid gap-2">
      <h2 className="text-sm font-semibold text-muted">Results</h2>
      <ResultTable data={data} />
      <WinnerWords data={data} />
    </section>
  );
}

function ResultTable({ data }: { readonly data: Results }) {
  return (
    <Table label="Results of the variants">
      <TableHead>
        <HeadCell>Variant</HeadCell>
        <HeadCell isNumber>Sent</HeadCell>
        <HeadCell isNumber>Opened</HeadCell>
        <HeadCell isNumber>Clicked</HeadCell>
        <HeadCell isNumber>Unsubscribed</HeadCell>
      </TableHead>
      <tbody>
        {data.variants.map(({ name, sent, opened, clicked, unsubscribed }) => (
          <Row key={name}>
            <Cell className="font-medium">
              {name}
              {data.winner?.name === name && <span className="text-accent"> · winner</span>}
            </Cell>
            <Cell isNumber>{countOf(sent)}</Cell>
            <Cell isNumber>
              <Rate {...opened} />
            </Cell>
            <Cell isNumber>
              <Rate {...clicked} />
            </Cell>
            <Cell isNumber>{countOf(unsubscribed)}</Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}

function Rate({ rate, confidence }: Results['variants'][number]['opened']) {
  return (
    <>
      {rateOf(rate)}
      {confidence !== null && (
        <span className="block text-xs text-muted">differs: {rateOf(confidence)} sure</span>
      )}
    </>
  );
}

function WinnerWords({ data: { winner, truncated } }: { readonly data: Results }) {
  return (
    <div className="grid gap-1 text-sm text-muted">
      {winner !== null && winner.name !== null && winner.decided_at !== null && (
        <p>
          {winner.name} won at <Instant at={winner.decided_at} />. {winner.why}
        </p>
      )}
      {winner !== null && winner.name === null && winner.why !== null && <p>{winner.why}</p>}
      {truncated && <p>Of the latest 100,000 messages.</p>}
    </div>
  );
}
