import { useAskPages } from '../../../api/ask.ts';
import { Field, Select } from '../../../components/ui/field.tsx';

/** Series that can be chosen from. */
const SERIES_MAX = 200;

interface SeriesPickerProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (id: string) => void;
  /** Only series in these states. */
  readonly statuses: readonly string[];
}

/** One of the series of this side. */
export function SeriesPicker({ label, value, onChange, statuses }: SeriesPickerProps) {
  const { rows, isPending, error } = useAskPages('GET /series', { query: { limit: SERIES_MAX } });
  const shown = rows.filter(({ status }) => statuses.includes(status));
  const hint = isPending
    ? 'Loading the series…'
    : error !== null
      ? error.message
      : shown.length === 0
        ? `There is no series that is ${statuses.join(' or ')}.`
        : undefined;
  return (
    <Field label={label} hint={hint}>
      {(ids) => (
        <Select {...ids} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">Choose a series</option>
          {shown.map(({ id, name, status }) => (
            <option key={id} value={id}>
              {name}
              {status === 'active' ? '' : ` (${status})`}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
