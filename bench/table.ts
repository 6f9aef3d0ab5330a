import type { Judged, Target } from './measure.ts';

const HEAD = ['measure', 'ours', 'against', 'theirs', 'ratio', 'min–max', 'target', ''] as const;

/** The rows of one run as text, aligned, with notes below. */
export function tableOf(rows: readonly Judged[]): string {
  const notes: string[] = [];
  const cells = rows.map((row) => [...cellsOf(row), verdictOf(row, notes)]);
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [line(HEAD), rule, ...cells.map(line), '', ...notes].join('\n').trimEnd();
}

const isNumber = (column: number): boolean => column === 1 || (column >= 3 && column <= 6);

function cellsOf({ what, unit, ourMedian, peer, peerMedian, ratio, target }: Judged): string[] {
  return [
    what,
    figure(ourMedian, unit),
    peer?.name ?? '',
    peerMedian === null ? '' : figure(peerMedian, unit),
    ratio === null ? '' : ratio.median.toFixed(2),
    ratio === null ? '' : `${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)}`,
    targetOf(target, unit),
  ];
}

function verdictOf({ isMet, note }: Judged, notes: string[]): string {
  if (note !== undefined) notes.push(`[${notes.length + 1}] ${note}`);
  const verdict = isMet === null ? '' : isMet ? 'met' : 'MISSED';
  return note === undefined ? verdict : `${verdict} [${notes.length}]`.trim();
}

const targetOf = (target: Target | null, unit: string): string =>
  target === null
    ? ''
    : target.kind === 'ratio'
      ? `≥ ${target.atLeast.toFixed(2)}`
      : `${target.kind === 'at least' ? '≥' : '≤'} ${figure(target.value, unit)}`;

/** Whole numbers where they are large, three figures where they are small. */
function figure(value: number, unit: string): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const text = value.toLocaleString('en', { maximumFractionDigits: digits });
  return unit.startsWith('/') ? text + unit : `${text} ${unit}`;
}
