import { type RowOf, useAskPages, useDo } from '../../../api/ask.ts';
import { useDownload } from '../../../api/download.ts';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { LoadMore } from '../../../components/load-more.tsx';
import { countOf } from '../../../components/number.ts';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { FormError } from '../../sign-in/form-error.tsx';
import { kindWord, STATES } from './words.ts';

type ImportRow = RowOf<'GET /imports'>;

/** Imports so far, the youngest first, with how far each is. */
export function ImportList({ mayChange }: { readonly mayChange: boolean }) {
  const imports = useAskPages('GET /imports', { query: { limit: 20 } });
  return (
    <SettingsBlock title="Imports" hint="Reports are kept for 30 days, and hold no values.">
      <Failure error={imports.error} stale={imports.rows.length > 0} />
      {imports.isPending && <Skeleton className="h-32 w-full" />}
      {imports.isSuccess && imports.rows.length === 0 && <Empty title="Nothing was imported yet" />}
      {imports.rows.length > 0 && (
        <ol className="divide-y rounded-ui border bg-panel">
          {imports.rows.map((one) => (
            <li key={one.id}>
              <ImportEntry one={one} mayChange={mayChange} />
            </li>
          ))}
        </ol>
      )}
      <LoadMore
        hasMore={imports.hasNextPage}
        isLoading={imports.isFetchingNextPage}
        onMore={() => void imports.fetchNextPage()}
      />
    </SettingsBlock>
  );
}

function ImportEntry({ one, mayChange }: { readonly one: ImportRow; readonly mayChange: boolean }) {
  const { id, kind, state, lines, progress, dry_run: isDryRun } = one;
  const title = `${kindWord(kind)}${isDryRun ? ', dry run' : ''}`;
  return (
    <article aria-label={title} className="grid gap-2 px-3 py-2.5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h3 className="font-medium">{title}</h3>
        <p className="text-sm text-muted">
          {STATES[state] ?? state} · <Instant at={one.created_at} />
        </p>
      </div>
      {(state === 'running' || state === 'paused') && (
        <progress
          aria-label="Lines that are done"
          className="h-1.5 w-full accent-(--accent-solid)"
          max={Math.max(lines, 1)}
          value={progress.handled}
        />
      )}
      <p className="text-sm">
        {countOf(progress.handled)} of {countOf(lines)} lines: {countOf(progress.created)} created,{' '}
        {countOf(progress.changed)} changed, {countOf(progress.unchanged)} as they were
        {progress.bad > 0 && <span className="text-fault">, {countOf(progress.bad)} bad</span>}
        {progress.warned > 0 && <>, {countOf(progress.warned)} with a warning</>}
      </p>
      {one.fault !== null && <p className="text-sm text-fault">{one.fault}</p>}
      <EntryActions id={id} state={state} mayChange={mayChange} hasReport={hasReport(one)} />
    </article>
  );
}

const hasReport = ({ progress: { bad, warned } }: ImportRow): boolean => bad + warned > 0;

function EntryActions({
  id,
  state,
  mayChange,
  hasReport: has,
}: {
  readonly id: string;
  readonly state: ImportRow['state'];
  readonly mayChange: boolean;
  readonly hasReport: boolean;
}) {
  const pause = useDo('POST /imports/{id}/pause');
  const resume = useDo('POST /imports/{id}/resume');
  const cancel = useDo('POST /imports/{id}/cancel');
  const download = useDownload();
  const isHeld = state === 'paused' || state === 'failed';
  const isOpen = isHeld || state === 'running';
  if (!has && !(mayChange && isOpen)) return null;
  const path = { path: { id } };
  return (
    <div className="flex flex-wrap items-center gap-2">
      {mayChange && state === 'running' && (
        <Button onClick={() => pause.mutate(path)}>Pause</Button>
      )}
      {mayChange && isHeld && <Button onClick={() => resume.mutate(path)}>Resume</Button>}
      {mayChange && isOpen && <Button onClick={() => cancel.mutate(path)}>Cancel</Button>}
      {has && (
        <Button
          disabled={download.isPending}
          onClick={() =>
            download.mutate({ path: `/imports/${id}/report`, name: 'import-report.csv' })
          }
        >
          Report
        </Button>
      )}
      <FormError error={pause.error ?? resume.error ?? cancel.error ?? download.error} />
    </div>
  );
}
