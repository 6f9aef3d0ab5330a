import CornerDownRight from 'lucide-react/icons/corner-down-right';
import EllipsisVertical from 'lucide-react/icons/ellipsis-vertical';
import Merge from 'lucide-react/icons/merge';
import Plus from 'lucide-react/icons/plus';
import { useMemo } from 'react';
import { Button } from '../../../components/ui/button.tsx';
import { Menu, MenuItem, MenuLine } from '../../../components/ui/menu.tsx';
import { useDraft } from '../draft/use-draft.ts';
import { type BuilderState, isForSeveral, useBuilderActions } from './builder.ts';
import type { Card } from './cards.ts';
import { boxOf } from './graph-layout.ts';
import { StepCounts, StepFace } from './step-face.tsx';
import { linesOf, type ListLine } from './step-list.ts';
import { branchLabelOf } from './step-types.ts';

interface ListViewProps {
  readonly cards: readonly Card[];
  readonly state: BuilderState;
}

/** The same graph as a list: where the page is narrow, and for whoever would rather read it. */
export function ListView({ cards, state }: ListViewProps) {
  const { steps, outline, mayEdit, series } = useDraft();
  const lines = useMemo(() => linesOf(steps), [steps]);
  const byId = useMemo(() => new Map(cards.map((card) => [card.step.id, card])), [cards]);
  return (
    <div className="mx-auto grid max-w-2xl grid-cols-[minmax(0,1fr)] content-start p-4">
      <p className="rounded-ui border bg-sunken px-3 py-2 text-sm">
        <strong className="font-semibold">Start</strong>
        {outline !== null && ` · ${outline.words.entry}`}
      </p>
      <ol aria-label="Steps" className="grid grid-cols-[minmax(0,1fr)]">
        {lines.map((line) => (
          <li
            key={line.key}
            style={{ paddingLeft: `${Math.min(line.depth, DEPTH_MAX) * 0.875}rem` }}
          >
            <div className={line.depth > 0 ? 'border-l-2 border-line pl-2.5' : undefined}>
              <Line
                line={line}
                byId={byId}
                state={state}
                mayEdit={mayEdit}
                hasCounts={series.version !== null}
              />
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Deeper branches are indented no further: a phone is narrow. */
const DEPTH_MAX = 5;

interface LineProps {
  readonly line: ListLine;
  readonly byId: ReadonlyMap<string, Card>;
  readonly state: BuilderState;
  readonly mayEdit: boolean;
  readonly hasCounts: boolean;
}

function Line({ line, byId, state, mayEdit, hasCounts }: LineProps) {
  const actions = useBuilderActions();
  switch (line.kind) {
    case 'place':
      return mayEdit ? <AddHere line={line} byId={byId} state={state} /> : <div className="h-3" />;
    case 'branch':
      return <h2 className="pt-2 text-sm font-semibold">{branchLabelOf(line.from, line.path)}</h2>;
    case 'goes_on': {
      const card = byId.get(line.to);
      return (
        <Button look="bare" className="px-2" onClick={() => actions.select(boxOf(line.to))}>
          <CornerDownRight size={15} aria-hidden />
          Goes on with step {card?.number}
        </Button>
      );
    }
    case 'joins':
      return (
        <p className="flex items-center gap-1.5 py-2 text-sm text-muted">
          <Merge size={14} aria-hidden className="rotate-180" />
          All branches go on
        </p>
      );
    case 'ends':
      return <p className="text-sm text-muted">End</p>;
    case 'step': {
      const card = byId.get(line.step.id);
      return card === undefined ? null : (
        <StepLine card={card} state={state} mayEdit={mayEdit} hasCounts={hasCounts} />
      );
    }
  }
}

interface AddHereProps extends Pick<LineProps, 'byId' | 'state'> {
  readonly line: Extract<ListLine, { kind: 'place' }>;
}

function AddHere({ line, byId, state }: AddHereProps) {
  const actions = useBuilderActions();
  const { place } = line;
  const from = byId.get(place.from ?? '');
  const branch = from === undefined ? null : branchLabelOf(from.step, place.path);
  const where = from === undefined ? 'at the start' : `after step ${from.number}`;
  const label = `Add a step ${where}${branch === null ? '' : `, ${branch}`}`;
  return (
    <Button
      look="bare"
      className="my-0.5 h-8! px-2! text-sm text-muted"
      aria-label={state.moving === null ? label : `Move here: ${label}`}
      onClick={({ currentTarget }) => {
        if (state.moving !== null) {
          actions.paste(place);
          return;
        }
        const { left, bottom } = currentTarget.getBoundingClientRect();
        actions.openAdd(place, { x: left, y: bottom });
      }}
    >
      <Plus size={15} aria-hidden />
      {state.moving === null ? 'Add' : 'Move here'}
    </Button>
  );
}

interface StepLineProps {
  readonly card: Card;
  readonly state: BuilderState;
  readonly mayEdit: boolean;
  readonly hasCounts: boolean;
}

function StepLine({ card, state, mayEdit, hasCounts }: StepLineProps) {
  const actions = useBuilderActions();
  const { id } = card.step;
  const isSelected = state.chosen.size > 0 ? state.chosen.has(id) : state.selected === boxOf(id);
  const edge = isSelected ? 'border-accent' : card.faultCount > 0 ? 'border-fault' : 'border-edge';
  return (
    <div className={`rounded-ui border bg-panel ${edge}`}>
      <div className="flex items-stretch">
        <button
          type="button"
          data-box={boxOf(id)}
          aria-pressed={isSelected}
          onClick={(event) => {
            if (isForSeveral(event)) actions.toggle(id);
            else actions.select(boxOf(id), { isInspecting: true });
          }}
          className="min-w-0 flex-1 rounded-ui p-2.5 text-left"
        >
          <StepFace card={card} />
        </button>
        {mayEdit && (
          <Menu
            trigger={
              <Button
                look="bare"
                className="h-auto! px-2.5!"
                aria-label={`Step ${card.number}: more`}
              >
                <EllipsisVertical size={16} aria-hidden />
              </Button>
            }
          >
            <MenuItem onSelect={() => actions.shift(id, -1)}>Move up</MenuItem>
            <MenuItem onSelect={() => actions.shift(id, 1)}>Move down</MenuItem>
            <MenuItem onSelect={() => actions.cut(id)}>Move elsewhere</MenuItem>
            <MenuItem onSelect={() => actions.copy(id)}>Copy</MenuItem>
            <MenuItem onSelect={() => actions.duplicate(id)}>Duplicate</MenuItem>
            <MenuItem onSelect={() => actions.toggle(id)}>
              {state.chosen.has(id) ? 'Leave out' : 'Choose with others'}
            </MenuItem>
            <MenuLine />
            <MenuItem isFault onSelect={() => actions.remove(id)}>
              Delete
            </MenuItem>
          </Menu>
        )}
      </div>
      {hasCounts && (
        <StepCounts isTabStop counts={card.counts} onOpen={() => actions.showPeople(id)} />
      )}
    </div>
  );
}
