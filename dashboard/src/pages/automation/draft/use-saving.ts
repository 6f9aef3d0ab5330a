import { ApiError, type Body } from '@milepost/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { askKey } from '../../../api/ask.ts';
import { useSide } from '../../../api/side.ts';
import { keep } from './kept.ts';
import { isSame } from './same.ts';
import { type Doc, type Step, writtenOut } from './step.ts';
import type { ServerSeries } from './use-draft.ts';
import { useLatest } from './use-latest.ts';
import { useReview } from './use-review.ts';

/** After the server looked at the last change, which it does when nothing is typed for a moment. */
const SAVE_AFTER_MS = 400;
/** After no answer. */
const RETRY_AFTER_MS = 5000;

export const docOf = ({ name, settings, steps }: ServerSeries): Doc => ({
  name,
  settings: { ...settings },
  steps: writtenOut(steps as readonly Step[]),
});

/** What somebody else saved. */
interface Theirs {
  readonly doc: Doc;
  readonly etag: string;
}

const theirsOf = (series: ServerSeries): Theirs => ({ doc: docOf(series), etag: series.etag });

interface SavingInput {
  /** As last read. */
  readonly fresh: ServerSeries;
  readonly doc: Doc;
  readonly mayEdit: boolean;
  /** How many faults are known to keep this very draft from being saved: the server is not asked then. */
  readonly faultCount: number;
  /** Whether the server has looked for them: what it would refuse is not sent. */
  readonly isLookedAt: boolean;
  /** Somebody else's draft takes the place of this one, which has nothing of its own. */
  readonly adopt: (doc: Doc) => void;
}

/** What the server has, and the same as it was when it was sent. */
interface Saved {
  readonly server: Doc;
  /** Of what the server has: it takes nothing that was made from another draft. */
  readonly etag: string;
  readonly doc: Doc;
}

const savedOf = ({ doc, etag }: Theirs): Saved => ({ server: doc, etag, doc });

