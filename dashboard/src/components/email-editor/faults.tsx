import type { EmailFault } from './email-fields.ts';

interface FaultsProps {
  readonly faults: readonly EmailFault[];
  /** A field; faults below it are its own. */
  readonly at: string;
}

/** What is wrong with one field, under it. */
export function Faults({ faults, at }: FaultsProps) {
  const own = faults.filter(({ path }) => path === at || path.startsWith(`${at}/`));
  if (own.length === 0) return null;
  return (
    <ul className="mt-1 grid gap-0.5 text-sm text-fault">
      {own.map(({ path, message }) => (
        <li key={`${path} ${message}`}>{message}</li>
      ))}
    </ul>
  );
}
