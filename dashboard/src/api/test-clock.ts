import type { Advance } from '@milepost/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { LIVE_MS, pollEvery } from './polling.ts';
import { useSide } from './side.ts';

/** `GET /api/v1/test_clock`, live; never asked for on a live side, which has none. */
export function useTestClock() {
  const { side, client } = useSide();
  return useQuery({
    queryKey: ['test_clock', side.id],
    enabled: side.side === 'test',
    queryFn: ({ signal }) => client.testClock.read({ signal }),
    refetchInterval: pollEvery(LIVE_MS),
  });
}

/** `POST /api/v1/test_clock/advance`: settles once everything due on the way has been handled. */
export function useAdvance() {
  const { side, client } = useSide();
  const cache = useQueryClient();
  return useMutation({
    mutationKey: ['advance', side.id],
    mutationFn: (advance: Advance) => client.testClock.advance(advance),
    onSettled: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: ['test_clock', side.id] }),
        cache.invalidateQueries({ queryKey: ['messages', side.id] }),
      ]),
  });
}
