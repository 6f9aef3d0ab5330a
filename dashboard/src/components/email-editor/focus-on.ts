/** The fields are drawn by then. */
const DRAWN_MS = 50;

/** Brings the first field at one of the places into sight, with the cursor in it. */
export function focusOn(box: HTMLElement | null, places: readonly string[]): void {
  setTimeout(() => {
    const found = places
      .map((place) => box?.querySelector<HTMLElement>(`[data-place="${place}"]`))
      .find(Boolean);
    if (!found) return;
    found.scrollIntoView({ block: 'center' });
    const field = found.querySelector<HTMLElement>(
      'input, select, textarea, [contenteditable="true"]',
    );
    (field ?? found).focus({ preventScroll: true });
  }, DRAWN_MS);
}
