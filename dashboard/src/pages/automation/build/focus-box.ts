/** A new step is on the canvas within this many frames. */
const FRAMES_MAX = 10;

/** The last one that was asked for: an older one that comes late must not take the focus back. */
let wanted: string | null = null;

/** Focuses a step, or the start, on the canvas or in the list, as soon as it is there. */
export function focusBox(box: string): void {
  wanted = box;
  tryFocus(box, FRAMES_MAX);
}

function tryFocus(box: string, frames: number): void {
  requestAnimationFrame(() => {
    if (wanted !== box) return;
    // A menu or a dialog that was opened meanwhile has the focus; taking it away would close it.
    if (document.querySelector('[role="menu"], [role="dialog"]') !== null) {
      wanted = null;
      return;
    }
    const found = document.querySelector<HTMLElement>(`[data-box="${CSS.escape(box)}"]`);
    if (found === null) {
      if (frames > 0) tryFocus(box, frames - 1);
      return;
    }
    wanted = null;
    found.focus({ preventScroll: found.closest('.react-flow') !== null });
  });
}

/** The focus went elsewhere by a decision: nothing takes it back. */
export function forgetFocus(): void {
  wanted = null;
}
