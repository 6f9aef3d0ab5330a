import { ApiError } from '@milepost/sdk';
import { useQuery } from '@tanstack/react-query';
import { askKey } from './ask.ts';
import type { Automation } from './sending.ts';
import { useSide } from './side.ts';

/** Names seldom change. */
const FRESH_MS = 30_000;

/** What an id names, a series or a broadcast; null where it is neither. */
export function useAutomation(id: string) {
  const { side, client } = useSide();
  return useQuery({
    queryKey: askKey(side.id, 'GET /series/{id}', ['automation', id]),
    queryFn: async ({ signal }): Promise<Automation | null> =>
      (await orNull(client.series.read(id, { signal }))) ??
      (await orNull(client.broadcasts.read(id, { signal }))),
    staleTime: FRESH_MS,
  });
}

/** Null for what is not there, or is of another type. */
async function orNull<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && [400, 404, 409].includes(error.status)) return null;
    throw error;
  }
}
