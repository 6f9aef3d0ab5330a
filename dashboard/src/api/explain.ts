import { useQuery } from '@tanstack/react-query';
import { pollEvery } from './polling.ts';
import { useSide } from './side.ts';

/** A passage moves seldom. */
const PASSAGE_MS = 5000;

/** `GET /api/v1/users/{user_id}/explain`: somebody's way through a series, in sentences. */
export function useExplanation({ userId, seriesId }: { userId: string; seriesId: string }) {
  const { side, client } = useSide();
  return useQuery({
    queryKey: ['explain', side.id, userId, seriesId],
    queryFn: ({ signal }) => client.users.explain(userId, seriesId, { signal }),
    refetchInterval: pollEvery(PASSAGE_MS),
  });
}
