import Ellipsis from 'lucide-react/icons/ellipsis';
import { Button } from '../ui/button.tsx';
import { Menu, MenuItem, MenuLine } from '../ui/menu.tsx';
import { groupOf } from './filter.ts';
import type { BareProps } from './part-props.ts';

/** What else can be done with a part. */
export function PartMenu(props: BareProps) {
  const { part, bare, isNegated, onChange, onRemove, onDuplicate, canGroup } = props;
  const isCondition = groupOf(bare) === null;
  return (
    <Menu
      trigger={
        <Button look="bare" square aria-label={isCondition ? 'Condition menu' : 'Group menu'}>
          <Ellipsis size={16} aria-hidden />
        </Button>
      }
    >
      {isCondition && (
        <MenuItem onSelect={() => onChange(isNegated ? bare : { not: part })}>
          {isNegated ? 'Must hold' : 'Must not hold'}
        </MenuItem>
      )}
      {canGroup && isCondition && (
        <MenuItem onSelect={() => onChange({ or: [part] })}>Make a group of it</MenuItem>
      )}
      <MenuItem onSelect={onDuplicate}>Duplicate</MenuItem>
      <MenuLine />
      <MenuItem isFault onSelect={onRemove}>
        Remove
      </MenuItem>
    </Menu>
  );
}