/** Saves a draft shortly after each change, unless somebody else changed it meanwhile. */
export function useSaving(saving: SavingInput) {
  const { fresh, doc, mayEdit, faultCount, isLookedAt, adopt } = saving;
  const { side } = useSide();
  const [saved, setSaved] = useState<Saved>(() => savedOf(theirsOf(fresh)));
  const [conflict, setConflict] = useState<Theirs | null>(null);
  const isDirty = mayEdit && doc !== saved.doc && !isSame(doc, saved.doc);
  const latest = useLatest({ doc, conflict, isDirty });
  const savedNow = useRef(saved);
  const { isReviewed, review } = useReview();
  const known = useCallback((next: Saved): void => {
    savedNow.current = next;
    setSaved(next);
  }, []);
  const input = { latest, savedNow, known, setConflict };
  const { save, look, isSaving, refused, running } = useSave(fresh.id, input);

  useEffect(() => {
    // A save looks for itself, and its answer comes here too.
    if (running.current !== null) return;
    const theirs = theirsOf(fresh);
    if (isSame(theirs.doc, savedNow.current.server)) return;
    const { isDirty: isMine, conflict: before } = latest.current;
    if (isMine || isReviewed.current || before !== null) {
      // oxlint-disable-next-line react/set-state-in-effect -- It comes from outside, with an answer.
      setConflict(theirs);
      return;
    }
    known(savedOf(theirs));
    adopt(theirs.doc);
  }, [fresh, adopt, isReviewed, known, latest, running]);

  const wasRefused = refused !== null && refused.doc === doc;
  const mayRetry = wasRefused && !isAnswer(refused.error);
  const isSound = isLookedAt && faultCount === 0;
  const mayTry = isDirty && !isSaving && conflict === null && isSound;
  useEffect(() => {
    if (!mayTry || (wasRefused && !mayRetry)) return undefined;
    const timer = setTimeout(() => void save(), mayRetry ? RETRY_AFTER_MS : SAVE_AFTER_MS);
    return () => clearTimeout(timer);
    // Anew with every change: the time counts from the last one.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [mayTry, wasRefused, mayRetry, save, doc]);

  const lastly = faultCount > 0 ? null : save;
  useKeeping({ id: fresh.id, sideId: side.id, base: saved.server, doc, isDirty, lastly });

  const decide = (isTheirs: boolean): void => {
    if (conflict === null) return;
    known(savedOf(conflict));
    setConflict(null);
    if (isTheirs) adopt(conflict.doc);
  };
  const unsound = isDirty && faultCount > 0 ? UNSOUND : null;
  return {
    isDirty,
    isSaving,
    save,
    /** As the server has it. */
    savedDoc: saved.server,
    etag: saved.etag,
    review,
    look,
    saveError: wasRefused ? refused.error : unsound,
    conflict: conflict?.doc ?? null,
    takeTheirs: () => decide(true),
    keepMine: () => decide(false),
  };
}

interface SaveInput {
  readonly latest: RefObject<{
    readonly doc: Doc;
    readonly conflict: Theirs | null;
  }>;
  readonly savedNow: RefObject<Saved>;
  readonly known: (saved: Saved) => void;
  readonly setConflict: (theirs: Theirs) => void;
}

interface Refusal {
  readonly doc: Doc;
  readonly error: Error;
}

/** Replaces the draft that this one was made from; the server refuses where it is another by now. */
function useSave(id: string, input: SaveInput) {
  const { side, client } = useSide();
  const queries = useQueryClient();
  const [isSaving, setIsSaving] = useState(false);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const running = useRef<Promise<boolean> | null>(null);
  const { latest, savedNow } = input;
  const now = useLatest(input);

  /** Reads what somebody else saved. */
  const look = useCallback(async (): Promise<void> => {
    const theirs = theirsOf(await client.call('GET /series/{id}', { path: { id } }));
    const { server } = savedNow.current;
    // It may say the same in other words: tried again by itself.
    if (isSame(theirs.doc, server)) now.current.known({ ...savedNow.current, etag: theirs.etag });
    else now.current.setConflict(theirs);
  }, [client, id, savedNow, now]);

  const put = useCallback(async (): Promise<boolean> => {
    const { doc: sent } = latest.current;
    const path = { id };
    const queryKey = askKey(side.id, 'GET /series/{id}', { path });
    await queries.cancelQueries({ queryKey });
    // The server says what is wrong with it.
    const body = { ...sent, etag: savedNow.current.etag } as unknown as Body<'PUT /series/{id}'>;
    const answer = await client.call('PUT /series/{id}', { path, body }).catch(nullWhereChanged);
    if (answer === null) {
      await look();
      return false;
    }
    // What was asked before the answer came may be older than it.
    await queries.cancelQueries({ queryKey });
    now.current.known({ server: docOf(answer), etag: answer.etag, doc: sent });
    queries.setQueryData<ServerSeries>(queryKey, (known) => ({ ...known, ...answer }));
    return latest.current.doc === sent;
  }, [client, id, latest, look, savedNow, now, queries, side.id]);

  const putAndTell = useCallback(async (): Promise<boolean> => {
    const { doc } = latest.current;
    setIsSaving(true);
    try {
      const isDone = await put();
      setRefused(null);
      return isDone;
    } catch (error) {
      setRefused({ doc, error: error instanceof Error ? error : new Error(String(error)) });
      return false;
    } finally {
      setIsSaving(false);
    }
  }, [latest, put]);

  /** One at a time; what changed during a save is saved after it. */
  const save = useCallback(async (): Promise<boolean> => {
    await running.current;
    const { doc, conflict } = latest.current;
    if (conflict !== null) return false;
    if (isSame(doc, savedNow.current.doc)) return true;
    running.current = putAndTell();
    const isDone = await running.current;
    running.current = null;
    return isDone;
  }, [latest, savedNow, putAndTell]);

  return { save, look, isSaving, refused, running };
}

const UNSOUND = new Error('the draft has faults');

/** Whether the draft on the server is not the one that was meant. */
export const isChanged = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'series.changed';

function nullWhereChanged(error: unknown): null {
  if (isChanged(error)) return null;
  throw error;
}

/** Whether the server said no: it would say so again. */
const isAnswer = (error: Error): boolean => 'status' in error && Number(error.status) < 500;

interface KeepingInput {
  readonly id: string;
  readonly sideId: string;
  readonly base: Doc;
  readonly doc: Doc;
  readonly isDirty: boolean;
  /** Done when the page is left; null where it would be refused. */
  readonly lastly: (() => Promise<boolean>) | null;
}

/** Nothing is lost that is not saved: it is kept in the browser, and the page asks before it closes. */
function useKeeping({ id, sideId, base, doc, isDirty, lastly }: KeepingInput): void {
  const wasDirty = useRef(false);
  useEffect(() => {
    if (isDirty) keep(sideId, id, { base, doc });
    else if (wasDirty.current) keep(sideId, id, null);
    wasDirty.current = isDirty;
  }, [isDirty, sideId, id, base, doc]);

  useEffect(() => {
    if (!isDirty) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isDirty]);

  const last = useLatest(lastly);
  useEffect(() => () => void last.current?.(), [last]);
}
