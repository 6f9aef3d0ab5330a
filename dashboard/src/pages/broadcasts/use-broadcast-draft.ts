import { ApiError } from '@milepost/sdk';
import { useCallback, useEffect, useState } from 'react';
import { useDo } from '../../api/ask.ts';
import { type Broadcast, type BroadcastDraft, draftOf } from './broadcast.ts';

/** How long one has stopped typing before it is saved. */
const SETTLE_MS = 700;

/** What the server found wrong, by its path in the broadcast. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** The draft of a broadcast, saved by itself shortly after each change. */
export function useBroadcastDraft(broadcast: Broadcast) {
  const { id } = broadcast;
  const [draft, setDraft] = useState(() => draftOf(broadcast));
  const [saved, setSaved] = useState(draft);
  const put = useDo('PUT /broadcasts/{id}');
  const { mutateAsync } = put;
  const isDirty = saved !== draft;

  const save = useCallback(async (): Promise<void> => {
    await mutateAsync({ path: { id }, body: bodyOf(draft) });
    setSaved(draft);
  }, [mutateAsync, id, draft]);
  useEffect(() => {
    if (!isDirty) return undefined;
    const timer = setTimeout(() => {
      // Why it failed is in `error`.
      save().catch(() => undefined);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [isDirty, save]);

  return {
    draft,
    change: (change: Partial<BroadcastDraft>) => setDraft((before) => ({ ...before, ...change })),
    /** At once; what is saved already is left alone. */
    save: (): Promise<void> => (isDirty ? save() : Promise.resolve()),
    isDirty,
    isSaving: put.isPending,
    error: put.error,
    faults: faultsOf(put.error),
  };
}

/** An email that says nothing yet is left out: a draft may lack it. */
function bodyOf({ email, ...draft }: BroadcastDraft) {
  const says = Object.values(email).some((value) => value !== null && value !== '');
  return { ...draft, ...(says ? { email: email as Readonly<Record<string, unknown>> } : {}) };
}

/** The faults in a refusal; empty for every other error. */
export function faultsOf(error: Error | null): readonly Fault[] {
  if (!(error instanceof ApiError)) return [];
  const { faults, errors } = (error.details ?? {}) as { faults?: unknown; errors?: unknown };
  const list = [faults, errors, error.details].find(Array.isArray) ?? [];
  return list.filter(
    (one): one is Fault =>
      typeof one === 'object' && one !== null && 'path' in one && 'message' in one,
  );
}
