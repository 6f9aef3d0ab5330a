import { useMemo } from 'react';
import { useAsk } from '../../../api/ask.ts';

/** Series that a picker offers, the youngest. */
const SERIES_MAX = 100;

/** The names of the side's series by their ids. */
export function useSeriesNames(): ReadonlyMap<string, string> {
  const rows = useAsk('GET /series', { query: { limit: SERIES_MAX } }).data?.data;
  return useMemo(() => new Map((rows ?? []).map(({ id, name }) => [id, name])), [rows]);
}
