import type { Answer } from '@milepost/sdk';
import { Link } from '@tanstack/react-router';
import { Empty } from '../../components/empty.tsx';
import { MeasureCells, MeasureHeads } from '../../components/report/measure-cells.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../components/ui/table.tsx';

type Report = Answer<'GET /reports/messages'>;
type Key = Report['groups'][number]['key'];

/** A line for each series, broadcast, step, variant or list that sent anything. */
export function ReportGroups({ report: { groups, truncated } }: { readonly report: Report }) {
  if (groups.length === 0) return <Empty title="Nothing of this kind was sent" />;
  return (
    <>
      <Table label="Results">
        <TableHead>
          <HeadCell>Name</HeadCell>
          <MeasureHeads />
        </TableHead>
        <tbody>
          {groups.map(({ key, total, rates }) => (
            <Row key={JSON.stringify(key)}>
              <Cell className="min-w-48">
                <Name of={key} />
              </Cell>
              <MeasureCells counts={total} rates={rates} />
            </Row>
          ))}
        </tbody>
      </Table>
      {truncated && (
        <p className="text-sm text-muted">
          The 50 that sent most are shown; the CSV file has all of them.
        </p>
      )}
    </>
  );
}

function Name({ of }: { readonly of: Key }) {
  const { automation_id: id, automation_name: name, automation_type: type } = of;
  const part = [of.step_name ?? of.step_id, of.variant && `variant ${of.variant}`, of.list_name]
    .filter((word) => word !== null && word !== undefined && word !== '')
    .join(', ');
  return (
    <>
      {id === null || id === undefined ? null : type === 'broadcast' ? (
        <Link
          to="/dashboard/broadcasts/$id"
          params={{ id }}
          className="font-medium hover:underline"
        >
          {name}
        </Link>
      ) : type !== 'series' ? (
        <span className="font-medium">{name}</span>
      ) : (
        <Link
          to="/dashboard/automation/$id"
          params={{ id }}
          className="font-medium hover:underline"
        >
          {name}
        </Link>
      )}
      {part !== '' && <span className="block text-sm text-muted">{part}</span>}
      {(id === null || id === undefined) && part === '' && 'Everything'}
    </>
  );
}
