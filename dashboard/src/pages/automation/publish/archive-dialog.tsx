import { useAsk, useDo } from '../../../api/ask.ts';
import { countedOf, countOf } from '../../../components/number.ts';
import { Confirm } from '../../../components/ui/confirm.tsx';
import { useSay } from '../../../components/ui/toast.tsx';
import { useDraft } from '../draft/use-draft.ts';

/** Archiving cannot be undone: it says what it removes, and asks for the name where people are in it. */
export function ArchiveDialog({ onClose }: { readonly onClose: () => void }) {
  const { series } = useDraft();
  const say = useSay();
  const stats = useAsk('GET /series/{id}/stats', { path: { id: series.id } }).data;
  const archive = useDo('POST /series/{id}/archive', {
    onDone: () => {
      say({ title: `${series.name} is archived` });
      onClose();
    },
  });
  const isInUse = stats !== undefined && stats.active > 0;
  const sends = (stats?.ledger?.pending ?? stats?.active ?? 0) + (stats?.ledger?.processing ?? 0);
  return (
    <Confirm
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`Archive ${series.name}?`}
      confirm="Archive"
      isPending={archive.isPending || stats === undefined}
      error={archive.error}
      onConfirm={() => archive.mutate({ path: { id: series.id } })}
      {...(isInUse ? { typed: series.name } : {})}
    >
      <p>
        {stats === undefined
          ? 'Counting what it touches…'
          : isInUse
            ? `Removes ${countOf(sends)} pending ${sends === 1 ? 'step' : 'steps'}: ${countedOf(stats.active, 'person leaves', 'people leave')} the series now.`
            : 'Nobody is in it.'}
      </p>
      <p className="text-muted">
        It can neither be changed nor activated afterwards. Reports stay.
      </p>
    </Confirm>
  );
}
