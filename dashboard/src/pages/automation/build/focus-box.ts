/** A new step is on the canvas within this many frames. */
const FRAMES_MAX = 10;

/** Focuses a step, or the start, on the canvas or in the list, as soon as it is there. */
export function focusBox(box: string, frames = FRAMES_MAX): void {
  requestAnimationFrame(() => {
    const found = document.querySelector<HTMLElement>(`[data-box="${CSS.escape(box)}"]`);
    if (found !== null) found.focus({ preventScroll: found.closest('.react-flow') !== null });
    else if (frames > 0) focusBox(box, frames - 1);
  });
}
