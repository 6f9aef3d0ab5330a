import type { Answer } from '@milepost/sdk';
import { Link } from '@tanstack/react-router';
import { countOf } from '../../components/number.ts';
import { Badge } from '../../components/ui/badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../components/ui/table.tsx';

interface UpcomingSeriesProps {
  readonly series: Answer<'GET /upcoming'>['series'];
  readonly selectedId: string;
  /** `''` for all. */
  readonly onSelect: (id: string) => void;
}

/** The series that plan something, and how much of it stands still. */
export function UpcomingSeries({ series, selectedId, onSelect }: UpcomingSeriesProps) {
  return (
    <Table label="What plans emails">
      <TableHead>
        <HeadCell>Series or broadcast</HeadCell>
        <HeadCell isNumber>Emails planned</HeadCell>
        <HeadCell isNumber>Due now</HeadCell>
        <HeadCell isNumber>Standing still</HeadCell>
        <HeadCell>
          <span className="sr-only">Choose</span>
        </HeadCell>
      </TableHead>
      <tbody>
        {series.map(({ series_id: id, type, name, status, sends, follows, due, parked }) => (
          <Row key={id}>
            <Cell>
              <span className="flex flex-wrap items-center gap-2">
                <Link
                  to={type === 'series' ? '/dashboard/automation/$id' : '/dashboard/broadcasts/$id'}
                  params={{ id }}
                  className="font-medium hover:underline"
                >
                  {name}
                </Link>
                {status !== 'active' && <Badge tone="quiet">{status}</Badge>}
              </span>
            </Cell>
            <Cell isNumber>{countOf(sends + follows)}</Cell>
            <Cell isNumber>{countOf(due.sends)}</Cell>
            <Cell isNumber>{countOf(parked.sends)}</Cell>
            <Cell className="text-right">
              <Button
                look="bare"
                aria-pressed={selectedId === id}
                onClick={() => onSelect(selectedId === id ? '' : id)}
              >
                {selectedId === id ? 'Show all' : 'Show only this'}
              </Button>
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
