import CircleAlert from 'lucide-react/icons/circle-alert';
import type { FilterFault } from './filter.ts';

/** What the server says against a part. */
export function Faults({ faults }: { readonly faults: readonly FilterFault[] }) {
  if (faults.length === 0) return null;
  return (
    <ul role="alert" className="grid gap-0.5 text-sm text-fault">
      {faults.map(({ path, message }) => (
        <li key={`${path} ${message}`} className="flex gap-1.5">
          <CircleAlert size={14} aria-hidden className="mt-0.5 shrink-0" />
          <span className="min-w-0">
            {memberOf(path)}
            {message}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** `value must be …`: which member it is about, where the path ends in one. */
function memberOf(path: string): string {
  const [last = ''] = path.split('/').slice(-1);
  return /^[a-z]+$/.test(last) && !['not', 'and', 'or'].includes(last) ? `${last} ` : '';
}
