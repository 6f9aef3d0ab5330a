import type { Advance } from '@milepost/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { askKey } from './ask.ts';
import { useSide } from './side.ts';

/** `GET /api/v1/test_clock`, live; never asked for on a live side, which has none. */
export function useTestClock() {
  const { side, client } = useSide();
  return useQuery({
    queryKey: askKey(side.id, 'GET /test_clock', {}),
    enabled: side.side === 'test',
    queryFn: ({ signal }) => client.testClock.read({ signal }),
  });
}

/** `POST /api/v1/test_clock/advance`: settles once everything due on the way has been handled. */
export function useAdvance() {
  const { side, client } = useSide();
  const cache = useQueryClient();
  return useMutation({
    mutationKey: ['advance', side.id],
    mutationFn: (advance: Advance) => client.testClock.advance(advance),
    onSettled: () => cache.invalidateQueries({ queryKey: ['ask', side.id] }),
  });
}
