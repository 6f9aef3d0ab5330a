import type { Decision, MessageFilter } from '@milepost/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { askKey } from './ask.ts';
import { type Feed, withFirstPage, withOlderPage } from './feed.ts';
import { useSide } from './side.ts';

/** Messages per page: two screens of the list. */
const PAGE_SIZE = 50;

/**
 * `GET /api/v1/messages`, live: only the first page is asked for again when mail changes.
 *
 * @param filter with `enabled: false`, nothing is asked for
 */
export function useFeed(filter: MessageFilter, { enabled = true } = {}) {
  const { side, client } = useSide();
  const cache = useQueryClient();
  const queryKey = askKey(side.id, 'GET /messages', ['feed', filter]);

  const query = useQuery({
    queryKey,
    enabled,
    queryFn: async ({ signal }) => {
      const page = await client.messages.list({ ...filter, limit: PAGE_SIZE }, { signal });
      // Read after the answer came: "load more" may have grown it meanwhile.
      return withFirstPage(cache.getQueryData<Feed>(queryKey), page);
    },
  });

  const loadOlder = useMutation({
    mutationFn: async () => {
      const cursor = cache.getQueryData<Feed>(queryKey)?.olderCursor;
      if (cursor === null || cursor === undefined) return;
      const page = await client.messages.list({ ...filter, limit: PAGE_SIZE, cursor });
      cache.setQueryData<Feed>(queryKey, (known) =>
        known?.olderCursor === cursor ? withOlderPage(known, page) : known,
      );
    },
  });

  return { ...query, loadOlder };
}

/** `GET /api/v1/messages/{id}`: one message with its content and history. */
export function useMessage(id: string) {
  const { side, client } = useSide();
  return useQuery({
    queryKey: askKey(side.id, 'GET /messages/{id}', { path: { id } }),
    queryFn: ({ signal }) => client.messages.read(id, { signal }),
  });
}

/** `POST /api/v1/messages/{id}/resolve`: a member's decision about a message in doubt. */
export function useResolve(id: string) {
  const { side, client } = useSide();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (decision: Decision) => client.messages.resolve(id, decision),
    onSettled: () => cache.invalidateQueries({ queryKey: ['ask', side.id] }),
  });
}
