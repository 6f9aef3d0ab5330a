import { countOf, rateOf } from '../number.ts';
import { MEASURES, type Counts, type Rates } from './measures.ts';

/** All measures of a report, large. */
export function Totals({ total, rates }: { readonly total: Counts; readonly rates: Rates }) {
  return (
    <dl className="grid grid-cols-[repeat(auto-fit,minmax(8.5rem,1fr))] rounded-ui border bg-panel wide:grid-cols-7 wide:divide-x">
      {MEASURES.map(({ name, countOf: of, rateOf: shareOf, machinesOf, hint }) => {
        const share = shareOf(rates);
        const machines = machinesOf?.(total) ?? 0;
        return (
          <div key={name} className="grid content-start gap-0.5 px-3 py-2.5" title={hint}>
            <dt className="text-sm text-muted">{name}</dt>
            <dd className="text-lg font-semibold" data-tabular="">
              {share === null ? countOf(of(total)) : rateOf(share)}
            </dd>
            <dd className="text-sm text-muted" data-tabular="">
              {share !== null && countOf(of(total))}
              {machines > 0 && ` (+${countOf(machines)} by machines)`}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
