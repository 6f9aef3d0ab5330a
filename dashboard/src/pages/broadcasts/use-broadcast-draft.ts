import { ApiError } from '@milepost/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { askKey } from '../../api/ask.ts';
import { useSide } from '../../api/side.ts';
import { isSame } from '../automation/draft/same.ts';
import { useLatest } from '../automation/draft/use-latest.ts';
import { useReview } from '../automation/draft/use-review.ts';
import { type Broadcast, type BroadcastDraft, draftOf } from './broadcast.ts';

/** How long one has stopped typing before it is saved. */
const SETTLE_MS = 700;

/** What the server found wrong, by its path in the broadcast. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** A draft as the server has it. */
interface Saved {
  readonly draft: BroadcastDraft;
  readonly etag: string;
}

const savedOf = (broadcast: Broadcast): Saved => ({
  draft: draftOf(broadcast),
  etag: broadcast.etag,
});

/** The draft of a broadcast, saved by itself shortly after each change, unless somebody else changed it meanwhile. */
export function useBroadcastDraft(broadcast: Broadcast) {
  const [saved, setSaved] = useState<Saved>(() => savedOf(broadcast));
  const [draft, setDraft] = useState(saved.draft);
  const [conflict, setConflict] = useState<Saved | null>(null);
  const [turn, setTurn] = useState(0);
  const isDirty = saved.draft !== draft;
  const latest = useLatest({ draft, conflict, isDirty });
  const savedNow = useRef(saved);
  const { isReviewed, review } = useReview();
  const known = useCallback((next: Saved): void => {
    savedNow.current = next;
    setSaved(next);
  }, []);
  const input = { latest, savedNow, known, setConflict };
  const { save, look, isSaving, refused, forget, running } = useSave(broadcast.id, input);

  const take = useCallback(
    (theirs: Saved, stays = theirs.draft): void => {
      known(theirs);
      setDraft(stays);
      setTurn((before) => before + 1);
    },
    [known],
  );
  useEffect(() => {
    // A save looks for itself, and its answer comes here too.
    if (running.current !== null || broadcast.etag === savedNow.current.etag) return;
    const theirs = savedOf(broadcast);
    const { isDirty: isMine, conflict: before } = latest.current;
    // oxlint-disable-next-line react/set-state-in-effect -- It comes from outside, with an answer.
    if (isMine || isReviewed.current || before !== null) setConflict(theirs);
    else take(theirs);
  }, [broadcast, isReviewed, latest, running, take]);

  const mayTry = isDirty && !isSaving && conflict === null && refused?.draft !== draft;
  useSaveSoon(mayTry ? draft : null, save);

  const decide = (isTheirs: boolean): void => {
    if (conflict === null) return;
    setConflict(null);
    forget();
    take(conflict, isTheirs ? conflict.draft : draft);
  };
  const error = refused?.error ?? null;
  return {
    draft,
    change: (change: Partial<BroadcastDraft>) => setDraft((before) => ({ ...before, ...change })),
    /** At once; what is saved already is left alone. Gives the etag of what the server has then. */
    save,
    /** What the server had when this page last agreed with it. */
    savedDraft: saved.draft,
    /** What somebody else saved meanwhile; nothing is saved until it is decided. */
    conflict: conflict?.draft ?? null,
    takeTheirs: () => decide(true),
    keepMine: () => decide(false),
    /** While it is on, what somebody else saves is a conflict, although nothing is unsaved here. */
    review,
    /** Reads what somebody else saved. */
    look,
    /** Counts how often it was settled which draft this is, since somebody else had changed it. */
    turn,
    isDirty,
    isSaving,
    error,
    faults: faultsOf(error),
  };
}

/** @param draft another one for each change: the time counts from the last; null for nothing to save */
function useSaveSoon(draft: BroadcastDraft | null, save: () => Promise<string>): void {
  useEffect(() => {
    if (draft === null) return undefined;
    const timer = setTimeout(() => {
      // Why it failed is in `error`.
      save().catch(() => undefined);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [draft, save]);
}

interface SaveInput {
  readonly latest: RefObject<{ readonly draft: BroadcastDraft; readonly conflict: Saved | null }>;
  readonly savedNow: RefObject<Saved>;
  readonly known: (saved: Saved) => void;
  readonly setConflict: (theirs: Saved) => void;
}

interface Refusal {
  readonly draft: BroadcastDraft;
  readonly error: Error;
}

/** Replaces the draft that this one was made from; the server refuses where it is another by now. */
function useSave(id: string, input: SaveInput) {
  const { side, client } = useSide();
  const queries = useQueryClient();
  const [isSaving, setIsSaving] = useState(false);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const running = useRef<Promise<unknown> | null>(null);
  const { latest, savedNow, known, setConflict } = input;

  const look = useCallback(async (): Promise<void> => {
    const theirs = savedOf(await client.call('GET /broadcasts/{id}', { path: { id } }));
    const { draft } = savedNow.current;
    // It may say the same in other words.
    if (isSame(theirs.draft, draft)) known({ draft, etag: theirs.etag });
    else setConflict(theirs);
  }, [client, id, savedNow, known, setConflict]);

  const put = useCallback(
    async (draft: BroadcastDraft): Promise<void> => {
      const path = { id };
      const queryKey = askKey(side.id, 'GET /broadcasts/{id}', { path });
      setIsSaving(true);
      try {
        await queries.cancelQueries({ queryKey });
        const body = { ...bodyOf(draft), etag: savedNow.current.etag };
        const answer = await client.call('PUT /broadcasts/{id}', { path, body });
        // What was asked before the answer came may be older than it.
        await queries.cancelQueries({ queryKey });
        known({ draft, etag: answer.etag });
        setRefused(null);
        queries.setQueryData<Broadcast>(queryKey, answer);
        void queries.invalidateQueries({ queryKey: ['ask', side.id] });
      } catch (error) {
        if (isChanged(error)) await look();
        setRefused({ draft, error: error instanceof Error ? error : new Error(String(error)) });
        throw error;
      } finally {
        setIsSaving(false);
      }
    },
    [client, id, known, look, queries, savedNow, side.id],
  );

  /** One at a time; what changed during a save is saved after it. */
  const save = useCallback(async (): Promise<string> => {
    await running.current?.catch(() => undefined);
    const { draft, conflict } = latest.current;
    if (conflict !== null) throw new Error('Somebody else changed this broadcast: decide first');
    if (draft !== savedNow.current.draft) {
      const mine = put(draft);
      running.current = mine;
      try {
        await mine;
      } finally {
        running.current = null;
      }
    }
    return savedNow.current.etag;
  }, [latest, savedNow, put]);

  const forget = useCallback(() => setRefused(null), []);
  return { save, look, isSaving, refused, forget, running };
}

/** Whether the draft on the server is not the one that was meant. */
export const isChanged = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'broadcast.changed';

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
