import { Select } from '../ui/field.tsx';
import { BuilderContext, useBuilder } from './builder-context.ts';
import type { ConditionProps } from './field-condition.tsx';
import { below, faultsAt, recordOf } from './filter.ts';
import { PartList } from './part-list.tsx';
import { DurationValue, NumberValue } from './value-editor.tsx';

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

/** Which events count: conditions on what was sent with them. */
export function EventWhere({ condition, path, onChange }: ConditionProps) {
  const access = useBuilder();
  const parts = Array.isArray(condition['where']) ? condition['where'].map(recordOf) : [];
  if (parts.length === 0 && access.disabled) return null;
  return (
    <BuilderContext value={{ ...access, kind: 'event', eventType: String(condition['event']) }}>
      <div className="ml-1 grid grid-cols-1 gap-2 border-l-2 pl-2 wide:ml-3 wide:pl-3">
        {parts.length > 0 && <p className="text-sm text-muted">counting those where</p>}
        <PartList
          parts={parts}
          path={below(path, 'where')}
          word="and"
          addLabel={parts.length === 0 ? 'Only some of these events' : 'Add'}
          canGroup={false}
          onChange={(next) => {
            const { where: _, ...rest } = condition;
            onChange(next.length === 0 ? rest : { ...rest, where: next });
          }}
        />
      </div>
    </BuilderContext>
  );
}
