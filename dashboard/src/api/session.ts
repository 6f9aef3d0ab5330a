import { createClient } from '@milepost/sdk';
import { useQuery } from '@tanstack/react-query';
import { retryUntilAnswered } from './polling.ts';

/** `GET /api/v1/session`: the workspace sides this browser may see. */
export function useSession() {
  return useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => createClient({ baseUrl: '' }).session({ signal }),
    refetchInterval: retryUntilAnswered,
    staleTime: 60_000,
  });
}
