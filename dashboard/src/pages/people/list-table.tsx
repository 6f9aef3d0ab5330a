import type { ReactNode } from 'react';
import { LoadMore } from '../../components/load-more.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../components/ui/table.tsx';
import { CellValue } from './cell-value.tsx';
import { columnWords, valueIn } from './column.ts';

/** A list as it is asked for, page after page. */
interface Pages<Item> {
  readonly rows: readonly Item[];
  readonly isPending: boolean;
  readonly isPlaceholderData: boolean;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly error: Error | null;
  readonly fetchNextPage: () => unknown;
}

interface ListTableProps<Item extends object> {
  readonly label: string;
  readonly pages: Pages<Item>;
  readonly columns: readonly string[];
  /** The head of the first column, and what stands in it. */
  readonly first: string;
  readonly nameOf: (item: Item) => ReactNode;
  readonly keyOf: (item: Item) => string;
  readonly empty: ReactNode;
  readonly lastHead?: string;
  readonly lastOf?: (item: Item) => ReactNode;
}

/** Rows with the chosen columns; more of them by a button, so that the page stays light. */
export function ListTable<Item extends object>(props: ListTableProps<Item>) {
  const { label, pages, columns, first, nameOf, keyOf, empty, lastHead, lastOf } = props;
  const { rows, hasNextPage, isFetchingNextPage } = pages;
  if (pages.isPending) {
    return pages.error === null ? <TableSkeleton label={label} /> : null;
  }
  if (rows.length === 0 && pages.error !== null) return null;
  if (rows.length === 0 && !hasNextPage) return empty;
  return (
    <>
      {rows.length > 0 && (
        <div
          aria-busy={pages.isPlaceholderData}
          className={pages.isPlaceholderData ? 'opacity-60' : ''}
        >
          <Table label={label}>
            <TableHead>
              <HeadCell>{first}</HeadCell>
              {columns.map((field) => (
                <HeadCell key={field}>{columnWords(field)}</HeadCell>
              ))}
              {lastHead !== undefined && <HeadCell isNumber>{lastHead}</HeadCell>}
            </TableHead>
            <tbody>
              {rows.map((item) => (
                <Row
                  key={keyOf(item)}
                  className="[contain-intrinsic-size:auto_3rem] [content-visibility:auto]"
                >
                  <Cell>{nameOf(item)}</Cell>
                  {columns.map((field) => (
                    <Cell key={field} className="whitespace-nowrap">
                      <CellValue value={valueIn(item, field)} />
                    </Cell>
                  ))}
                  {lastOf !== undefined && <Cell isNumber>{lastOf(item)}</Cell>}
                </Row>
              ))}
            </tbody>
          </Table>
        </div>
      )}
      {rows.length === 0 && hasNextPage ? (
        <div className="grid justify-items-start gap-2 rounded-ui border border-dashed border-edge p-6">
          <p className="font-semibold">Nobody found so far</p>
          <p className="text-muted">Only a part has been looked at: few match.</p>
          <Button disabled={isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
            {isFetchingNextPage ? 'Looking…' : 'Look further'}
          </Button>
        </div>
      ) : (
        <LoadMore
          hasMore={hasNextPage}
          isLoading={isFetchingNextPage}
          onMore={() => pages.fetchNextPage()}
        />
      )}
    </>
  );
}

const SKELETON_ROWS = 12;

function TableSkeleton({ label }: { readonly label: string }) {
  return (
    <div
      aria-busy
      aria-label={`Loading ${label.toLowerCase()}`}
      className="rounded-ui border bg-panel"
    >
      <div className="h-9 border-b" />
      {Array.from({ length: SKELETON_ROWS }, (_, index) => (
        <div key={index} className="flex h-13 items-center gap-6 border-b px-3 last:border-b-0">
          <Skeleton className={index % 3 === 1 ? 'h-4 w-40' : 'h-4 w-52'} />
          <Skeleton className="h-4 w-24" />
          <Skeleton className="h-4 w-32" />
        </div>
      ))}
    </div>
  );
}
