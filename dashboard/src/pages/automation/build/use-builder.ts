import { useState } from 'react';
import { useSay } from '../../../components/ui/toast.tsx';
import * as edit from '../draft/edit.ts';
import { placesOf } from '../draft/graph.ts';
import { newStep, newStepId } from '../draft/new-step.ts';
import { ENTRY, type Doc, type Place, waysOf } from '../draft/step.ts';
import { useLatest } from '../draft/use-latest.ts';
import { type Draft, useDraft } from '../draft/use-draft.ts';
import type { BuilderActions, BuilderState } from './builder.ts';
import { copiedSteps, keepCopied } from './clipboard.ts';
import { boxOf, START } from './graph-layout.ts';
import { typeWordsOf } from './step-types.ts';

const CLOSED: BuilderState = {
  selected: null,
  isInspecting: false,
  adding: null,
  removing: null,
  peopleAt: null,
  moving: null,
  copied: null,
};

interface Live {
  readonly draft: Draft;
  readonly state: BuilderState;
  readonly set: (change: Partial<BuilderState>) => void;
  readonly say: ReturnType<typeof useSay>;
}

/** The state of the builder, and actions that stay the same from render to render. */
export function useBuilder() {
  const draft = useDraft();
  const say = useSay();
  const [state, setState] = useState<BuilderState>(() => ({ ...CLOSED, copied: copiedSteps() }));
  const set = (change: Partial<BuilderState>): void =>
    setState((before) => ({ ...before, ...change }));
  const live = useLatest<Live>({ draft, state, set, say });
  const [actions] = useState(() => actionsOn(() => live.current));
  return { state, set, actions };
}

const NOWHERE = 'Steps would never be reached, or lead back to an earlier one.';

type GetLive = () => Live;

/** Applies an edit of the steps, or says why not. */
function apply(
  { draft, say }: Live,
  make: (steps: Doc['steps']) => edit.Edited,
  label: string,
): boolean {
  if (!draft.mayEdit) return false;
  const next = make(draft.steps);
  if (next === null) say({ title: 'That does not go there', text: NOWHERE });
  return next !== null && draft.change((doc) => ({ ...doc, steps: next }), label);
}

function move(live: Live, id: string, place: Place): void {
  if (place.from === id) return;
  const type = live.draft.steps.find((step) => step.id === id)?.type ?? '';
  apply(live, (steps) => edit.moveStep(steps, id, place), `Move ${typeWordsOf(type).name}`);
  live.set({ moving: null, selected: boxOf(id) });
}

const actionsOn = (live: GetLive): BuilderActions => ({
  select: (selected, { isInspecting = false } = {}) => live().set({ selected, isInspecting }),
  openAdd: (place, point) => {
    if (live().draft.mayEdit) live().set({ adding: { place, point }, copied: copiedSteps() });
  },
  insert: (place, type) => {
    const step = newStep(type);
    const label = `Add ${typeWordsOf(type).name}`;
    if (apply(live(), (steps) => edit.insertAt(steps, place, step), label)) {
      live().set({ selected: boxOf(step.id) });
    }
  },
  remove: (id) => removeOrAsk(live(), id),
  move: (id, place) => move(live(), id, place),
  shift: (id, by) => {
    const place = shiftedPlace(live().draft.steps, id, by);
    if (place !== null) move(live(), id, place);
  },
  showPeople: (peopleAt) => live().set({ peopleAt }),
  ...copyingOn(live),
});

const copyingOn = (live: GetLive): Pick<BuilderActions, 'copy' | 'cut' | 'paste'> => ({
  copy: (id) => {
    const { draft, say, set } = live();
    const copied = edit.copyOf(draft.steps, id);
    if (copied === null) {
      say({ title: 'Not copied', text: 'Other steps lead into its branches.' });
      return;
    }
    keepCopied(copied);
    set({ copied, moving: null });
    say({ title: copied.length === 1 ? 'Copied' : `Copied ${copied.length} steps` });
  },
  cut: (id) => {
    if (live().draft.mayEdit) live().set({ moving: id, selected: boxOf(id) });
  },
  paste: (place) => {
    const { moving, copied } = live().state;
    if (moving !== null) {
      move(live(), moving, place);
      return;
    }
    if (copied === null) return;
    const ids: string[] = [];
    const idFor = (type: string): string => {
      const id = newStepId(type);
      ids.push(id);
      return id;
    };
    const isDone = apply(live(), (steps) => edit.pasteAt(steps, place, copied, idFor), 'Paste');
    const [first] = ids;
    if (isDone && first !== undefined) live().set({ selected: boxOf(first) });
  },
});

/** Removes a step at once, unless one has to say which of its branches stays. */
function removeOrAsk({ draft, set }: Live, id: string): void {
  if (!draft.mayEdit) return;
  const step = draft.steps.find((one) => one.id === id);
  if (step === undefined) return;
  if (waysOf(step).some(({ path }) => edit.lostWith(draft.steps, id, path).length > 0)) {
    set({ removing: id });
    return;
  }
  set({ selected: afterRemoval(draft, id) });
  const label = `Delete ${typeWordsOf(step.type).name}`;
  draft.change((doc) => {
    const steps = edit.removeStep(doc.steps, id);
    return steps === null ? null : { ...doc, steps };
  }, label);
}

/** What is selected once a step is gone: what followed it, or what led to it. */
export function afterRemoval({ steps }: Draft, id: string): string {
  const step = steps.find((one) => one.id === id);
  const next = step === undefined ? null : waysOf(step).find(({ to }) => to !== null)?.to;
  if (typeof next === 'string') return boxOf(next);
  const before = placesOf(steps).find(({ to }) => to === id)?.from ?? null;
  return before === null ? START : boxOf(before);
}

/** The place a step comes to when it is moved over its neighbour; null where there is none. */
function shiftedPlace(steps: Doc['steps'], id: string, by: -1 | 1): Place | null {
  const places = placesOf(steps);
  if (by === -1) {
    const before = places.find(({ to }) => to === id)?.from ?? null;
    if (before === null) return null;
    return places.find(({ to }) => to === before) ?? ENTRY;
  }
  const step = steps.find((one) => one.id === id);
  const next = step === undefined ? null : edit.exitOf(steps, id);
  const after = steps.find((one) => one.id === next);
  const way = after === undefined ? undefined : waysOf(after)[0];
  return after === undefined || way === undefined ? null : { from: after.id, path: way.path };
}
