import type { Body } from '@milepost/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { askKey } from '../../../api/ask.ts';
import { useSide } from '../../../api/side.ts';
import { keep } from './kept.ts';
import { isSame } from './same.ts';
import { type Doc, type Step, writtenOut } from './step.ts';
import type { ServerSeries } from './use-draft.ts';

/** After the last change. */
const SAVE_AFTER_MS = 800;
/** After no answer. */
const RETRY_AFTER_MS = 5000;

export const docOf = ({ name, settings, steps }: ServerSeries): Doc => ({
  name,
  settings: { ...settings },
  steps: writtenOut(steps as readonly Step[]),
});

interface SavingInput {
  /** As last read. */
  readonly fresh: ServerSeries;
  readonly doc: Doc;
  readonly mayEdit: boolean;
  /** How many faults are known to keep this very draft from being saved: the server is not asked then. */
  readonly faultCount: number;
  /** Somebody else's draft takes the place of this one, which has nothing of its own. */
  readonly adopt: (doc: Doc) => void;
}

/** What the server has, and the same as it was when it was sent. */
interface Saved {
  readonly server: Doc;
  readonly doc: Doc;
}

/** Saves a draft shortly after each change, unless somebody else changed it meanwhile. */
export function useSaving({ fresh, doc, mayEdit, faultCount, adopt }: SavingInput) {
  const { side, client } = useSide();
  const queries = useQueryClient();
  const { id } = fresh;
  const [saved, setSaved] = useState<Saved>(() => {
    const server = docOf(fresh);
    return { server, doc: server };
  });
  const [isSaving, setIsSaving] = useState(false);
  const [refused, setRefused] = useState<{ readonly doc: Doc; readonly error: Error } | null>(null);
  const [conflict, setConflict] = useState<Doc | null>(null);
  const isDirty = mayEdit && doc !== saved.doc && !isSame(doc, saved.doc);
  const latest = useRef({ doc, saved, conflict, isDirty });
  latest.current = { doc, saved, conflict, isDirty };
  const running = useRef<Promise<boolean> | null>(null);

  const put = useCallback(async (): Promise<boolean> => {
    const { doc: sent, saved: base } = latest.current;
    const key = askKey(side.id, 'GET /series/{id}', { path: { id } });
    setIsSaving(true);
    try {
      const there = docOf(await client.call('GET /series/{id}', { path: { id } }));
      if (!isSame(there, base.server)) {
        setConflict(there);
        return false;
      }
      await queries.cancelQueries({ queryKey: key });
      // The server says what is wrong with it.
      const body = sent as unknown as Body<'PUT /series/{id}'>;
      const answer = await client.call('PUT /series/{id}', { path: { id }, body });
      // What was asked before the answer came may be older than it.
      await queries.cancelQueries({ queryKey: key });
      const now: Saved = { server: docOf(answer), doc: sent };
      latest.current.saved = now;
      setSaved(now);
      queries.setQueryData<ServerSeries>(key, (known) => ({ ...known, ...answer }));
      setRefused(null);
      return latest.current.doc === sent;
    } catch (error) {
      setRefused({ doc: sent, error: error instanceof Error ? error : new Error(String(error)) });
      return false;
    } finally {
      setIsSaving(false);
    }
  }, [client, id, queries, side.id]);

  /** One at a time; what changed during a save is saved after it. */
  const save = useCallback(async (): Promise<boolean> => {
    await running.current?.catch(() => false);
    if (!latest.current.isDirty && latest.current.saved.doc === latest.current.doc) return true;
    if (isSame(latest.current.doc, latest.current.saved.doc)) return true;
    if (latest.current.conflict !== null) return false;
    running.current = put().finally(() => {
      running.current = null;
    });
    return running.current;
  }, [put]);

  useEffect(() => {
    // A save looks for itself, and its answer comes here too.
    if (running.current !== null) return;
    const theirs = docOf(fresh);
    if (isSame(theirs, latest.current.saved.server)) return;
    if (latest.current.isDirty) {
      setConflict(theirs);
      return;
    }
    setSaved({ server: theirs, doc: theirs });
    adopt(theirs);
  }, [fresh, adopt]);

  const wasRefused = refused !== null && refused.doc === doc;
  const mayRetry = wasRefused && !isAnswer(refused.error);
  useEffect(() => {
    if (!isDirty || isSaving || conflict !== null || faultCount > 0) return undefined;
    if (wasRefused && !mayRetry) return undefined;
    const timer = setTimeout(() => void save(), mayRetry ? RETRY_AFTER_MS : SAVE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [isDirty, isSaving, conflict, faultCount, wasRefused, mayRetry, save, doc]);

  useKeeping({ id, sideId: side.id, base: saved.server, doc, isDirty, save });

  return {
    isDirty,
    isSaving,
    save,
    saveError: wasRefused ? refused.error : isDirty && faultCount > 0 ? UNSOUND : null,
    conflict,
    takeTheirs: () => {
      if (conflict === null) return;
      setSaved({ server: conflict, doc: conflict });
      setConflict(null);
      adopt(conflict);
    },
    keepMine: () => {
      if (conflict === null) return;
      setSaved({ server: conflict, doc: conflict });
      setConflict(null);
    },
  };
}

const UNSOUND = new Error('the draft has faults');

/** Whether the server said no: it would say so again. */
const isAnswer = (error: Error): boolean => 'status' in error && Number(error.status) < 500;

interface KeepingInput {
  readonly id: string;
  readonly sideId: string;
  readonly base: Doc;
  readonly doc: Doc;
  readonly isDirty: boolean;
  readonly save: () => Promise<boolean>;
}

/** Nothing is lost that is not saved: it is kept in the browser, and the page asks before it closes. */
function useKeeping({ id, sideId, base, doc, isDirty, save }: KeepingInput): void {
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

  const last = useRef(save);
  last.current = save;
  useEffect(() => () => void last.current(), []);
}
