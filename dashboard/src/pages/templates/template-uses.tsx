import { Link } from '@tanstack/react-router';
import { useAsk } from '../../api/ask.ts';
import { Skeleton } from '../../components/ui/skeleton.tsx';

/** The published emails that it is in. */
export function TemplateUses({ id }: { readonly id: string }) {
  const { data, error } = useAsk('GET /templates/{id}/uses', { path: { id } });
  const uses = data?.data ?? [];
  return (
    <section className="grid gap-2">
      <h2 className="text-sm font-semibold text-muted">Used in</h2>
      {data === undefined && error === null && <Skeleton className="h-8 w-full" />}
      {error !== null && <p className="text-sm text-fault">{error.message}</p>}
      {data !== undefined && uses.length === 0 && (
        <p className="text-sm text-muted">No published email.</p>
      )}
      <ul className="grid gap-1">
        {uses.map((use) => (
          <li key={`${use.automation_id} ${use.version} ${use.step_id}`}>
            <Link
              to={use.type === 'series' ? '/dashboard/automation/$id' : '/dashboard/broadcasts/$id'}
              params={{ id: use.automation_id }}
              className="block rounded-ui py-1 underline-offset-2 hover:underline"
            >
              {use.name}
              <span className="block text-sm text-muted">
                {use.status}, email {use.step_id}, version {use.template_version} of this
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
