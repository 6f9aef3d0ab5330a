import { useState } from 'react';
import { useAskPages } from '../../api/ask.ts';
import { useMay } from '../../api/may.ts';
import { useSide } from '../../api/side.ts';
import { useSearchText } from '../../app/use-search.ts';
import { Empty } from '../../components/empty.tsx';
import { Failure } from '../../components/failure.tsx';
import { Instant } from '../../components/instant.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Page } from '../../components/page.tsx';
import { saveFile } from '../../components/save-file.ts';
import { TypedInput } from '../../components/typed-input.tsx';
import { Badge } from '../../components/ui/badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Select } from '../../components/ui/field.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../components/ui/table.tsx';
import { useSay } from '../../components/ui/toast.tsx';
import { AddSuppressionDialog } from './add-suppression-dialog.tsx';
import { ImportSuppressionsDialog } from './import-suppressions-dialog.tsx';
import { RemoveSuppressionDialog } from './remove-suppression-dialog.tsx';
import { type Suppression, whoOf } from './suppression.ts';
import { REASONS, reasonWords } from './suppression-words.ts';

const PAGE_SIZE = 50;

/** Whom nobody writes to, and why. */
export function SuppressionsPage() {
  const [q, setQ] = useSearchText('q');
  const [reasonText, setReason] = useSearchText('reason');
  const [open, setOpen] = useState<'add' | 'import' | null>(null);
  const [removed, setRemoved] = useState<Suppression | null>(null);
  const mayEdit = useMay('editor');
  const reason = REASONS.find(([known]) => known === reasonText)?.[0];
  const narrowed = { ...(q === '' ? {} : { q }), ...(reason === undefined ? {} : { reason }) };
  const pages = useAskPages(
    'GET /suppressions',
    { query: { limit: PAGE_SIZE, ...narrowed } },
    { keepsPrevious: true },
  );
  const { rows, isPending, error } = pages;
  const close = (): void => setOpen(null);
  return (
    <Page
      title="Suppressions"
      hint="Addresses and people that no marketing mail goes to, whatever the series."
      actions={<Actions reason={reason} mayEdit={mayEdit} onOpen={setOpen} />}
    >
      <div className="flex flex-wrap gap-2">
        <span className="min-w-48 flex-1">
          <TypedInput
            label="Find by how the address begins"
            placeholder="Address begins with"
            value={q}
            onChange={setQ}
          />
        </span>
        <Select
          aria-label="Reason"
          className="w-auto!"
          value={reason ?? ''}
          onChange={(event) => setReason(event.target.value)}
        >
          <option value="">Every reason</option>
          {REASONS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      </div>
      {error !== null && <Failure error={error} stale={rows.length > 0} />}
      {isPending && error === null && <Skeleton className="h-64 w-full" />}
      {!isPending && error === null && rows.length === 0 && (
        <Empty title={Object.keys(narrowed).length > 0 ? 'None matches' : 'Nobody is suppressed'}>
          <p>Hard bounces and complaints come here by themselves.</p>
        </Empty>
      )}
      {rows.length > 0 && <SuppressionTable rows={rows} mayEdit={mayEdit} onRemove={setRemoved} />}
      <LoadMore
        hasMore={pages.hasNextPage}
        isLoading={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
      />
      <AddSuppressionDialog open={open === 'add'} onOpenChange={close} />
      <ImportSuppressionsDialog open={open === 'import'} onOpenChange={close} />
      {removed !== null && (
        <RemoveSuppressionDialog suppression={removed} onClose={() => setRemoved(null)} />
      )}
    </Page>
  );
}

interface ActionsProps {
  readonly reason: Suppression['reason'] | undefined;
  readonly mayEdit: boolean;
  readonly onOpen: (what: 'add' | 'import') => void;
}

function Actions({ reason, mayEdit, onOpen }: ActionsProps) {
  const { client } = useSide();
  const say = useSay();
  const [isSaving, setIsSaving] = useState(false);
  const save = async (): Promise<void> => {
    setIsSaving(true);
    try {
      const query = reason === undefined ? {} : { reason };
      const csv = await client.call('GET /suppressions/export', { query });
      saveFile('suppressions.csv', csv, 'text/csv');
    } catch (error) {
      say({ title: 'Not exported', text: String(error), tone: 'fault' });
    } finally {
      setIsSaving(false);
    }
  };
  return (
    <>
      <Button disabled={isSaving} onClick={() => void save()}>
        {isSaving ? 'Reading…' : 'Export CSV'}
      </Button>
      {mayEdit && <Button onClick={() => onOpen('import')}>Import…</Button>}
      {mayEdit && (
        <Button look="primary" onClick={() => onOpen('add')}>
          Suppress…
        </Button>
      )}
    </>
  );
}

interface SuppressionTableProps {
  readonly rows: readonly Suppression[];
  readonly mayEdit: boolean;
  readonly onRemove: (suppression: Suppression) => void;
}

function SuppressionTable({ rows, mayEdit, onRemove }: SuppressionTableProps) {
  return (
    <Table label="Suppressions">
      <TableHead>
        <HeadCell>Who</HeadCell>
        <HeadCell>Reason</HeadCell>
        <HeadCell>Source</HeadCell>
        <HeadCell>Since</HeadCell>
        {mayEdit && (
          <HeadCell>
            <span className="sr-only">Change</span>
          </HeadCell>
        )}
      </TableHead>
      <tbody>
        {rows.map((one) => (
          <Row key={one.id}>
            <Cell>
              <span className="block max-w-80 min-w-44 truncate font-medium">{whoOf(one)}</span>
              <Note detail={one.detail} />
            </Cell>
            <Cell>
              <Badge tone={isReturned(one.reason) ? 'fault' : 'plain'}>
                {reasonWords(one.reason)}
              </Badge>
            </Cell>
            <Cell>{one.source.replaceAll('_', ' ')}</Cell>
            <Cell className="wide:whitespace-nowrap">
              <Instant at={one.created_at} />
            </Cell>
            {mayEdit && (
              <Cell className="text-right">
                <Button
                  look="bare"
                  aria-label={`Remove ${whoOf(one)}`}
                  onClick={() => onRemove(one)}
                >
                  Remove
                </Button>
              </Cell>
            )}
          </Row>
        ))}
      </tbody>
    </Table>
  );
}

const isReturned = (reason: string): boolean => reason === 'hard_bounce' || reason === 'complaint';

function Note({ detail }: { readonly detail: Suppression['detail'] }) {
  const { note } = detail;
  if (typeof note !== 'string') return null;
  return <span className="block max-w-80 truncate text-sm text-muted">{note}</span>;
}
