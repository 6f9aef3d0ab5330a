import { Instant } from '../../../components/instant.tsx';
import type { Entry } from './audit-section.tsx';

/** One change: in a line, and opened with what was and what is. */
export function AuditEntry({ entry }: { readonly entry: Entry }) {
  const { action, actor, target, at, reason, before, after, is_cut: isCut } = entry;
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return (
    <details className="group">
      <summary className="flex cursor-pointer flex-wrap items-baseline gap-x-3 gap-y-0.5 px-3 py-2 hover:bg-sunken">
        <span className="font-mono text-sm">{action}</span>
        <span className="min-w-0 font-medium break-words">
          {target.name ?? (target.kind === 'test_clock' ? '' : target.id)}
        </span>
        <span className="text-sm text-muted">by {whoOf(actor)}</span>
        <span className="ml-auto text-sm whitespace-nowrap text-muted">
          <Instant at={at} />
        </span>
      </summary>
      <div className="grid gap-2 px-3 pb-3 text-sm">
        {reason !== null && <p>{reason}</p>}
        {names.length > 0 && (
          <table className="w-full table-fixed text-left">
            <thead className="text-muted">
              <tr>
                <th scope="col" className="w-40 font-normal">
                  <span className="sr-only">Member</span>
                </th>
                <th scope="col" className="font-normal">
                  Before
                </th>
                <th scope="col" className="font-normal">
                  After
                </th>
              </tr>
            </thead>
            <tbody>
              {names.map((name) => (
                <tr key={name} className="align-top">
                  <th scope="row" className="py-1 pr-2 font-mono font-normal break-words">
                    {name}
                  </th>
                  <td className="py-1 pr-2 font-mono break-words">{textOf(before?.[name])}</td>
                  <td className="py-1 font-mono break-words">{textOf(after?.[name])}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {isCut && <p className="text-muted">It was too long to be kept whole.</p>}
        <p className="text-muted">
          {target.kind} {target.id}
          {entry.address !== null && `, from ${entry.address}`}
          {entry.request_id !== null && `, request ${entry.request_id}`}
        </p>
      </div>
    </details>
  );
}

function whoOf({ kind, name }: Entry['actor']): string {
  switch (kind) {
    case 'member':
      return name ?? 'a member who has left';
    case 'key':
      return `the key …${name ?? ''}`;
    case 'code':
      return 'the command line';
    case 'system':
      return 'Milepost itself';
  }
}

const textOf = (value: unknown): string =>
  value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
