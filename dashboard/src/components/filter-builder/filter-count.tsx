import { Link } from '@tanstack/react-router';
import { Failure } from '../failure.tsx';
import { countOf } from '../number.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import type { FilterJson } from './filter.ts';
import { filterFaultsOf, useFilterCount } from './use-filter-count.ts';

interface FilterCountProps {
  /** Null selects everybody. */
  readonly filter: FilterJson | null;
  /** The number alone, without people. */
  readonly isBrief?: boolean;
}

/** How many people a filter matches right now, and five of them. */
export function FilterCount({ filter, isBrief = false }: FilterCountProps) {
  const { data, error, isPending, isBehind } = useFilterCount(filter);
  if (error !== null && filterFaultsOf(error).length > 0) {
    return (
      <p role="status" className="min-h-6 text-muted">
        Counted once the filter is complete.
      </p>
    );
  }
  if (error !== null) return <Failure error={error} />;
  if (isPending) return <Counting isBrief={isBrief} />;
  const { count, total, is_exact: isExact, sample } = data;
  return (
    <section aria-label="Who matches" className="grid min-w-0 gap-2">
      <p role="status" aria-busy={isBehind} className="min-h-6" data-tabular="">
        <strong className="font-semibold">
          {isExact ? '' : 'About '}
          {countOf(count)}
        </strong>{' '}
        <span className="text-muted">
          of {countOf(total)} people
          {!isExact && ', estimated from a sample'}
          {isBehind && ', counting…'}
        </span>
      </p>
      {!isBrief && sample.length > 0 && (
        <ul aria-label="Some of them" className="flex min-w-0 flex-wrap gap-1.5">
          {sample.map((person) => (
            <li key={person.user_id} className="max-w-full min-w-0">
              <Link
                to="/dashboard/people/$userId"
                params={{ userId: person.user_id }}
                title={person.reasons.map(({ input }) => input).join('\n')}
                className="block max-w-64 truncate rounded-ui border bg-panel px-2 py-1 text-sm hover:bg-sunken"
              >
                {person.name ?? person.email ?? person.user_id}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Counting({ isBrief }: { readonly isBrief: boolean }) {
  return (
    <div className="grid gap-2" role="status" aria-label="Counting">
      <Skeleton className="h-6 w-48" />
      {!isBrief && <Skeleton className="h-7 w-80 max-w-full" />}
    </div>
  );
}
