import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Search } from './search.ts';

/**
 * One text of the query string, and what changes it. It survives a reload and can be shared.
 *
 * @param name `w` is the side; the others are the page's own
 */
export function useSearchText(name: string): [string, (text: string) => void] {
  const { [name]: text = '' }: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = (next: string): void => {
    void navigate({
      to: '.',
      search: (all: Search) => ({ ...all, [name]: next === '' ? undefined : next }),
      replace: true,
    } as never);
  };
  return [text, change];
}
