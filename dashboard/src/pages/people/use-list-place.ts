import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Search } from '../../app/search.ts';
import { recordOf, type FilterJson } from '../../components/filter-builder/filter.ts';
import { useSettled } from '../../components/filter-builder/use-filter-count.ts';
import { columnsOf } from './column.ts';

/** Long enough for most filters; a longer one stays on the page, but not in its address. */
const FILTER_TEXT_MAX = 6_000;

/** What a list of people or companies looks for, as its address says it. */
export function useListPlace(standardColumns: readonly string[]) {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const [filter, setFilter] = useState<FilterJson | null>(() => filterFrom(search['f']));
  const [text, setText] = useState(search['q'] ?? '');
  const change = (next: Readonly<Record<string, string | undefined>>): void => {
    void navigate({
      to: '.',
      search: (all: Search) => ({ ...all, ...next }),
      replace: true,
    } as never);
  };
  const settledFilter = useSettled(filter);
  const settledText = useSettled(text.trim());
  const written = settledFilter === null ? undefined : JSON.stringify(settledFilter);
  const f = written !== undefined && written.length <= FILTER_TEXT_MAX ? written : undefined;
  const q = settledText === '' ? undefined : settledText;
  const isSaid = search['f'] === f && search['q'] === q;
  useEffect(() => {
    if (!isSaid) change({ f, q });
    // Only when what is looked for changes: the way back leads to another page.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [f, q]);
  return {
    filter,
    setFilter,
    settledFilter,
    text,
    setText,
    settledText,
    sort: search['sort'] ?? '',
    setSort: (sort: string) => change({ sort: sort === '' ? undefined : sort }),
    columns: columnsOf(search['columns'] ?? '', standardColumns),
    setColumns: (columns: readonly string[]) => change({ columns: columns.join(',') || undefined }),
    change,
  };
}

export type ListPlace = ReturnType<typeof useListPlace>;

function filterFrom(text: string | undefined): FilterJson | null {
  if (text === undefined) return null;
  try {
    const filter = recordOf(JSON.parse(text));
    return Object.keys(filter).length === 0 ? null : filter;
  } catch {
    return null;
  }
}
