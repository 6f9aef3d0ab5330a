import type { Action } from './plan.ts';

/** After a fault it takes so long until everybody is at work again. */
const RECOVERED_MS = 120_000;

/** When something went wrong in a history: else, whatever happens is reacted to soon. */
export class Trouble {
  readonly #spans: { readonly fromMs: number; toMs: number }[] = [];
  /** Series that are paused, and since when. */
  readonly #paused = new Map<number, { readonly fromMs: number; toMs: number }>();

  /** A fault that is over at once. */
  at(nowMs: number, forMs = 0): void {
    this.#spans.push({ fromMs: nowMs, toMs: nowMs + forMs + RECOVERED_MS });
  }

  /** An action of the script begins. */
  act(action: Action, nowMs: number): void {
    switch (action.kind) {
      case 'kill':
      case 'stop':
      case 'cut':
      case 'restart database':
        return this.at(nowMs);
      case 'freeze':
        return this.at(nowMs, action.forMs);
      case 'pause': {
        if (this.#paused.has(action.series)) return;
        const span = { fromMs: nowMs, toMs: Number.POSITIVE_INFINITY };
        this.#paused.set(action.series, span);
        this.#spans.push(span);
        return;
      }
      case 'resume': {
        const span = this.#paused.get(action.series);
        if (span !== undefined) span.toMs = nowMs + RECOVERED_MS;
        this.#paused.delete(action.series);
        return;
      }
      default:
    }
  }

  /** Whether nothing went wrong shortly before, in, or shortly after a time. */
  isFarFrom(fromMs: number, toMs: number): boolean {
    return !this.#spans.some((span) => span.fromMs <= toMs + RECOVERED_MS && span.toMs >= fromMs);
  }
}
