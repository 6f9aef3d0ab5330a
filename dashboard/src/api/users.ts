import { useQuery } from '@tanstack/react-query';
import { pollEvery, retryUntilAnswered } from './polling.ts';
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

/** Changes of mind are seldom, and few. */
const CHANGES_MS = 5000;
const CHANGES_MAX = 100;

/** `GET /api/v1/users/{user_id}/preferences/changes`: the latest, the last first. */
export function usePreferenceChanges(userId: string) {
  const { side, client } = useSide();
  return useQuery({
    queryKey: ['preference_changes', side.id, userId],
    queryFn: async ({ signal }) =>
      (await client.users.preferenceChanges(userId, { limit: CHANGES_MAX }, { signal })).data,
    refetchInterval: pollEvery(CHANGES_MS),
  });
}
