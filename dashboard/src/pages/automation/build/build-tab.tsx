import { type KeyboardEvent, lazy, Suspense, useEffect, useState } from 'react';
import { useSearchText } from '../../../app/use-search.ts';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { Drawer } from '../../../components/ui/drawer.tsx';
import { useDraft } from '../draft/use-draft.ts';
import { AddMenu } from './add-menu.tsx';
import { BuildBar, type View } from './build-bar.tsx';
import { BuilderActionsContext } from './builder.ts';
import { useCards } from './cards.ts';
import { focusBox } from './focus-box.ts';
import { START } from './graph-layout.ts';
import { Inspector } from './inspector/inspector.tsx';
import { StartPart } from './inspector/start-part.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import { ListView } from './list-view.tsx';
import { Palette } from './palette.tsx';
import { PeopleDrawer } from './people-drawer.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { RemoveSeveralDialog } from './remove-several-dialog.tsx';
import { useBuilder } from './use-builder.ts';
import { useIsWide } from './use-is-wide.ts';
import { stepIdOf } from './walk.ts';

const Canvas = lazy(() =>
  import('./canvas/canvas.tsx').then((module) => ({ default: module.Canvas })),
);

/** Under this width a canvas is no pleasure. */
const CANVAS_FROM = '(min-width: 40rem)';
const ASIDE_FROM = '(min-width: 72rem)';

/** The builder: palette, graph, inspector. */
export function BuildTab() {
  const { steps, mayEdit, undo, redo } = useDraft();
  const { state, set, actions } = useBuilder();
  const cards = useCards();
  const [showsKeys, setShowsKeys] = useState(false);
  const [asked, setAsked] = useSearchText('view');
  const hasRoom = useIsWide(CANVAS_FROM);
  const isAside = useIsWide(ASIDE_FROM);
  const view: View = asked === 'list' || asked === 'canvas' ? asked : hasRoom ? 'canvas' : 'list';
  useUndoKeys(undo, redo);

  const selectedId = stepIdOf(state.selected);
  const step = steps.find(({ id }) => id === selectedId);
  useEffect(() => {
    // Undone: the focus would be lost with it.
    if (selectedId !== null && step === undefined) actions.select(START);
  }, [selectedId, step, actions]);
  const removing = steps.find(({ id }) => id === state.removing);
  const people = cards.find((card) => card.step.id === state.peopleAt);
  const panel =
    state.chosen.size > 0 ? null : step !== undefined ? (
      <Inspector key={step.id} step={step} />
    ) : state.selected === START ? (
      <StartPart />
    ) : null;
  const backToGraph = (): void => {
    set({ isInspecting: false });
    if (state.selected !== null) focusBox(state.selected);
  };

  const leaveOnEscape = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !event.defaultPrevented) backToGraph();
  };

  return (
    <BuilderActionsContext value={actions}>
      <div className="flex min-h-0 flex-1 flex-col">
        <BuildBar
          view={view}
          onView={setAsked}
          onShowKeys={() => setShowsKeys(true)}
          state={state}
          onStopMoving={() => set({ moving: null })}
        />
        <div className="flex min-h-0 flex-1">
          {mayEdit && isAside && view === 'canvas' && (
            <div className="w-56 shrink-0 overflow-y-auto border-r bg-panel">
              <Palette state={state} />
            </div>
          )}
          <div
            className={
              view === 'canvas'
                ? 'h-[calc(100dvh-13rem)] min-w-0 flex-1 wide:h-auto'
                : 'min-w-0 flex-1 overflow-y-auto'
            }
          >
            {view === 'list' ? (
              <ListView cards={cards} state={state} />
            ) : (
              <Suspense fallback={<Skeleton className="size-full" />}>
                <Canvas cards={cards} state={state} onShowKeys={() => setShowsKeys(true)} />
              </Suspense>
            )}
          </div>
          {isAside && (
            <aside
              aria-label="Selected step"
              className="w-88 shrink-0 overflow-y-auto border-l bg-panel"
              {...{ onKeyDown: leaveOnEscape }}
            >
              {panel ?? <NothingSelected chosen={state.chosen.size} />}
            </aside>
          )}
        </div>
      </div>
      {!isAside && panel !== null && (
        <Drawer
          title={step === undefined ? 'Start' : `Step ${steps.indexOf(step) + 1}`}
          side="right"
          open={state.isInspecting}
          onOpenChange={(isOpen) => !isOpen && backToGraph()}
          className="w-[min(26rem,100vw)]!"
        >
          {panel}
        </Drawer>
      )}
      <AddMenu state={state} onClose={() => set({ adding: null })} />
      {removing !== undefined &&
        (state.chosen.has(removing.id) ? (
          <RemoveSeveralDialog state={state} set={set} />
        ) : (
          <RemoveDialog step={removing} onClose={() => set({ removing: null })} />
        ))}
      {people !== undefined && (
        <PeopleDrawer card={people} onClose={() => set({ peopleAt: null })} />
      )}
      <KeysDialog open={showsKeys} onOpenChange={setShowsKeys} />
    </BuilderActionsContext>
  );
}

function NothingSelected({ chosen }: { readonly chosen: number }) {
  const { steps, mayEdit } = useDraft();
  if (chosen > 0) {
    return (
      <div className="grid gap-2 p-4 text-muted">
        <p>{chosen} steps are chosen. What can be done with them stands over the canvas.</p>
        <p className="text-sm">Shift and a press takes one more, or leaves one out.</p>
      </div>
    );
  }
  return (
    <div className="grid gap-2 p-4 text-muted">
      <p>
        {steps.length === 0 && mayEdit
          ? 'Nothing here yet. Press the + under Start, or drag a step in from the left.'
          : 'Select a step to see all about it.'}
      </p>
      <p className="text-sm">Press ? on the canvas for all keys.</p>
    </div>
  );
}

/** Ctrl+Z and Ctrl+Shift+Z, but in a field that has an undo of its own. */
function useUndoKeys(undo: () => void, redo: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent): void => {
      const { key, ctrlKey, metaKey, shiftKey, target } = event;
      const isText = target instanceof HTMLElement && target.closest(TEXTS) !== null;
      if (!(ctrlKey || metaKey) || isText) return;
      const letter = key.toLowerCase();
      if (letter === 'z') (shiftKey ? redo : undo)();
      else if (letter === 'y') redo();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [undo, redo]);
}

const TEXTS = 'input:not([type=checkbox]):not([type=radio]), textarea, [contenteditable=true]';
