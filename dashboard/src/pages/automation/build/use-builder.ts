import { useMemo, useState } from 'react';
import { countedOf } from '../../../components/number.ts';
import { useSay } from '../../../components/ui/toast.tsx';
import * as edit from '../draft/edit.ts';
import { copyOfSteps, duplicateSteps, type Ids, removeSteps } from '../draft/edit-several.ts';
import { placesOf } from '../draft/graph.ts';
import { newStep, newStepId } from '../draft/new-step.ts';
import { ENTRY, type Doc, type Place, waysOf } from '../draft/step.ts';
import { useLatest } from '../draft/use-latest.ts';
import { type Draft, useDraft } from '../draft/use-draft.ts';
import type { BuilderActions, BuilderState } from './builder.ts';
import { copiedSteps, keepCopied } from './clipboard.ts';
import { boxOf, START } from './graph-layout.ts';
import { typeWordsOf } from './step-types.ts';
import { stepIdOf } from './walk.ts';

const NONE: Ids = new Set();

const CLOSED: BuilderState = {
  selected: null,
  chosen: NONE,
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
  const [kept, setState] = useState<BuilderState>(() => ({ ...CLOSED, copied: copiedSteps() }));
  // Undone meanwhile: who is gone is not chosen.
  const state = useMemo(() => {
    const there = draft.steps.flatMap(({ id }) => (kept.chosen.has(id) ? [id] : []));
    const isSame = there.length === kept.chosen.size;
    return isSame ? kept : { ...kept, chosen: there.length > 1 ? new Set(there) : NONE };
  }, [kept, draft.steps]);
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
  live.set({ moving: null, selected: boxOf(id), chosen: NONE });
}

const actionsOn = (live: GetLive): BuilderActions => ({
  select: (selected, { isInspecting = false } = {}) =>
    live().set({ selected, isInspecting, chosen: NONE }),
  ...choosingOn(live),
  openAdd: (place, point) => {
    if (live().draft.mayEdit) live().set({ adding: { place, point }, copied: copiedSteps() });
  },
  insert: (place, type) => {
    const step = newStep(type);
    const label = `Add ${typeWordsOf(type).name}`;
    if (apply(live(), (steps) => edit.insertAt(steps, place, step), label)) {
      live().set({ selected: boxOf(step.id), chosen: NONE });
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

const choosingOn = (live: GetLive): Pick<BuilderActions, 'toggle' | 'choose' | 'extend'> => {
  /** Those that are chosen together; else the one that is selected. */
  const before = (): string[] => {
    const { chosen, selected } = live().state;
    const id = stepIdOf(selected);
    return chosen.size > 0 ? [...chosen] : id === null ? [] : [id];
  };
  const choose = (ids: readonly string[], current: string | undefined = ids.at(-1)): void =>
    live().set({
      chosen: ids.length > 1 ? new Set(ids) : NONE,
      selected: current === undefined ? null : boxOf(current),
      isInspecting: false,
    });
  return {
    toggle: (id) => {
      const ids = before();
      if (ids.includes(id)) choose(ids.filter((one) => one !== id));
      else choose([...ids, id]);
    },
    choose: (ids) => choose([...ids]),
    extend: (box) => {
      const id = stepIdOf(box);
      if (id === null) live().set({ selected: box, chosen: NONE });
      else choose([...new Set([...before(), id])], id);
    },
  };
};

/** What something is done to: all that are chosen together, where the step is among them. */
const meantBy = ({ state }: Live, id: string): Ids =>
  state.chosen.has(id) ? state.chosen : new Set([id]);

const notTaken = (ids: Ids): string =>
  ids.size === 1
    ? 'Other steps lead into its branches.'
    : 'They are on different branches. Choose the step that branches, too.';

type Copying = Pick<BuilderActions, 'copy' | 'duplicate' | 'cut' | 'paste'>;

const copyingOn = (live: GetLive): Copying => ({
  copy: (id) => {
    const { draft, say, set } = live();
    const ids = meantBy(live(), id);
    const copied = copyOfSteps(draft.steps, ids);
    if (copied === null) {
      say({ title: 'Not copied', text: notTaken(ids) });
      return;
    }
    keepCopied(copied);
    set({ copied, moving: null });
    say({ title: copied.length === 1 ? 'Copied' : `Copied ${copied.length} steps` });
  },
  duplicate: (id) => {
    const { draft, say } = live();
    const ids = meantBy(live(), id);
    if (copyOfSteps(draft.steps, ids) === null) {
      say({ title: 'Not duplicated', text: notTaken(ids) });
      return;
    }
    const made: string[] = [];
    const idFor = idsInto(made);
    const label = ids.size === 1 ? 'Duplicate step' : `Duplicate ${ids.size} steps`;
    if (apply(live(), (steps) => duplicateSteps(steps, ids, idFor), label)) {
      live().set({
        selected: boxOf(made[0] ?? id),
        chosen: made.length > 1 ? new Set(made) : NONE,
      });
    }
  },
  cut: (id) => {
    if (live().draft.mayEdit) live().set({ moving: id, selected: boxOf(id), chosen: NONE });
  },
  paste: (place) => {
    const { moving, copied } = live().state;
    if (moving !== null) {
      move(live(), moving, place);
      return;
    }
    if (copied === null) return;
    const ids: string[] = [];
    const idFor = idsInto(ids);
    const isDone = apply(live(), (steps) => edit.pasteAt(steps, place, copied, idFor), 'Paste');
    const [first] = ids;
    if (isDone && first !== undefined) live().set({ selected: boxOf(first), chosen: NONE });
  },
});

/** Makes ids, and keeps them in `made`. */
const idsInto =
  (made: string[]): edit.NewId =>
  (type) => {
    const id = newStepId(type);
    made.push(id);
    return id;
  };

/** Removes a step at once, unless one has to say which of its branches stays. */
function removeOrAsk(live: Live, id: string): void {
  const { draft, set, state } = live;
  if (!draft.mayEdit) return;
  if (state.chosen.has(id)) {
    if ((removeSteps(draft.steps, state.chosen)?.lost.length ?? 0) > 0) set({ removing: id });
    else removeChosen(live);
    return;
  }
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

/** Removes all that are chosen together, and what goes with them; undone as one. */
export function removeChosen({ draft, set, state }: Pick<Live, 'draft' | 'set' | 'state'>): void {
  const { chosen } = state;
  const left = removeSteps(draft.steps, chosen)?.steps;
  if (left === undefined) return;
  const there = new Set(left.map(({ id }) => id));
  const at = draft.steps.findIndex(({ id }) => chosen.has(id));
  const after = draft.steps.slice(at).find(({ id }) => there.has(id)) ?? draft.steps[at - 1];
  set({ removing: null, chosen: NONE, selected: after === undefined ? START : boxOf(after.id) });
  const label = `Delete ${countedOf(chosen.size, 'step', 'steps')}`;
  draft.change((doc) => ({ ...doc, steps: left }), label);
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
