import { MiniMap, useReactFlow } from '@xyflow/react';
import type { BuilderNode } from './nodes.tsx';

/** From so many steps on, one loses sight of where one is. */
export const OVERVIEW_FROM = 16;

/** The whole series, small, with what is on screen: pressed or dragged, the canvas goes there. */
export function Overview() {
  const { getViewport, setCenter } = useReactFlow();
  return (
    <MiniMap<BuilderNode>
      ariaLabel="Overview of the series"
      position="bottom-right"
      pannable
      style={SIZE}
      className="hidden overflow-hidden rounded-ui border border-edge wide:block"
      bgColor="var(--panel)"
      maskColor="color-mix(in oklab, var(--sunken) 75%, transparent)"
      maskStrokeColor="var(--accent)"
      maskStrokeWidth={6}
      nodeBorderRadius={12}
      nodeColor={colourOf}
      onClick={(_, { x, y }) => void setCenter(x, y, { zoom: getViewport().zoom })}
    />
  );
}

/** Series are high. */
const SIZE = { width: 132, height: 208, margin: 8 } as const;

function colourOf({ type, data }: BuilderNode): string {
  if (type === 'step' && data.isSelected) return 'var(--accent)';
  if (type === 'step' && data.card.faultCount > 0) return 'var(--fault)';
  return 'var(--edge)';
}
