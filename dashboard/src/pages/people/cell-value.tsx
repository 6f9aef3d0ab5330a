import { Instant } from '../../components/instant.tsx';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** A value of a column, short; whole for whoever points at it. */
export function CellValue({ value }: { readonly value: unknown }) {
  if (value === undefined || value === null) return <span className="text-muted">–</span>;
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (typeof value === 'string' && INSTANT.test(value)) return <Instant at={value} />;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return (
    <span title={text} className="block max-w-64 truncate">
      {text}
    </span>
  );
}
