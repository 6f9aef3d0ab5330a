import { type ReactNode, useEffect, useState } from 'react';
import { useAsk, useDo } from '../../../api/ask.ts';
import { useSide } from '../../../api/side.ts';
import { countedOf } from '../../../components/number.ts';
import { Button } from '../../../components/ui/button.tsx';
import { Dialog } from '../../../components/ui/dialog.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { useSay } from '../../../components/ui/toast.tsx';
import { useDraft } from '../draft/use-draft.ts';
import { isChanged } from '../draft/use-saving.ts';
import { DiffPart } from './diff-part.tsx';
import { Findings, useFindings } from './findings.tsx';
import { InFlightPart } from './in-flight-part.tsx';
import { WhoEnters } from './who-enters.tsx';

interface PublishDialogProps {
  readonly onClose: () => void;
}

/** Before anything is published: what it changes, for whom, and what is to be known. */
export function PublishDialog({ onClose }: PublishDialogProps) {
  const { series, save, review, conflict } = useDraft();
  const [isSaved, setIsSaved] = useState<boolean | null>(null);
  const [undecided] = useState(conflict);
  useEffect(() => {
    review(true);
    return () => review(false);
  }, [review]);
  // It is decided first, in a window of its own.
  const isLate = conflict !== null && conflict !== undecided;
  useEffect(() => {
    if (isLate) onClose();
  }, [isLate, onClose]);
  useEffect(() => {
    let isOpen = true;
    const saveFirst = async (): Promise<void> => {
      const done = await save();
      if (isOpen) setIsSaved(done);
    };
    void saveFirst();
    return () => {
      isOpen = false;
    };
    // Once: what is changed while the dialog is open, is not meant.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const isFirst = series.status === 'draft';
  return (
    <Dialog
      title={isFirst ? `Activate ${series.name}?` : 'Publish changes?'}
      open
      isLarge
      onOpenChange={(isOpen) => !isOpen && onClose()}
    >
      {isSaved === null && <Skeleton className="h-40" />}
      {isSaved === false && <NotSaved onClose={onClose} />}
      {isSaved === true &&
        (isFirst ? <Activating onClose={onClose} /> : <Publishing onClose={onClose} />)}
    </Dialog>
  );
}

function NotSaved({ onClose }: PublishDialogProps) {
  const { conflict } = useDraft();
  return (
    <div className="grid gap-3">
      <Notice tone="fault" title="Not everything is saved">
        {conflict === null ? (
          <p>What is wrong stands at the steps, in red. Only what is saved can be published.</p>
        ) : (
          <p>Somebody else changed this series. Decide first which of the two drafts stays.</p>
        )}
      </Notice>
      <Button className="justify-self-end" onClick={onClose}>
        Back to the steps
      </Button>
    </div>
  );
}

function Activating({ onClose }: PublishDialogProps) {
  const { series, outline, etag } = useDraft();
  const { side } = useSide();
  const onError = useRefusal();
  const say = useSay();
  const { errors, warnings, isPending } = useFindings();
  const activate = useDo('POST /series/{id}/activate', {
    onDone: ({ name }) => {
      say({ title: `${name} is active` });
      onClose();
    },
  });
  return (
    <div className="grid gap-4">
      {side.side === 'live' && (
        <Notice tone="asking" title="This is the live side: real people get real mail" />
      )}
      <WhoEnters />
      {outline !== null && <p className="text-muted">{outline.words.window}.</p>}
      <Findings isFault title="This keeps it from being activated" findings={errors} />
      <Findings title="Good to know" findings={warnings} />
      <Foot
        error={activate.error}
        onClose={onClose}
        confirm={activate.isPending ? 'Activating…' : 'Activate'}
        disabled={activate.isPending || isPending || errors.length > 0}
        onConfirm={() => {
          const input = { path: { id: series.id }, query: { warnings: false }, body: { etag } };
          activate.mutate(input, { onError });
        }}
      />
    </div>
  );
}

/** What was to be published is not what was looked at: the page finds out what it is. */
function useRefusal() {
  const { look } = useDraft();
  return (error: Error): void => {
    if (isChanged(error)) void look();
  };
}

type InFlight = 'stay' | 'migrate';

function Publishing({ onClose }: PublishDialogProps) {
  const { series, steps, etag } = useDraft();
  const say = useSay();
  const onError = useRefusal();
  const [inFlight, setInFlight] = useState<InFlight>('stay');
  const path = { id: series.id };
  const diff = useAsk('GET /series/{id}/diff', { path, query: {} });
  const preview = useAsk(
    'GET /series/{id}/publish/preview',
    { path, query: { in_flight: inFlight } },
    { keepsPrevious: true },
  );
  const { errors, warnings, isPending } = useFindings();
  const publish = useDo('POST /series/{id}/publish', {
    onDone: ({ version, migration }) => {
      const moved =
        migration === undefined || migration.remaining === 0
          ? ''
          : `${countedOf(migration.remaining, 'person is', 'people are')} being moved to it.`;
      say({ title: `Version ${version} is published`, text: moved });
      onClose();
    },
  });
  const people = preview.data?.people ?? 0;
  return (
    <div className="grid gap-4">
      <Part title="What changes">
        {diff.data === undefined ? (
          <Skeleton className="h-16" />
        ) : (
          <DiffPart diff={diff.data} steps={steps} />
        )}
      </Part>
      <Part title={`People in flight: ${preview.data === undefined ? '…' : people}`}>
        {people > 0 && <InFlightChoice value={inFlight} onChange={setInFlight} />}
        {preview.data === undefined && preview.error === null && <Skeleton className="h-12" />}
        {preview.data !== undefined &&
          (people === 0 ? (
            <p className="text-muted">Nobody is in it. Who enters from now on gets this version.</p>
          ) : inFlight === 'stay' ? (
            <p>
              {countedOf(people, 'person goes', 'people go')} on as before. Who enters from now on
              gets this version.
            </p>
          ) : (
            <InFlightPart preview={preview.data} steps={steps} />
          ))}
        {preview.error !== null && <p className="text-fault">{preview.error.message}</p>}
      </Part>
      <Findings isFault title="This keeps it from being published" findings={errors} />
      <Findings title="Good to know" findings={warnings} />
      <Foot
        error={publish.error}
        onClose={onClose}
        confirm={publish.isPending ? 'Publishing…' : 'Publish'}
        disabled={
          publish.isPending || isPending || errors.length > 0 || diff.data?.is_same !== false
        }
        onConfirm={() => {
          const body = { in_flight: inFlight, etag };
          publish.mutate({ path, query: { warnings: false }, body }, { onError });
        }}
      />
    </div>
  );
}

const CHOICES: readonly (readonly [InFlight, string])[] = [
  ['stay', 'They finish the version they entered'],
  ['migrate', 'They are moved to this version'],
];

interface InFlightChoiceProps {
  readonly value: InFlight;
  readonly onChange: (value: InFlight) => void;
}

function InFlightChoice({ value, onChange }: InFlightChoiceProps) {
  return (
    <fieldset className="grid gap-1">
      <legend className="sr-only">What becomes of the people in flight</legend>
      {CHOICES.map(([choice, words]) => (
        <label key={choice} className="flex min-h-6 items-center gap-2">
          <input
            type="radio"
            name="in-flight"
            className="size-4 accent-(--accent-solid)"
            checked={value === choice}
            onChange={() => onChange(choice)}
          />
          {words}
        </label>
      ))}
    </fieldset>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="grid gap-2">
      <h3 className="font-semibold">{title}</h3>
      {children}
    </section>
  );
}

interface FootProps {
  readonly error: Error | null;
  readonly confirm: string;
  readonly disabled: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

function Foot({ error, confirm, disabled, onConfirm, onClose }: FootProps) {
  return (
    <div className="grid gap-2">
      {error !== null && (
        <p role="alert" className="text-fault">
          {error.message}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" disabled={disabled} onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </div>
  );
}
