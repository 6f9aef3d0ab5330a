import { placesOf } from '../draft/graph.ts';
import { useDraft } from '../draft/use-draft.ts';
import { useBuilderActions, type BuilderState } from './builder.ts';
import { STEP_TYPES } from './step-types.ts';
import { placeAfter } from './walk.ts';

/** What a step type carries while it is dragged. */
export const DRAGGED_TYPE = 'application/x-milepost-step';

/** Every type of step: drag one onto a +, or press it to add it after the selected step. */
export function Palette({ state }: { readonly state: BuilderState }) {
  const { steps } = useDraft();
  const actions = useBuilderActions();
  const add = (type: string): void => {
    const open = placesOf(steps).findLast(({ to }) => to === null);
    const place = state.selected === null ? open : placeAfter(steps, state.selected);
    if (place !== null && place !== undefined) actions.insert(place, type);
  };
  return (
    <section aria-label="Steps to add" className="grid content-start gap-1 p-2">
      <h2 className="px-1 text-sm font-semibold">Steps</h2>
      <p className="px-1 text-xs text-muted">
        Drag onto a +, or press to add after {state.selected === null ? 'the last' : 'the selected'}{' '}
        step.
      </p>
      <ul className="mt-1 grid gap-0.5">
        {STEP_TYPES.map(({ type, name, hint, Icon }) => (
          <li key={type}>
            <button
              type="button"
              draggable
              onDragStart={({ dataTransfer }) => {
                dataTransfer.setData(DRAGGED_TYPE, type);
                dataTransfer.effectAllowed = 'copy';
              }}
              onClick={() => add(type)}
              className="flex w-full cursor-grab items-start gap-2 rounded-ui p-1.5 text-left hover:bg-sunken"
            >
              <Icon size={16} aria-hidden className="mt-0.5 shrink-0 text-muted" />
              <span className="min-w-0">
                <span className="block font-medium">{name}</span>
                <span className="block text-xs text-muted">{hint}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
