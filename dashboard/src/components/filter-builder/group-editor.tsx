import { Select } from '../ui/field.tsx';
import { useBuilder } from './builder-context.ts';
import { below, grouped, groupOf, type GroupMode } from './filter.ts';
import { Faults, PartMenu, type BareProps } from './part-editor.tsx';
import { PartList } from './part-list.tsx';

const MODE_WORDS: Readonly<Record<GroupMode, string>> = {
  and: 'All of these hold',
  or: 'At least one of these holds',
  'not and': 'Not all of these hold',
  'not or': 'None of these holds',
};
const MODES = Object.entries(MODE_WORDS) as [GroupMode, string][];

interface GroupModeProps {
  readonly mode: GroupMode;
  readonly onChange: (mode: GroupMode) => void;
}

/** How the parts of a group go together. */
export function GroupModeSelect({ mode, onChange }: GroupModeProps) {
  const { disabled } = useBuilder();
  return (
    <Select
      aria-label="How these go together"
      className="w-auto! max-w-full"
      disabled={disabled}
      value={mode}
      onChange={(event) => onChange(event.target.value as GroupMode)}
    >
      {MODES.map(([value, words]) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </Select>
  );
}

/** A group within a filter. With its last part it goes away. */
export function GroupEditor(props: BareProps) {
  const { bare, barePath, isNegated, onChange, onRemove } = props;
  const { disabled, faults } = useBuilder();
  const group = groupOf(bare);
  if (group === null) return null;
  const { joiner, parts } = group;
  const mode: GroupMode = isNegated ? `not ${joiner}` : joiner;
  const path = below(barePath, joiner);
  return (
    <div
      role="group"
      aria-label={MODE_WORDS[mode]}
      className="grid min-w-0 grid-cols-1 gap-2 rounded-ui border bg-sunken p-2"
    >
      <div className="flex items-start justify-between gap-2">
        <GroupModeSelect mode={mode} onChange={(next) => onChange(grouped(next, parts))} />
        {!disabled && <PartMenu {...props} />}
      </div>
      <PartList
        parts={parts}
        path={path}
        word={joiner}
        addLabel="Add"
        canGroup
        onChange={(next) => (next.length === 0 ? onRemove() : onChange(grouped(mode, next)))}
      />
      <Faults faults={faults.filter((one) => one.path === barePath || one.path === path)} />
    </div>
  );
}
