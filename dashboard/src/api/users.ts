import { useQuery } from '@tanstack/react-query';
import { askKey } from './ask.ts';
import { useSide } from './side.ts';

/** `GET /api/v1/users/{user_id}`: the person, by external ID. */
export function useUser(userId: string) {
  const { side, client } = useSide();
  return useQuery({
    queryKey: askKey(side.id, 'GET /users/{user_id}', { path: { user_id: userId } }),
    queryFn: ({ signal }) => client.users.read(userId, { signal }),
    staleTime: 30_000,
  });
}

/** Changes of mind are few. */
const CHANGES_MAX = 100;

/** `GET /api/v1/users/{user_id}/preferences/changes`: the latest, the last first. */
export function usePreferenceChanges(userId: string) {
  const { side, client } = useSide();
  return useQuery({
    queryKey: askKey(side.id, 'GET /users/{user_id}/preferences/changes', ['latest', userId]),
    queryFn: async ({ signal }) =>
      (await client.users.preferenceChanges(userId, { limit: CHANGES_MAX }, { signal })).data,
  });
}
