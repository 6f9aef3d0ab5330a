import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSide } from '../../../api/side.ts';
import { numberOf } from './number-of.ts';
import type { Doc } from './step.ts';
import type { ServerSeries } from './use-draft.ts';

/**
 * What the server says about the draft that it has: the checks of its emails, and how it differs from
 * what is published. Asked when one of these changed, not whenever somebody is sent something: the
 * checks build every email.
 */
export function useSavedAnswers({ id, version }: ServerSeries, saved: Doc) {
  const { side, client } = useSide();
  const about = [side.id, id, numberOf(saved), version];
  const options = { placeholderData: keepPreviousData, staleTime: Infinity, retry: 1 };
  const path = { id };
  const checks = useQuery({
    queryKey: ['draft checks', ...about],
    queryFn: ({ signal }) => client.call('GET /series/{id}/checks', { path }, { signal }),
    ...options,
  });
  const diff = useQuery({
    queryKey: ['draft diff', ...about],
    queryFn: ({ signal }) => client.call('GET /series/{id}/diff', { path, query: {} }, { signal }),
    enabled: version !== null,
    ...options,
  });
  return { findings: checks.data?.data, diff: diff.data };
}
