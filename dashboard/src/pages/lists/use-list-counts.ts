import type { Answer } from '@milepost/sdk';
import { useAsk } from '../../api/ask.ts';

/** How many people are in each state of a list; undefined while it is not known. */
export function useListCounts(id: string): Answer<'GET /lists/{id}'>['counts'] | undefined {
  return useAsk('GET /lists/{id}', { path: { id } }).data?.counts;
}
