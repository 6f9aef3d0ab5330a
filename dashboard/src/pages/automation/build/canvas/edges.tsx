import { type Edge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import clsx from 'clsx';
import Plus from 'lucide-react/icons/plus';
import { memo } from 'react';
import { useBuilderActions } from '../builder.ts';
import type { Line } from '../graph-layout.ts';
import { useIsDropTarget } from './drop-target.ts';

export interface PlaceEdgeData extends Record<string, unknown> {
  readonly line: Line;
  readonly label: string | null;
  /** What the `+` does, told to who does not see where it stands. */
  readonly plusLabel: string;
  readonly mayEdit: boolean;
}

export type PlaceEdgeType = Edge<PlaceEdgeData, 'place'>;

/** A way between two steps, with its branch and its `+`. */
const PlaceEdge = memo(function PlaceEdge({ data }: EdgeProps<PlaceEdgeType>) {
  const actions = useBuilderActions();
  const isDropTarget = useIsDropTarget(data?.line.key ?? '');
  if (data === undefined) return null;
  const { line, label, plusLabel, mayEdit } = data;
  return (
    <>
      <path
        d={line.path}
        fill="none"
        stroke={isDropTarget ? 'var(--accent)' : 'var(--edge)'}
        strokeWidth={isDropTarget ? 3 : 1.5}
      />
      <EdgeLabelRenderer>
        {label !== null && (
          <span
            style={{ transform: `translate(-50%, -50%) translate(${line.x}px, ${line.y - 27}px)` }}
            className="absolute rounded-ui border bg-paper px-1.5 text-xs leading-5 font-medium whitespace-nowrap"
          >
            {label}
          </span>
        )}
        {mayEdit && (
          <button
            type="button"
            tabIndex={-1}
            aria-label={plusLabel}
            style={{ transform: `translate(-50%, -50%) translate(${line.x}px, ${line.y}px)` }}
            onClick={({ clientX, clientY, currentTarget }) => {
              const box = currentTarget.getBoundingClientRect();
              // A press by a key has no place of its own.
              const isPointed = clientX !== 0 || clientY !== 0;
              const point = isPointed ? { x: clientX, y: clientY } : { x: box.left, y: box.bottom };
              actions.openAdd(line.place, point);
            }}
            className={clsx(
              'pointer-events-auto absolute grid place-items-center rounded-full border',
              isDropTarget
                ? 'size-8 border-accent bg-accent-solid text-on-accent'
                : 'size-6 border-edge bg-panel text-muted hover:border-accent hover:text-accent',
            )}
          >
            <Plus size={14} aria-hidden />
          </button>
        )}
      </EdgeLabelRenderer>
    </>
  );
});

export const EDGE_TYPES = { place: PlaceEdge };
