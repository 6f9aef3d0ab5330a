import { Select } from '../ui/field.tsx';
import { useBuilder } from './builder-context.ts';
import type { ConditionProps } from './field-condition.tsx';
import { below, faultsAt } from './filter.ts';
import { NumberValue } from './number-value.tsx';
import { DurationValue } from './value-editor.tsx';

const COUNTS = [
  ['at_least', 'at least'],
  ['at_most', 'at most'],
  ['exactly', 'exactly'],
  ['never', 'never'],
] as const;

/** How often something happened, and within which time. */
export function EventCondition({ condition, path, onChange }: ConditionProps) {
  const { disabled, faults } = useBuilder();
  const { operator, count, within, ...rest } = condition;
  const change = (next: string): void => {
    const least = next === 'at_least' ? 1 : 0;
    const { count: _, ...without } = condition;
    onChange(
      next === 'never'
        ? { ...without, operator: next }
        : { ...condition, operator: next, count: Math.max(Number(count ?? 1), least) },
    );
  };
  return (
    <>
      <Select
        aria-label="How often"
        className="w-auto!"
        disabled={disabled}
        value={String(operator)}
        onChange={(event) => change(event.target.value)}
      >
        {COUNTS.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
      {operator !== 'never' && (
        <span className="flex items-center gap-2">
          <NumberValue
            label="Times"
            min={operator === 'at_least' ? 1 : 0}
            value={count}
            disabled={disabled}
            hasFault={faultsAt(faults, below(path, 'count')).length > 0}
            onChange={(next) => onChange({ ...condition, count: next })}
          />
          <span className="text-muted">{count === 1 ? 'time' : 'times'}</span>
        </span>
      )}
      <Select
        aria-label="When"
        className="w-auto!"
        disabled={disabled}
        value={within === undefined ? 'ever' : 'last'}
        onChange={(event) =>
          onChange(
            event.target.value === 'ever'
              ? { ...rest, operator, ...(count === undefined ? {} : { count }) }
              : { ...condition, within: { amount: 30, unit: 'days' } },
          )
        }
      >
        <option value="ever">ever</option>
        <option value="last">in the last</option>
      </Select>
      {within !== undefined && (
        <DurationValue
          label="In the last"
          value={within}
          disabled={disabled}
          hasFault={faultsAt(faults, below(path, 'within')).length > 0}
          onChange={(next) => onChange({ ...condition, within: next })}
        />
      )}
    </>
  );
}
