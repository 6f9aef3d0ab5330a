import { useMemo } from 'react';
import { useAsk } from '../../api/ask.ts';

/** Series and broadcasts that can be named and chosen. */
const NAMED_MAX = 200;

export interface NamedAutomation {
  readonly id: string;
  readonly name: string;
  readonly type: 'series' | 'broadcast';
}

/** What sends: series and broadcasts, the youngest first. */
export function useAutomations(): ReadonlyMap<string, NamedAutomation> {
  const series = useAsk('GET /series', { query: { limit: NAMED_MAX } });
  const broadcasts = useAsk('GET /broadcasts', { query: { limit: NAMED_MAX } });
  return useMemo(
    () =>
      new Map(
        [...(series.data?.data ?? []), ...(broadcasts.data?.data ?? [])].map(
          ({ id, name, type }) => [id, { id, name, type }],
        ),
      ),
    [series.data, broadcasts.data],
  );
}
