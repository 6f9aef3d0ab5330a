import CircleAlert from 'lucide-react/icons/circle-alert';
import { countedOf } from '../../components/number.ts';
import { faultCount } from './draft/faults.ts';
import { useDraft } from './draft/use-draft.ts';

/** Whether the server has what is on the page, and if not, why. */
export function SaveState() {
  const { isDirty, isSaving, saveError, faults, conflict, mayEdit } = useDraft();
  if (!mayEdit) return null;
  const wrong = faultCount(faults, ['saving']);
  const isRefused = saveError !== null && wrong > 0;
  const isWrong = conflict !== null || saveError !== null;
  const words = (): string => {
    if (conflict !== null) return 'Not saved: changed elsewhere';
    if (isRefused) return `Not saved: ${countedOf(wrong, 'fault', 'faults')}`;
    if (saveError !== null) return `Not saved: ${saveError.message}`;
    if (isSaving) return 'Saving…';
    return isDirty ? 'Not saved yet' : 'Saved';
  };
  return (
    <span
      role="status"
      title={isRefused ? 'Kept in this browser until it can be saved' : undefined}
      className={`flex min-w-0 items-center gap-1.5 text-sm ${isWrong ? 'font-medium text-fault' : 'text-muted'}`}
    >
      {isWrong && <CircleAlert size={14} aria-hidden className="shrink-0" />}
      <span className="truncate">{words()}</span>
    </span>
  );
}
