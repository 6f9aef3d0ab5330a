import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { askKey } from './ask.ts';
import { useSide } from './side.ts';

/** What is asked for when a side goes on: more than this many paused ones are not offered. */
const PAUSED_MAX = 100;

/** A series or a broadcast. */
export interface Automation {
  readonly id: string;
  readonly type: 'series' | 'broadcast';
  readonly name: string;
}

/** `GET /api/v1/sending`: whether this side may send. */
export function useSending() {
  const { side, client } = useSide();
  return useQuery({
    queryKey: askKey(side.id, 'GET /sending', {}),
    queryFn: ({ signal }) => client.sending.read({ signal }),
  });
}

/** `POST /api/v1/sending/resume`: lets the side send; its series and broadcasts stay paused. */
export function useResumeSide() {
  const { side, client } = useSide();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => client.sending.resume(),
    onSuccess: (sending) => cache.setQueryData(askKey(side.id, 'GET /sending', {}), sending),
  });
}

/** Sets one series or broadcast going again. */
export function useResumeAutomation({ id, type }: Pick<Automation, 'id' | 'type'>) {
  const { side, client } = useSide();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (): Promise<void> => {
      await (type === 'series' ? client.series.resume(id) : client.broadcasts.resume(id));
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['ask', side.id] }),
  });
}

/** The series and broadcasts of this side that stand still, whoever paused them. */
export function usePaused({ enabled }: { readonly enabled: boolean }) {
  const { side, client } = useSide();
  return useQuery({
    queryKey: askKey(side.id, 'GET /series', 'paused'),
    enabled,
    queryFn: async ({ signal }): Promise<Automation[]> => {
      const page = { limit: PAUSED_MAX };
      const [series, broadcasts] = await Promise.all([
        client.series.list(page, { signal }),
        client.broadcasts.list(page, { signal }),
      ]);
      return [...series.data, ...broadcasts.data].filter(({ status }) => status === 'paused');
    },
  });
}
