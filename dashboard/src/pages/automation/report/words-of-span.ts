const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const;

/** `3.2 d`, `5 h`, `40 min`, `20 s`: in the greatest unit of which there is one. */
export function wordsOfSpan(seconds: number): string {
  const unit = UNITS.find(([length]) => seconds >= length);
  if (unit === undefined) return `${Math.round(seconds)} s`;
  const value = seconds / unit[0];
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ${unit[1]}`;
}
