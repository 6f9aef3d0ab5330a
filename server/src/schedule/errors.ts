/**
 * No allowed day or window within the bound of a search.
 *
 * Valid settings always have one, so the settings, the holidays or this folder are wrong: the
 * caller must not send, and must not try again by itself.
 */
export class NoOpenSlotError extends Error {
  readonly code = 'schedule.no_open_slot';

  /** @param fromAt where the search began; @param daysMax how many days it looked at */
  constructor({ fromAt, daysMax }: { fromAt: Date; daysMax: number }) {
    super(`No allowed day or send window within ${daysMax} days after ${fromAt.toISOString()}.`);
    this.name = 'NoOpenSlotError';
  }
}
