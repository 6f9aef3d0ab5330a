import { useQuery } from '@tanstack/react-query';
import { askKey } from './ask.ts';
import { useSide } from './side.ts';

/** `GET /api/v1/users/{user_id}/explain`: somebody's way through a series, in sentences. */
export function useExplanation({ userId, seriesId }: { userId: string; seriesId: string }) {
  const { side, client } = useSide();
  return useQuery({
    queryKey: askKey(side.id, 'GET /users/{user_id}/explain', [userId, seriesId]),
    queryFn: ({ signal }) => client.users.explain(userId, seriesId, { signal }),
  });
}
