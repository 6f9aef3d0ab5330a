import { useQuery } from '@tanstack/react-query';
import { askKey } from './ask.ts';
import { useSide } from './side.ts';

/** More series than this are not offered in a picker. */
const SERIES_MAX = 100;

/** Long enough not to ask on every click, short enough to offer a series just activated. */
const FRESH_MS = 10_000;

/** `GET /api/v1/series`: the newest series, whatever their status. */
export function useSeries() {
  const { side, client } = useSide();
  return useQuery({
    queryKey: askKey(side.id, 'GET /series', 'newest'),
    queryFn: async ({ signal }) =>
      (await client.series.list({ limit: SERIES_MAX }, { signal })).data,
    staleTime: FRESH_MS,
  });
}
