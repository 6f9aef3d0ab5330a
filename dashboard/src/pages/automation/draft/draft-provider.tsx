import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { useMay } from '../../../api/may.ts';
import { useSide } from '../../../api/side.ts';
import { faultsByStep, faultsOfRefusal, type ToldFault } from './faults.ts';
import { changed, type History, historyOf, redone, undone } from './history.ts';
import { keptOf } from './kept.ts';
import { isSame } from './same.ts';
import type { Doc } from './step.ts';
import {
  type Draft,
  type DocChange,
  DraftContext,
  type Outline,
  type ServerSeries,
} from './use-draft.ts';
import { useOutline } from './use-outline.ts';
import { useSavedAnswers } from './use-saved-answers.ts';
import { docOf, useSaving } from './use-saving.ts';

interface DraftProviderProps {
  /** As last read; the provider follows it. */
  readonly series: ServerSeries;
  readonly children: ReactNode;
}

/** Holds the draft of a series for all tabs of its page. Give it the series' id as `key`. */
export function DraftProvider({ series, children }: DraftProviderProps) {
  const mayMove = useMay('editor') && series.status !== 'archived';
  const [isUnlocked, setUnlocked] = useState(false);
  const isInFile = series.managed_by !== undefined;
  const mayEdit = mayMove && (!isInFile || isUnlocked);
  const edited = useEdited(series, mayEdit);
  const { history, change, undo, redo, adopt } = edited;
  const doc = history.present;
  const { outline, isOfNow } = useOutline(series.id, doc);
  const wrong = isOfNow ? (outline?.faults.filter(keepsFromSaving).length ?? 0) : 0;
  const found = { faultCount: wrong, isLookedAt: isOfNow };
  const saving = useSaving({ fresh: series, doc, mayEdit, ...found, adopt });
  const { findings, diff } = useSavedAnswers(series, saving.savedDoc);
  const { saveError } = saving;
  const faults = useMemo(() => {
    const told: ToldFault[] = faultsOfRefusal(saveError);
    for (const fault of outline?.faults ?? []) {
      const { step_id: stepId, path, message } = fault;
      told.push({ stepId, path, message, keeps: keepsFromSaving(fault) ? 'saving' : 'publishing' });
    }
    for (const { step_id = null, path, message, severity } of findings ?? []) {
      const keeps = severity === 'error' ? 'publishing' : 'nothing';
      told.push({ stepId: step_id, path, message, keeps });
    }
    return faultsByStep(told, doc);
  }, [saveError, outline, findings, doc]);

  const steps = outline?.steps;
  const outlined = useMemo(() => new Map(steps?.map((step) => [step.step_id, step])), [steps]);
  const changedSteps = useMemo(() => changedIn(diff), [diff]);
  const isPublishedDifferent = diff !== undefined && !diff.is_same;
  const { isDirty, isSaving, save, etag, review, look, conflict, takeTheirs, keepMine } = saving;

  const draft: Draft = {
    series,
    doc,
    name: doc.name,
    settings: doc.settings,
    steps: doc.steps,
    change,
    undo,
    redo,
    canUndo: mayEdit && history.past.length > 0,
    canRedo: mayEdit && history.future.length > 0,
    undoLabel: history.past.at(-1)?.label ?? null,
    redoLabel: history.future[0]?.label ?? null,
    isDirty,
    isSaving,
    saveError,
    save,
    savedDoc: saving.savedDoc,
    etag,
    review,
    look,
    conflict,
    takeTheirs,
    keepMine,
    faults,
    outline,
    outlineOf: (stepId) => outlined.get(stepId) ?? null,
    mayEdit,
    mayMove,
    fileLock: mayMove && isInFile ? (isUnlocked ? 'open' : 'closed') : null,
    unlock: () => setUnlocked(true),
    publishState:
      series.version === null ? 'unpublished' : isPublishedDifferent ? 'different' : 'same',
    isPublishedDifferent,
    changedSteps,
  };
  return <DraftContext value={draft}>{children}</DraftContext>;
}

/** Others keep a draft from being published only. */
const keepsFromSaving = ({ code }: Outline['faults'][number]): boolean =>
  code !== 'publish' && code !== 'email';

/** The draft and its history; what an earlier visit could not save is taken up again. */
function useEdited(series: ServerSeries, mayEdit: boolean) {
  const { side } = useSide();
  const [history, setHistory] = useState<History<Doc>>(() => {
    const server = docOf(series);
    const kept = mayEdit ? keptOf(side.id, series.id) : null;
    // Of what somebody else changed meanwhile nothing is overwritten.
    const goesOn = kept !== null && isSame(kept.base, server) && !isSame(kept.doc, server);
    const first = historyOf(server);
    return goesOn ? changed(first, kept.doc, { label: 'Restore unsaved changes' }) : first;
  });
  const latest = useRef(history);
  const set = useCallback((next: History<Doc>) => {
    latest.current = next;
    setHistory(next);
  }, []);
  const change = useCallback(
    (apply: DocChange, label: string, key?: string): boolean => {
      if (!mayEdit) return false;
      const next = apply(latest.current.present);
      if (next === null || next === latest.current.present) return false;
      set(changed(latest.current, next, { label, key: key ?? null }));
      return true;
    },
    [mayEdit, set],
  );
  const undo = useCallback(() => set(undone(latest.current)), [set]);
  const redo = useCallback(() => set(redone(latest.current)), [set]);
  const adopt = useCallback((doc: Doc) => set(historyOf(doc)), [set]);
  return { history, change, undo, redo, adopt };
}

interface Diff {
  readonly added: readonly { readonly step_id: string }[];
  readonly changed: readonly { readonly step_id: string }[];
  readonly moved: readonly { readonly step_id: string }[];
}

function changedIn(diff: Diff | undefined): ReadonlySet<string> {
  if (diff === undefined) return new Set();
  return new Set(
    [...diff.added, ...diff.changed, ...diff.moved].map(({ step_id: stepId }) => stepId),
  );
}
