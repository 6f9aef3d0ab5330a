import { Link, useNavigate } from '@tanstack/react-router';
import Ellipsis from 'lucide-react/icons/ellipsis';
import { useState } from 'react';
import { type RowOf, useDo } from '../../api/ask.ts';
import { Instant } from '../../components/instant.tsx';
import { countedOf, countOf, rateOf } from '../../components/number.ts';
import { Badge } from '../../components/ui/badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { Menu, MenuItem } from '../../components/ui/menu.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../components/ui/table.tsx';
import { useSay } from '../../components/ui/toast.tsx';
import { SeriesStatus } from '../../components/series-status.tsx';

type Series = RowOf<'GET /series'>;

interface SeriesTableProps {
  readonly rows: readonly Series[];
  readonly mayEdit: boolean;
}

export function SeriesTable({ rows, mayEdit }: SeriesTableProps) {
  const navigate = useNavigate();
  const say = useSay();
  const [ending, setEnding] = useState<Series | null>(null);
  const duplicate = useDo('POST /series/{id}/duplicate', {
    onDone: ({ id }) => void navigate({ to: '/dashboard/automation/$id', params: { id } } as never),
  });
  const close = (title: string) => (): void => {
    setEnding(null);
    say({ title });
  };
  const archive = useDo('POST /series/{id}/archive', { onDone: close('Archived') });
  const remove = useDo('DELETE /series/{id}', { onDone: close('Deleted') });
  const isDraft = ending?.status === 'draft';
  const act = isDraft ? remove : archive;
  return (
    <>
      <Table label="Series">
        <TableHead>
          <HeadCell>Name</HeadCell>
          <HeadCell>Status</HeadCell>
          <HeadCell isNumber>In flight</HeadCell>
          <HeadCell isNumber>Sent, 7 days</HeadCell>
          <HeadCell isNumber>Goal reached</HeadCell>
          <HeadCell>Edited</HeadCell>
          {mayEdit && (
            <HeadCell>
              <span className="sr-only">More</span>
            </HeadCell>
          )}
        </TableHead>
        <tbody>
          {rows.map((series) => (
            <Row key={series.id}>
              <Cell className="min-w-48">
                <Link
                  to="/dashboard/automation/$id"
                  params={{ id: series.id }}
                  className="font-medium hover:underline"
                >
                  {series.name}
                </Link>
                <KeptInFile series={series} />
              </Cell>
              <Cell>
                <SeriesStatus status={series.status} />
              </Cell>
              <Cell isNumber>{countOf(series.counts?.in_flight ?? 0)}</Cell>
              <Cell isNumber>{countOf(series.counts?.sent_7d ?? 0)}</Cell>
              <Cell isNumber>{rateOf(series.counts?.goal_rate ?? null)}</Cell>
              <Cell className="text-muted wide:whitespace-nowrap">
                <Instant at={series.edited_at ?? series.updated_at} />
                {series.edited_by !== null && series.edited_by !== undefined && (
                  <span className="block text-sm">by {series.edited_by}</span>
                )}
              </Cell>
              {mayEdit && (
                <Cell className="text-right">
                  <Menu
                    trigger={
                      <Button look="bare" square aria-label={`More about ${series.name}`}>
                        <Ellipsis size={16} aria-hidden />
                      </Button>
                    }
                  >
                    <MenuItem onSelect={() => duplicate.mutate({ path: { id: series.id } })}>
                      Duplicate
                    </MenuItem>
                    {series.status !== 'archived' && (
                      <MenuItem isFault onSelect={() => setEnding(series)}>
                        {series.status === 'draft' ? 'Delete…' : 'Archive…'}
                      </MenuItem>
                    )}
                  </Menu>
                </Cell>
              )}
            </Row>
          ))}
        </tbody>
      </Table>
      <Confirm
        open={ending !== null}
        onOpenChange={() => setEnding(null)}
        title={`${isDraft ? 'Delete' : 'Archive'} ${ending?.name ?? ''}?`}
        confirm={isDraft ? 'Delete' : 'Archive'}
        isPending={act.isPending}
        error={act.error}
        onConfirm={() => ending !== null && act.mutate({ path: { id: ending.id } })}
      >
        <p>
          {isDraft
            ? 'The draft is gone then. Nobody is in it.'
            : `${countedOf(ending?.counts?.in_flight ?? 0, 'person is', 'people are')} in it and leave it; nothing more is sent. It cannot be activated again, but duplicated.`}
        </p>
      </Confirm>
    </>
  );
}

/** A series that is kept in a file says so. */
function KeptInFile({ series: { managed_by: source } }: { readonly series: Series }) {
  if (source === undefined) return null;
  return (
    <span className="ml-2" title={`Kept in ${source.path}`}>
      <Badge tone="quiet">
        <span className="sr-only">managed by </span>code
      </Badge>
    </span>
  );
}
