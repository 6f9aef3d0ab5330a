import { useMemo } from 'react';
import { useAsk } from '../../api/ask.ts';
import type { Names } from './words.ts';

/** Lists that may be named. */
const LISTS_MAX = 200;

/** The names of the lists that filters name by id. */
export function useNames(): Names {
  const { data } = useAsk('GET /lists', { query: { limit: LISTS_MAX } });
  return useMemo(
    () => ({ lists: new Map((data?.data ?? []).map(({ id, name }) => [id, name])) }),
    [data],
  );
}
