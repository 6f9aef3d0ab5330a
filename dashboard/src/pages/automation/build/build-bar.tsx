import Keyboard from 'lucide-react/icons/keyboard';
import Redo2 from 'lucide-react/icons/redo-2';
import Undo2 from 'lucide-react/icons/undo-2';
import { countedOf } from '../../../components/number.ts';
import { Button } from '../../../components/ui/button.tsx';
import { Segmented } from '../../../components/ui/segmented.tsx';
import { faultCount } from '../draft/faults.ts';
import { useDraft } from '../draft/use-draft.ts';
import { useBuilderActions, type BuilderState } from './builder.ts';
import { boxOf } from './graph-layout.ts';

export type View = 'canvas' | 'list';

interface BuildBarProps {
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly onShowKeys: () => void;
  readonly state: BuilderState;
  readonly onStopMoving: () => void;
}

/** Over the graph: undo, what is wrong, and how the graph is shown. */
export function BuildBar({ view, onView, onShowKeys, state, onStopMoving }: BuildBarProps) {
  const { undo, redo, canUndo, canRedo, undoLabel, redoLabel, mayEdit, series } = useDraft();
  return (
    <div className="flex flex-wrap items-center gap-2 border-b bg-panel px-3 py-1.5">
      {mayEdit ? (
        <>
          <Button
            look="bare"
            square
            disabled={!canUndo}
            title={undoLabel === null ? undefined : `Undo: ${undoLabel}`}
            aria-label={undoLabel === null ? 'Undo' : `Undo: ${undoLabel}`}
            onClick={undo}
          >
            <Undo2 size={16} aria-hidden />
          </Button>
          <Button
            look="bare"
            square
            disabled={!canRedo}
            title={redoLabel === null ? undefined : `Redo: ${redoLabel}`}
            aria-label={redoLabel === null ? 'Redo' : `Redo: ${redoLabel}`}
            onClick={redo}
          >
            <Redo2 size={16} aria-hidden />
          </Button>
        </>
      ) : (
        <p className="text-sm text-muted">
          {series.status === 'archived' ? 'Archived: read only' : 'You may look, not change'}
        </p>
      )}
      <FaultsButton />
      {state.chosen.size > 0 && <ChosenBar state={state} mayEdit={mayEdit} />}
      {state.moving !== null && (
        <span role="status" className="flex items-center gap-2 text-sm">
          Choose a + to move the step to
          <Button onClick={onStopMoving}>Leave it</Button>
        </span>
      )}
      <span className="ml-auto flex items-center gap-2">
        {view === 'canvas' && (
          <Button look="bare" square aria-label="Keys of the builder" onClick={onShowKeys}>
            <Keyboard size={16} aria-hidden />
          </Button>
        )}
        <Segmented<View>
          label="Shown as"
          value={view}
          segments={[
            { value: 'canvas', label: 'Canvas' },
            { value: 'list', label: 'List' },
          ]}
          onChange={onView}
        />
      </span>
    </div>
  );
}

/** What can be done with several steps that are chosen together. */
function ChosenBar({
  state,
  mayEdit,
}: {
  readonly state: BuilderState;
  readonly mayEdit: boolean;
}) {
  const actions = useBuilderActions();
  const [id = ''] = state.chosen;
  return (
    <div role="group" aria-label="Chosen steps" className="flex flex-wrap items-center gap-2">
      <span role="status" className="px-1 text-sm font-medium" data-tabular="">
        {countedOf(state.chosen.size, 'step', 'steps')} chosen
      </span>
      <Button onClick={() => actions.copy(id)}>Copy</Button>
      {mayEdit && (
        <>
          <Button onClick={() => actions.duplicate(id)}>Duplicate</Button>
          <Button className="text-fault!" onClick={() => actions.remove(id)}>
            Delete
          </Button>
        </>
      )}
      <Button look="bare" onClick={() => actions.select(state.selected)}>
        Only one
      </Button>
    </div>
  );
}

/** How much is wrong; leads to the steps where it is, one after the other. */
function FaultsButton() {
  const { faults, steps } = useDraft();
  const actions = useBuilderActions();
  const count = faultCount(faults, ['saving', 'publishing']);
  // That it has no steps yet, nobody must be told.
  if (count === 0 || steps.length === 0) return null;
  const wrong = steps.filter(({ id }) =>
    (faults.get(id) ?? []).some(({ keeps }) => keeps !== 'nothing'),
  );
  const next = (): void => {
    const at = wrong.findIndex(({ id }) =>
      document.activeElement?.matches(`[data-box="${boxOf(id)}"]`),
    );
    const step = wrong[(at + 1) % Math.max(1, wrong.length)];
    if (step !== undefined) actions.select(boxOf(step.id), { isInspecting: true });
  };
  return (
    <Button className="text-fault!" disabled={wrong.length === 0} onClick={next}>
      {countedOf(count, 'fault', 'faults')}
    </Button>
  );
}
