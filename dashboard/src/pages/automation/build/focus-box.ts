/** A new step is on the canvas within this many frames. */
const FRAMES_MAX = 10;

/** The last one that was asked for: an older one that comes late must not take the focus back. */
let wanted: string | null = null;
/** Keys that were pressed before it was there: they are meant for it. */
let held: KeyboardEvent[] = [];

/** Focuses a step, or the start, on the canvas or in the list, as soon as it is there. */
export function focusBox(box: string): void {
  if (wanted === null) window.addEventListener('keydown', hold, true);
  wanted = box;
  tryFocus(box, FRAMES_MAX);
}

function tryFocus(box: string, frames: number): void {
  requestAnimationFrame(() => {
    if (wanted !== box) return;
    // A menu or a dialog that was opened meanwhile has the focus; taking it away would close it.
    if (document.querySelector(OVER) !== null) {
      forgetFocus();
      return;
    }
    const found = document.querySelector<HTMLElement>(`[data-box="${CSS.escape(box)}"]`);
    if (found === null) {
      if (frames > 0) tryFocus(box, frames - 1);
      else forgetFocus();
      return;
    }
    const keys = held;
    forgetFocus();
    found.focus({ preventScroll: found.closest('.react-flow') !== null });
    for (const key of keys) {
      (document.activeElement ?? found).dispatchEvent(new KeyboardEvent(key.type, key));
    }
  });
}

/** The focus went elsewhere by a decision: nothing takes it back. */
export function forgetFocus(): void {
  wanted = null;
  held = [];
  window.removeEventListener('keydown', hold, true);
}

const OVER = '[role="menu"], [role="dialog"]';
/** Where keys are typed, or mean something of their own. */
const ELSEWHERE = `input, textarea, select, [contenteditable], ${OVER}`;

function hold(event: KeyboardEvent): void {
  if (event.key === 'Tab' || !(event.target instanceof Element)) return;
  if (event.target.closest(ELSEWHERE) !== null) return;
  event.preventDefault();
  event.stopPropagation();
  held.push(event);
}
