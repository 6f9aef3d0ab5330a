import { Chips } from '../ui/chips.tsx';
import { Input, Select } from '../ui/field.tsx';
import { NumberValue, numberOf } from './number-value.tsx';
import { textOrNothing } from './filter.ts';
import type { ValueProps } from './value-props.ts';

const TYPES = ['text', 'number', 'yes or no'] as const;
type EntryType = (typeof TYPES)[number];

const FIRST: Readonly<Record<EntryType, unknown>> = {
  text: undefined,
  number: 0,
  'yes or no': true,
};

function typeOf(value: unknown): EntryType {
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'yes or no' : 'text';
}

/** An entry of a list, or several; entries of a list have types. */
export function EntryValue(props: ValueProps & { readonly isMany: boolean }) {
  const { isMany, label, value, onChange, disabled } = props;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isMixed = new Set(values.map(typeOf)).size > 1;
  const type = typeOf(values[0]);
  if (isMany)
    return <EntriesValue {...props} values={Array.isArray(value) ? value : []} isMixed={isMixed} />;
  return (
    <span className="flex flex-wrap items-center gap-2">
      <Select
        aria-label={`${label}, type`}
        className="w-auto!"
        disabled={disabled}
        value={type}
        onChange={(event) => onChange(FIRST[event.target.value as EntryType])}
      >
        {TYPES.map((known) => (
          <option key={known}>{known}</option>
        ))}
      </Select>
      {type === 'number' && <NumberValue {...props} />}
      {type === 'yes or no' && (
        <Select
          aria-label={label}
          className="w-auto!"
          disabled={disabled}
          value={value === false ? 'no' : 'yes'}
          onChange={(event) => onChange(event.target.value === 'yes')}
        >
          <option>yes</option>
          <option>no</option>
        </Select>
      )}
      {type === 'text' && (
        <Input
          aria-label={label}
          className="wide:w-48"
          disabled={disabled}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(textOrNothing(event.target.value))}
        />
      )}
    </span>
  );
}

interface EntriesProps extends ValueProps {
  readonly values: readonly unknown[];
  readonly isMixed: boolean;
}

/** Texts or numbers; a list of mixed types is shown as JSON and kept. */
function EntriesValue({ values, isMixed, label, onChange, disabled }: EntriesProps) {
  const areNumbers = values.length > 0 && values.every((value) => typeof value === 'number');
  const isPlain = !isMixed && values.every((value) => typeof value !== 'boolean');
  const shown = isPlain ? values.map(String) : values.map((value) => JSON.stringify(value));
  const read = (text: string): unknown => {
    if (isPlain) return areNumbers ? (numberOf(text) ?? text) : text;
    return values.find((value) => JSON.stringify(value) === text) ?? text;
  };
  return (
    <span className="flex min-w-0 flex-1 flex-wrap items-center gap-2">
      <Chips
        label={label}
        values={shown}
        disabled={disabled}
        isValue={(text) => !areNumbers || text.split(',').every((part) => numberOf(part) !== null)}
        onChange={(texts) => onChange(texts.map(read))}
      />
      {isPlain && (
        <Select
          aria-label={`${label}, type`}
          className="w-auto!"
          disabled={disabled}
          value={areNumbers ? 'numbers' : 'texts'}
          onChange={(event) =>
            onChange(
              event.target.value === 'numbers'
                ? values.flatMap((value) => numberOf(String(value)) ?? [])
                : values.map(String),
            )
          }
        >
          <option>texts</option>
          <option disabled={values.length === 0}>numbers</option>
        </Select>
      )}
    </span>
  );
}
