import { useQuery } from '@tanstack/react-query';
import { retryUntilAnswered } from './polling.ts';
import { useSide } from './side.ts';

/** `GET /api/v1/users/{user_id}`: the person, by external ID. */
export function useUser(userId: string) {
  const { side, client } = useSide();
  return useQuery({
    queryKey: ['user', side.id, userId],
    queryFn: ({ signal }) => client.users.read(userId, { signal }),
    refetchInterval: retryUntilAnswered,
    staleTime: 30_000,
  });
}
