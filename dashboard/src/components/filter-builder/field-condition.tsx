import { useState } from 'react';
import { Input, Select } from '../ui/field.tsx';
import { useBuilder } from './builder-context.ts';
import { fieldsOf, fieldWords, kindsOf } from './fields.ts';
import { below, faultsAt, type FilterJson } from './filter.ts';
import {
  KIND_WORDS,
  kindOf,
  operatorOf,
  OPERATORS,
  VALUE_KINDS,
  withOperator,
  type ValueKind,
} from './operators.ts';
import { todayOf } from './today.ts';
import { ValueEditor } from './value-editor.tsx';

export interface ConditionProps {
  readonly condition: FilterJson;
  readonly path: string;
  readonly onChange: (condition: FilterJson) => void;
}

/** An operator over a field, and what goes with it. */
export function FieldCondition({ condition, path, onChange }: ConditionProps) {
  const { kind: about, known, eventType, disabled, faults } = useBuilder();
  const field = String(condition['field']);
  const name = fieldWords(field);
  const fields = fieldsOf(about, known, eventType);
  const { likely, isOnly } = kindsOf(field, fields);
  // An empty list of texts and one of numbers look alike: what was chosen here decides.
  const [chosen, setChosen] = useState<{ field: string; kind: ValueKind } | null>(null);
  const preferred = chosen?.field === field ? [chosen.kind, ...likely] : likely;
  const kind = kindOf(condition, preferred);
  const operator = operatorOf(kind, condition['operator']);
  const kinds = kindsShown({ likely, isOnly, kind });
  const choose = (key: string): void => {
    const next = OPERATORS.find((one) => keyOf(one) === key);
    if (next === undefined) return;
    setChosen({ field, kind: next.kind });
    onChange(withOperator(condition, { before: operator, next, today: todayOf() }));
  };
  return (
    <>
      <Select
        aria-label={`How ${name} compares`}
        aria-invalid={faultsAt(faults, below(path, 'operator')).length > 0 || undefined}
        className="w-auto! max-w-full"
        disabled={disabled}
        value={operator === undefined ? '' : keyOf(operator)}
        onChange={(event) => choose(event.target.value)}
      >
        {operator === undefined && <option value="">{String(condition['operator'])}</option>}
        {kinds.map((one) => (
          <optgroup key={one} label={KIND_WORDS[one]}>
            {OPERATORS.filter((known) => known.kind === one).map((known) => (
              <option key={keyOf(known)} value={keyOf(known)}>
                {known.label}
              </option>
            ))}
          </optgroup>
        ))}
      </Select>
      {operator !== undefined && (
        <ValueEditor
          shape={operator.shape}
          label={`Value of ${name}`}
          value={condition['value']}
          disabled={disabled}
          hasFault={faultsAt(faults, below(path, 'value')).length > 0}
          example={fields.find((one) => one.field === field)?.example}
          onChange={(value) => onChange({ ...condition, value })}
        />
      )}
      {kind === 'date' && asksForZone(condition['value']) && (
        <ZoneValue condition={condition} onChange={onChange} path={path} />
      )}
    </>
  );
}

const keyOf = ({ kind, operator }: { kind: ValueKind; operator: string }): string =>
  `${kind}:${operator}`;

/** The kinds of the field first; those that nobody has after them, for whoever knows better. */
function kindsShown({
  likely,
  isOnly,
  kind,
}: {
  likely: readonly ValueKind[];
  isOnly: boolean;
  kind: ValueKind;
}): readonly ValueKind[] {
  const others = isOnly ? [] : VALUE_KINDS;
  return [...new Set<ValueKind>([...likely, kind, 'presence', ...others])];
}

/** Days begin at midnight somewhere; instants and spans do not. */
const asksForZone = (value: unknown): boolean =>
  [value].flat().some((one) => typeof one === 'string' && one.length === 10);

const zones = Intl.supportedValuesOf('timeZone');

function ZoneValue({ condition, onChange, path }: ConditionProps) {
  const { disabled, faults } = useBuilder();
  const { timezone, ...rest } = condition;
  const zone = typeof timezone === 'string' ? timezone : '';
  return (
    <>
      <Input
        list="filter-zones"
        aria-label="Time zone in which the day begins"
        aria-invalid={faultsAt(faults, below(path, 'timezone')).length > 0 || undefined}
        className="wide:w-40"
        disabled={disabled}
        value={zone}
        placeholder="workspace’s zone"
        onChange={(event) =>
          onChange(event.target.value === '' ? rest : { ...rest, timezone: event.target.value })
        }
      />
      <datalist id="filter-zones">
        {zones.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </datalist>
    </>
  );
}
