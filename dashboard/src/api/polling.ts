import { ApiError } from '@milepost/sdk';
import { type Query, QueryClient } from '@tanstack/react-query';

/** After a failed call: often enough to feel live, seldom enough to let a server start. */
const RETRY_MS = 3000;

/** Whether asking again would bring the same refusal: a definite "not found", "not you", "not so". */
const isDefinite = (error: unknown): boolean =>
  error instanceof ApiError && error.status < 500 && error.status !== 429;

/** Asks again a little later after a failure; never again after a definite refusal. */
export function retryUntilAnswered({ state }: Pick<Query, 'state'>): number | false {
  return state.status === 'error' && !isDefinite(state.error) ? RETRY_MS : false;
}

/** What was asked this recently is not asked again by coming back to it. */
const FRESH_MS = 5_000;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // A failed call is made again by the interval. A local server is reachable without a network, so the browser's
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
