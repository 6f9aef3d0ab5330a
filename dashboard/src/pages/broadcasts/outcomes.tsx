import type { Answer } from '@milepost/sdk';
import { countOf, rateOf } from '../../components/number.ts';
import { useSearchText } from '../../app/use-search.ts';
import { Button } from '../../components/ui/button.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../components/ui/table.tsx';

type Counts = Answer<'GET /broadcasts/{id}/stats'>['outcomes'];

const WORDS: readonly (readonly [keyof Counts, string])[] = [
  ['waiting', 'wait for their turn'],
  ['queued', 'are about to leave'],
  ['sent', 'sent, accepted by a provider'],
  ['delivered', 'delivered'],
  ['bounced', 'bounced'],
  ['complained', 'complained'],
  ['failed', 'failed'],
  ['skipped', 'skipped, with a reason'],
  ['cancelled', 'cancelled'],
  ['in_doubt', 'in doubt: a member decides'],
];

/** Where everybody is who is to get it; the lines add up to the total. */
export function Outcomes({
  outcomes,
  total,
}: {
  readonly outcomes: Counts;
  readonly total: number;
}) {
  const [, setOutcome] = useSearchText('outcome');
  return (
    <Table label="Outcomes">
      <TableHead>
        <HeadCell>What became of them</HeadCell>
        <HeadCell isNumber>People</HeadCell>
        <HeadCell isNumber>Share</HeadCell>
      </TableHead>
      <tbody>
        {WORDS.map(([name, words]) =>
          outcomes[name] === 0 ? null : (
            <Row key={name}>
              <Cell>
                <Button look="bare" className="-my-1 -ml-3" onClick={() => setOutcome(name)}>
                  {words}
                </Button>
              </Cell>
              <Cell isNumber>{countOf(outcomes[name])}</Cell>
              <Cell isNumber className="text-muted">
                {rateOf(total === 0 ? null : outcomes[name] / total)}
              </Cell>
            </Row>
          ),
        )}
      </tbody>
    </Table>
  );
}
