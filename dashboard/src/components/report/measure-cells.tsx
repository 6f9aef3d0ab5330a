import { countOf, rateOf } from '../number.ts';
import { Cell, HeadCell } from '../ui/table.tsx';
import { MEASURES, type Counts, type Rates } from './measures.ts';

/** The head of the columns that every report has. */
export function MeasureHeads() {
  return MEASURES.map(({ name, hint }) => (
    <HeadCell key={name} isNumber title={hint}>
      {name}
    </HeadCell>
  ));
}

interface MeasureCellsProps {
  readonly counts: Counts | null;
  readonly rates: Rates | null;
}

/** Each measure as a count, its share, and how much of it machines did. */
export function MeasureCells({ counts, rates }: MeasureCellsProps) {
  return MEASURES.map(({ name, countOf: of, rateOf: shareOf, machinesOf }) => {
    const share = rates === null ? null : shareOf(rates);
    const machines = counts === null ? 0 : (machinesOf?.(counts) ?? 0);
    return (
      <Cell key={name} isNumber className="whitespace-nowrap">
        {counts === null ? <span className="text-muted">–</span> : countOf(of(counts))}
        {share !== null && <span className="block text-sm text-muted">{rateOf(share)}</span>}
        {machines > 0 && (
          <span className="block text-sm text-muted">+{countOf(machines)} by machines</span>
        )}
      </Cell>
    );
  });
}
