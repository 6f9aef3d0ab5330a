import { ApiError } from '@milepost/sdk';
import { type Query, QueryClient } from '@tanstack/react-query';

/** New mail is seen this soon. Polling stops while the page is hidden. */
export const LIVE_MS = 1500;

/** After a failed call: often enough to feel live, seldom enough to let a server start. */
const RETRY_MS = 3000;

/** Whether asking again would bring the same refusal: a definite "not found", "not you", "not so". */
const isDefinite = (error: unknown): boolean =>
  error instanceof ApiError && error.status < 500 && error.status !== 429;

/** Asks again every `ms`; after a failure a little later; never again after a definite refusal. */
export function pollEvery(ms: number) {
  return (query: Pick<Query, 'state'>): number | false => {
    const { error, status } = query.state;
    if (isDefinite(error)) return false;
    return status === 'error' ? RETRY_MS : ms;
  };
}

/** For what seldom changes: ask again only after a failure. */
export function retryUntilAnswered(query: Pick<Query, 'state'>): number | false {
  return query.state.status === 'error' ? pollEvery(RETRY_MS)(query) : false;
}

/** What was asked this recently is not asked again by coming back to it. */
const FRESH_MS = 5_000;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The polling is the retry. A local server is reachable without a network, so the browser's
      // word about being online does not count.
      queries: {
        retry: false,
        networkMode: 'always',
        refetchInterval: retryUntilAnswered,
        // The event stream says when; looking at the page again is no news.
        refetchOnWindowFocus: false,
        staleTime: FRESH_MS,
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
