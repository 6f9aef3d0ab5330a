import { useAsk } from '../../../api/ask.ts';
import { useDraft } from '../draft/use-draft.ts';

/** How many people are in the series; null while it is not known. */
export function useInFlight(): number | null {
  const { series } = useDraft();
  const stats = useAsk('GET /series/{id}/stats', { path: { id: series.id } });
  return stats.data?.active ?? null;
}
