import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useSide } from '../../../api/side.ts';
import { numberOf } from './number-of.ts';
import type { Doc } from './step.ts';
import type { Outline } from './use-draft.ts';

/** After the last change; a typed word is one question. */
const ASK_AFTER_MS = 250;

/** When the steps of an unsaved draft happen and what is wrong with them, by the server. */
export function useOutline(id: string, doc: Doc): { outline: Outline | null; isOfNow: boolean } {
  const { side, client } = useSide();
  const [asked, setAsked] = useState(doc);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(doc), ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [doc]);
  const { data, isPlaceholderData } = useQuery({
    // Not a question that the event stream asks again: it depends on nothing but the draft.
    queryKey: ['outline', side.id, id, numberOf(asked)],
    queryFn: ({ signal }): Promise<Outline> =>
      client.call(
        'POST /series/{id}/outline',
        {
          path: { id },
          body: { steps: [...asked.steps], settings: asked.settings, checks: false },
        },
        { signal },
      ),
    placeholderData: keepPreviousData,
    gcTime: 0,
    staleTime: Infinity,
    retry: 1,
  });
  return { outline: data ?? null, isOfNow: asked === doc && !isPlaceholderData };
}
