import { ApiError, type Filter } from '@milepost/sdk';
import { useEffect, useState } from 'react';
import { useAsk } from '../../api/ask.ts';
import { recordOf, type FilterFault, type FilterJson } from './filter.ts';

/** Whoever types has stopped. */
const SETTLED_MS = 350;

/** A value once it has stopped changing. */
export function useSettled<Value>(value: Value, ms = SETTLED_MS): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** How many match a filter now, with some of them; asked once it has stopped changing. */
export function useFilterCount(filter: FilterJson | null, { enabled = true } = {}) {
  const settled = useSettled(filter);
  const input = { body: { filter: settled as Filter | null } };
  const query = useAsk('POST /users/count', input, { enabled, keepsPrevious: true });
  return { ...query, isBehind: settled !== filter || query.isPlaceholderData };
}

const NO_FAULTS: readonly FilterFault[] = [];

/** What the server says against a filter, by paths below it. */
export function useFilterFaults(
  filter: FilterJson | null,
  { enabled = true } = {},
): readonly FilterFault[] {
  const { error } = useFilterCount(filter, { enabled });
  return error === null ? NO_FAULTS : filterFaultsOf(error);
}

/**
 * The faults of a filter that a call was refused for.
 *
 * @param at the path of the filter in the body
 */
export function filterFaultsOf(error: Error, at = 'filter'): readonly FilterFault[] {
  if (!(error instanceof ApiError)) return NO_FAULTS;
  if (!Array.isArray(error.details)) return NO_FAULTS;
  return error.details.map(recordOf).flatMap(({ path, message }) => {
    const place = String(path);
    if (place !== at && !place.startsWith(`${at}/`)) return [];
    return [{ path: place.slice(at.length + 1), message: String(message) }];
  });
}
