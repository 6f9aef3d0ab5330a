import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import clsx from 'clsx';
import Flag from 'lucide-react/icons/flag';
import { memo } from 'react';
import { isForSeveral, useBuilderActions } from '../builder.ts';
import type { Card } from '../cards.ts';
import { boxOf, START } from '../graph-layout.ts';
import { StepCounts, StepFace } from '../step-face.tsx';

interface Focusable {
  /** The one box that Tab stops at; arrow keys lead to the others. */
  readonly isCurrent: boolean;
  readonly isSelected: boolean;
}

export interface StepNodeData extends Focusable, Record<string, unknown> {
  readonly card: Card;
  readonly hasCounts: boolean;
  /** Taken up, to be set down elsewhere. */
  readonly isMoving: boolean;
}

export interface StartNodeData extends Focusable, Record<string, unknown> {
  /** How people enter, in the server's words. */
  readonly words: string;
}

export type StepNodeType = Node<StepNodeData, 'step'>;
export type StartNodeType = Node<StartNodeData, 'start'>;
export type EndNodeType = Node<Record<string, unknown>, 'end'>;
export type BuilderNode = StepNodeType | StartNodeType | EndNodeType;

/** Edges end at fixed points; nobody connects by hand. */
function Ends({ isFirst = false, isLast = false }) {
  return (
    <>
      {!isFirst && <Handle type="target" position={Position.Top} {...HIDDEN} />}
      {!isLast && <Handle type="source" position={Position.Bottom} {...HIDDEN} />}
    </>
  );
}

const HIDDEN = { isConnectable: false, className: 'invisible' } as const;

const StepNode = memo(function StepNode({ data }: NodeProps<StepNodeType>) {
  const { card, hasCounts, isCurrent, isSelected, isMoving } = data;
  const actions = useBuilderActions();
  const { id } = card.step;
  return (
    <div
      className={clsx(
        'flex size-full flex-col rounded-ui border bg-panel outline-accent',
        // The focus is that of the card, counts and all.
        'has-[[data-box]:focus-visible]:outline-2 has-[[data-box]:focus-visible]:outline-offset-2',
        isSelected ? 'border-accent ring-1 ring-accent' : 'border-edge',
        card.faultCount > 0 && !isSelected && 'border-fault',
        isMoving && 'border-dashed opacity-60',
      )}
    >
      <Ends isLast={card.step.type === 'end'} />
      <button
        type="button"
        data-box={boxOf(id)}
        tabIndex={isCurrent ? 0 : -1}
        aria-pressed={isSelected}
        onClick={(event) => {
          if (isForSeveral(event)) actions.toggle(id);
          else actions.select(boxOf(id), { isInspecting: true });
        }}
        className="min-h-0 flex-1 cursor-grab rounded-ui p-2.5 text-left outline-none!"
      >
        <StepFace card={card} />
      </button>
      {hasCounts && <StepCounts counts={card.counts} onOpen={() => actions.showPeople(id)} />}
    </div>
  );
});

const StartNode = memo(function StartNode({ data }: NodeProps<StartNodeType>) {
  const { words, isCurrent, isSelected } = data;
  const actions = useBuilderActions();
  return (
    <>
      <Ends isFirst />
      <button
        type="button"
        data-box={START}
        tabIndex={isCurrent ? 0 : -1}
        aria-label={`Start: ${words}`}
        aria-pressed={isSelected}
        onClick={() => actions.select(START, { isInspecting: true })}
        className={clsx(
          'flex size-full items-center gap-2 rounded-ui border bg-sunken px-2.5 text-left text-sm',
          isSelected ? 'border-accent ring-1 ring-accent' : 'border-line',
        )}
      >
        <Flag size={14} aria-hidden className="shrink-0" />
        <span className="truncate" title={words}>
          <strong className="font-semibold">Start</strong> · {words}
        </span>
      </button>
    </>
  );
});

const EndNode = memo(function EndNode() {
  return (
    <div className="grid size-full place-items-center rounded-ui border border-dashed border-edge text-xs text-muted">
      <Ends isLast />
      End
    </div>
  );
});

export const NODE_TYPES = { step: StepNode, start: StartNode, end: EndNode };
