import { useSide } from '../../../api/side.ts';
import { type RowOf, useAskPages } from '../../../api/ask.ts';
import { useMay } from '../../../api/may.ts';
import { useSearchText } from '../../../app/use-search.ts';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { LoadMore } from '../../../components/load-more.tsx';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Field, Input } from '../../../components/ui/field.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { AuditEntry } from './audit-entry.tsx';
import { useDownload } from '../../../api/download.ts';
import { FormError } from '../../sign-in/form-error.tsx';

export type Entry = RowOf<'GET /audit'>;

/** Who changed what, when, from what to what. */
export function AuditSection() {
  return useMay('editor') ? (
    <AuditLog />
  ) : (
    <Notice title="Editors and owners read the audit log">
      <p className="text-muted">It shows every change of this workspace and who made it.</p>
    </Notice>
  );
}

function AuditLog() {
  const { side } = useSide();
  const [action, setAction] = useSearchText('action');
  const [target, setTarget] = useSearchText('target');
  const filter = {
    ...(action === '' ? {} : { action }),
    ...(target === '' ? {} : { target_kind: target }),
  };
  const log = useAskPages(
    'GET /audit',
    { query: { ...filter, limit: 50 } },
    { keepsPrevious: true },
  );
  const download = useDownload();
  return (
    <SettingsBlock
      title="Audit log"
      hint="Written together with the change it tells of: no change without its entry. Secrets are never in it."
      actions={
        <Button
          disabled={download.isPending}
          onClick={() =>
            download.mutate({
              path: `/audit/export?${new URLSearchParams(filter)}`,
              name: `milepost-audit-${side.side}.jsonl`,
            })
          }
        >
          {download.isPending ? 'Exporting…' : 'Export'}
        </Button>
      }
    >
      <div className="grid max-w-xl gap-3 wide:grid-cols-2">
        <Field label="Action">
          {(ids) => (
            <Input
              {...ids}
              placeholder="series.publish"
              value={action}
              onChange={(event) => setAction(event.target.value)}
            />
          )}
        </Field>
        <Field label="Of what">
          {(ids) => (
            <Input
              {...ids}
              placeholder="series"
              value={target}
              onChange={(event) => setTarget(event.target.value)}
            />
          )}
        </Field>
      </div>
      <FormError error={download.error} />
      <Failure error={log.error} stale={log.rows.length > 0} />
      {log.isPending && <Skeleton className="h-96 w-full" />}
      {log.isSuccess && log.rows.length === 0 && (
        <Empty
          title={action === '' && target === '' ? 'Nothing was changed yet' : 'Nothing matches'}
        />
      )}
      {log.rows.length > 0 && (
        <ol className="divide-y rounded-ui border bg-panel">
          {log.rows.map((entry) => (
            <li key={entry.id}>
              <AuditEntry entry={entry} />
            </li>
          ))}
        </ol>
      )}
      <LoadMore
        hasMore={log.hasNextPage}
        isLoading={log.isFetchingNextPage}
        onMore={() => void log.fetchNextPage()}
      />
    </SettingsBlock>
  );
}
