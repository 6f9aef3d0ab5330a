import { useReactFlow } from '@xyflow/react';
import { type MouseEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { useBuilderActions } from '../builder.ts';
import type { Box, Layout } from '../graph-layout.ts';
import { stepIdOf } from '../walk.ts';

interface Corner {
  readonly x: number;
  readonly y: number;
}

/** So far the mouse moves before a press is a rectangle, in pixels. */
const THRESHOLD = 4;

/**
 * Shift and drag over the canvas chooses the steps that the rectangle touches. Without Shift the
 * canvas is moved, as ever.
 *
 * @returns the rectangle within the frame while it is drawn, and what begins it
 */
export function useMarquee(frame: RefObject<HTMLElement | null>, { boxes }: Layout) {
  const actions = useBuilderActions();
  const { screenToFlowPosition } = useReactFlow();
  const [rectangle, setRectangle] = useState<Box | null>(null);
  const end = useRef<(() => void) | null>(null);
  useEffect(() => () => end.current?.(), []);

  const begin = (from: Corner): void => {
    const origin = frame.current?.getBoundingClientRect();
    if (origin === undefined) return;
    let drawn: Box | null = null;
    const onMove = ({ clientX, clientY }: globalThis.MouseEvent): void => {
      const box = between(from, { x: clientX, y: clientY });
      if (drawn === null && box.width + box.height < THRESHOLD) return;
      drawn = box;
      setRectangle({ ...box, x: box.x - origin.x, y: box.y - origin.y });
    };
    const onUp = (): void => {
      end.current?.();
      if (drawn === null) return;
      const { x, y, width, height } = drawn;
      const area = between(
        screenToFlowPosition({ x, y }),
        screenToFlowPosition({ x: x + width, y: y + height }),
      );
      const touched = [...boxes].flatMap(([id, box]) => (touch(box, area) ? [stepIdOf(id)] : []));
      actions.choose(touched.filter((id) => id !== null));
    };
    end.current = () => {
      window.removeEventListener('mousemove', onMove);
      window.removeEventListener('mouseup', onUp);
      setRectangle(null);
      end.current = null;
    };
    window.addEventListener('mousemove', onMove);
    window.addEventListener('mouseup', onUp);
  };

  const onMouseDownCapture = (event: MouseEvent): void => {
    const { target, clientX: x, clientY: y, shiftKey, button } = event;
    if (!shiftKey || button !== 0 || !(target instanceof Element)) return;
    if (target.closest('.react-flow__pane') === null || target.closest(PARTS) !== null) return;
    // The canvas would begin to move.
    event.stopPropagation();
    event.preventDefault();
    begin({ x, y });
  };
  return { rectangle, onMouseDownCapture };
}

/** What lies on the canvas and is pressed itself. */
const PARTS = '.react-flow__node, button';

const between = (one: Corner, other: Corner): Box => ({
  x: Math.min(one.x, other.x),
  y: Math.min(one.y, other.y),
  width: Math.abs(one.x - other.x),
  height: Math.abs(one.y - other.y),
});

const touch = (one: Box, other: Box): boolean =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height;
