import Bookmark from 'lucide-react/icons/bookmark';
import { type SubmitEvent, useState } from 'react';
import { useAsk, useDo, type RowOf } from '../../api/ask.ts';
import { useMay } from '../../api/may.ts';
import type { FilterJson } from '../../components/filter-builder/filter.ts';
import { Button } from '../../components/ui/button.tsx';
import { Field, Input } from '../../components/ui/field.tsx';
import { Popover } from '../../components/ui/popover.tsx';
import { useSay } from '../../components/ui/toast.tsx';
import type { Body } from '@milepost/sdk';

type SavedFilter = RowOf<'GET /filters'>;
type SavedBody = Body<'POST /filters'>;

interface SavedFiltersMenuProps {
  readonly kind: 'users' | 'companies';
  readonly filter: FilterJson | null;
  readonly columns: readonly string[];
  readonly onChoose: (saved: SavedFilter) => void;
}

/** Filters with a name: choose one, save the one on the page, take one away. */
export function SavedFiltersMenu(props: SavedFiltersMenuProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Popover
      label="Saved filters"
      open={isOpen}
      onOpenChange={setIsOpen}
      trigger={
        <Button>
          <Bookmark size={15} aria-hidden />
          Saved filters
        </Button>
      }
    >
      <Contents {...props} onClose={() => setIsOpen(false)} />
    </Popover>
  );
}

function Contents(props: SavedFiltersMenuProps & { readonly onClose: () => void }) {
  const { kind, filter, columns, onChoose, onClose } = props;
  const mayEdit = useMay('editor');
  const saved = useAsk('GET /filters', { query: { kind, limit: 100 } });
  const rows = saved.data?.data ?? [];
  return (
    <div className="grid gap-3">
      {saved.isPending && <p className="text-muted">Loading…</p>}
      {saved.error !== null && <p className="text-fault">{saved.error.message}</p>}
      {saved.data !== undefined && rows.length === 0 && (
        <p className="text-muted">No filter has been saved yet.</p>
      )}
      {rows.length > 0 && (
        <ul aria-label="Saved filters" className="-mx-1 grid max-h-72 overflow-y-auto">
          {rows.map((one) => (
            <li key={one.id} className="flex items-center gap-1">
              <Button
                look="bare"
                className="min-w-0 flex-1 justify-start! px-1.5"
                onClick={() => {
                  onChoose(one);
                  onClose();
                }}
              >
                <span className="truncate">{one.name}</span>
              </Button>
              {mayEdit && <Remove saved={one} kind={kind} />}
            </li>
          ))}
        </ul>
      )}
      {mayEdit && filter !== null && <SaveForm kind={kind} filter={filter} columns={columns} />}
      {mayEdit && filter === null && (
        <p className="text-sm text-muted">Add a condition to have something to save.</p>
      )}
    </div>
  );
}

function Remove({
  saved,
  kind,
}: {
  readonly saved: SavedFilter;
  readonly kind: 'users' | 'companies';
}) {
  const say = useSay();
  const make = useDo('POST /filters');
  const remove = useDo('DELETE /filters/{id}', {
    onDone: () =>
      say({
        title: `${saved.name} is removed`,
        undo: () => {
          const { name, filter, columns } = saved;
          make.mutate({ body: { name, kind, filter, columns } as SavedBody });
        },
      }),
  });
  return (
    <Button
      look="bare"
      className="px-2 text-sm text-muted"
      aria-label={`Remove ${saved.name}`}
      disabled={remove.isPending}
      onClick={() => remove.mutate({ path: { id: saved.id } })}
    >
      Remove
    </Button>
  );
}

interface SaveFormProps {
  readonly kind: 'users' | 'companies';
  readonly filter: FilterJson;
  readonly columns: readonly string[];
}

function SaveForm({ kind, filter, columns }: SaveFormProps) {
  const [name, setName] = useState('');
  const say = useSay();
  const save = useDo('POST /filters', {
    onDone: (saved) => {
      setName('');
      say({ title: `Saved as ${saved.name}` });
    },
  });
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') save.mutate({ body: { name, kind, filter, columns } as SavedBody });
  };
  return (
    <form className="grid gap-2 border-t pt-3" onSubmit={onSubmit}>
      <Field label="Save this filter as" hint="With its columns.">
        {(ids) => (
          <Input {...ids} value={name} maxLength={100} onChange={(e) => setName(e.target.value)} />
        )}
      </Field>
      {save.error !== null && (
        <p role="alert" className="text-sm text-fault">
          {save.error.message}
        </p>
      )}
      <Button type="submit" className="justify-self-start" disabled={save.isPending}>
        {save.isPending ? 'Saving…' : 'Save'}
      </Button>
    </form>
  );
}
