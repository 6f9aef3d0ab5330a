import { useEffect, useEffectEvent } from 'react';

/** What the keys of the inbox do. */
interface InboxActions {
  /** One row down (1) or up (-1). */
  readonly move: (delta: 1 | -1) => void;
  readonly openCurrent: () => void;
  readonly back: () => void;
  readonly find: () => void;
  readonly enroll: () => void;
  readonly showKeys: () => void;
}

/** Listens for the inbox's keys on the whole page, wherever nothing else wants them. */
export function useInboxKeys(actions: InboxActions): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector('[role="dialog"]') !== null) return;
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    if (target.matches('input, select, textarea')) {
      if (event.key === 'Escape') target.blur();
      return;
    }
    const action = actionOf(event.key, target, actions);
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}

function actionOf(
  key: string,
  target: HTMLElement,
  actions: InboxActions,
): (() => void) | undefined {
  // Inside the reading pane the arrows scroll.
  const arrowsMove = target === document.body || target.closest('[data-rows]') !== null;
  switch (key) {
    case 'j':
      return () => actions.move(1);
    case 'k':
      return () => actions.move(-1);
    case 'ArrowDown':
      return arrowsMove ? () => actions.move(1) : undefined;
    case 'ArrowUp':
      return arrowsMove ? () => actions.move(-1) : undefined;
    case 'Enter':
      // On a link or a button Enter is theirs.
      return target === document.body ? actions.openCurrent : undefined;
    case 'Escape':
      return actions.back;
    case '/':
      return actions.find;
    case 'e':
      return actions.enroll;
    case '?':
      return actions.showKeys;
    default:
      return undefined;
  }
}
