/** A span of days, both included, as the reports take it. */
export interface Period {
  /** `2026-11-02` */
  readonly from: string;
  readonly to: string;
}

export const SPANS = { '7': '7 days', '30': '30 days', '90': '90 days', '365': 'A year' } as const;
export type Span = keyof typeof SPANS;

export const isSpan = (text: string): text is Span => Object.hasOwn(SPANS, text);

const DAY_MS = 86_400_000;

/** The last so many days up to one of them; of a test side, up to what its clock says. */
export function periodOf(span: Span, today: string): Period {
  const lastMs = Date.parse(`${today}T00:00:00Z`);
  const from = new Date(lastMs - (Number(span) - 1) * DAY_MS).toISOString().slice(0, 10);
  return { from, to: today };
}

/** How fine to look at it: some ten to ninety points. */
export const gridOf = (span: Span): 'day' | 'week' => (span === '365' ? 'week' : 'day');
