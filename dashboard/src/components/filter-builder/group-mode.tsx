import { Select } from '../ui/field.tsx';
import { useBuilder } from './builder-context.ts';
import type { GroupMode } from './filter.ts';

/** How the parts of a group go together, in words. */
export const MODE_WORDS: Readonly<Record<GroupMode, string>> = {
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
