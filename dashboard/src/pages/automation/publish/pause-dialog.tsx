import { useDo } from '../../../api/ask.ts';
import { countedOf } from '../../../components/number.ts';
import { Confirm } from '../../../components/ui/confirm.tsx';
import { useSay } from '../../../components/ui/toast.tsx';
import { useDraft } from '../draft/use-draft.ts';
import { useInFlight } from './use-in-flight.ts';

/** What a pause touches; what becomes of who falls due meanwhile is decided when it goes on. */
export function PauseDialog({ onClose }: { readonly onClose: () => void }) {
  const { series, outline } = useDraft();
  const say = useSay();
  const inFlight = useInFlight();
  const pause = useDo('POST /series/{id}/pause', {
    onDone: () => {
      say({ title: `${series.name} is paused` });
      onClose();
    },
  });
  return (
    <Confirm
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`Pause ${series.name}?`}
      confirm="Pause"
      isPending={pause.isPending}
      error={pause.error}
      onConfirm={() => pause.mutate({ path: { id: series.id } })}
    >
      <p>
        {inFlight === null
          ? 'Counting who is in it…'
          : `${countedOf(inFlight, 'person stands', 'people stand')} still where they are, and nobody enters.`}
      </p>
      <p className="text-muted">
        You choose what becomes of overdue steps when you resume.
        {outline !== null && ` By the rules: ${outline.words.resume}.`}
      </p>
    </Confirm>
  );
}
