import type { SeriesDiff } from '../../series/index.ts';

/** What a draft would change, as the API says it. */
export function diffView(
  { added, removed, changed, moved, settings }: SeriesDiff,
  number: number | null,
) {
  const step = ({ stepId, ...rest }: { stepId: string; type: string }) => ({
    step_id: stepId,
    ...rest,
  });
  const change = ({ stepId, fields }: SeriesDiff['changed'][number]) => ({
    step_id: stepId,
    fields: [...fields],
  });
  const isSame = [added, removed, changed, moved, settings].every(({ length }) => length === 0);
  return {
    from_version: number,
    is_same: isSame,
    added: added.map(step),
    removed: removed.map(step),
    changed: changed.map(change),
    moved: moved.map(change),
    settings: [...settings],
  };
}
