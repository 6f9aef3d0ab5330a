import { useReactFlow } from '@xyflow/react';
import type { KeyboardEvent } from 'react';
import type { Place } from '../../draft/step.ts';
import { useDraft } from '../../draft/use-draft.ts';
import { type Point, useBuilderActions } from '../builder.ts';
import { forgetFocus } from '../focus-box.ts';
import type { Layout } from '../graph-layout.ts';
import { type Direction, placeAfter, stepIdOf, walked } from '../walk.ts';

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'first',
  End: 'last',
};

interface KeysInput {
  readonly layout: Layout;
  readonly onShowKeys: () => void;
}

/** Everything the canvas does, by keys: while the focus is on a box of it. */
export function useCanvasKeys({ layout, onShowKeys }: KeysInput) {
  const { steps, mayEdit } = useDraft();
  const actions = useBuilderActions();
  const zoom = useZoomKeys();
  const addAt = (event: KeyboardEvent, place: Place | null): void => {
    if (place !== null) actions.openAdd(place, underneath(event));
  };

  /** @returns whether the key means something here */
  const act = (event: KeyboardEvent, box: string): boolean => {
    const { key, ctrlKey, metaKey, altKey } = event;
    const id = stepIdOf(box);
    const direction = ARROWS[key];
    if (direction !== undefined && !ctrlKey && !metaKey) {
      if (altKey && id !== null && mayEdit && (direction === 'up' || direction === 'down')) {
        actions.shift(id, direction === 'up' ? -1 : 1);
        return true;
      }
      const next = walked(steps, layout, box, direction);
      if (next !== null) (event.shiftKey ? actions.extend : actions.select)(next);
      return true;
    }
    if (key === 'Enter' && !ctrlKey && !metaKey) {
      actions.select(box, { isInspecting: true });
      focusInspector();
      return true;
    }
    if (key === 'Escape') {
      actions.select(null);
      return true;
    }
    if (ctrlKey || metaKey) return copyOrPaste(key.toLowerCase(), id, box);
    return addOrRemove(event, id, box);
  };

  const copyOrPaste = (key: string, id: string | null, box: string): boolean => {
    if (key === 'a') actions.choose(steps.map((step) => step.id));
    else if (key === 'd' && id !== null) actions.duplicate(id);
    else if (key === 'c' && id !== null) actions.copy(id);
    else if (key === 'x' && id !== null) actions.cut(id);
    else if (key === 'v') {
      const place = placeAfter(steps, box);
      if (place !== null) actions.paste(place);
    } else return false;
    return true;
  };

  const addOrRemove = (event: KeyboardEvent, id: string | null, box: string): boolean => {
    const { key } = event;
    if (key === '?') onShowKeys();
    else if (key === 'a' || key === 'Insert') addAt(event, placeAfter(steps, box, 0));
    else if (/^[1-9]$/.test(key)) addAt(event, placeAfter(steps, box, Number(key) - 1));
    else if ((key === 'Delete' || key === 'Backspace') && id !== null) actions.remove(id);
    else if (key === 'p' && id !== null) actions.showPeople(id);
    else return zoom(key);
    return true;
  };

  return (event: KeyboardEvent): void => {
    const { box } = (event.target as HTMLElement).dataset;
    if (box === undefined) return;
    if (act(event, box)) event.preventDefault();
  };
}

/** Where a menu opens that belongs to the box that has the focus. */
function underneath({ target }: KeyboardEvent): Point {
  const { left, bottom } = (target as HTMLElement).getBoundingClientRect();
  return { x: left + 16, y: bottom };
}

/** Keys that show more or less of the series. */
function useZoomKeys() {
  const { fitView, zoomIn, zoomOut } = useReactFlow();
  return (key: string): boolean => {
    if (key === 'f') void fitView({ padding: 0.1 });
    else if (key === '+') void zoomIn();
    else if (key === '-') void zoomOut();
    else return false;
    return true;
  };
}

/** The first field of the inspector, once it shows the step. */
function focusInspector(): void {
  forgetFocus();
  requestAnimationFrame(() => {
    const inspector = document.querySelector('[data-inspector]');
    inspector?.querySelector<HTMLElement>('input, textarea, select, button')?.focus();
  });
}
