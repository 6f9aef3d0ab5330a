import ClipboardPaste from 'lucide-react/icons/clipboard-paste';
import { DropdownMenu as Primitive } from 'radix-ui';
import { MenuItem, MenuLabel, MenuLine } from '../../../components/ui/menu.tsx';
import { useLatest } from '../draft/use-latest.ts';
import { type BuilderState, useBuilderActions } from './builder.ts';
import { focusBox } from './focus-box.ts';
import { STEP_TYPES } from './step-types.ts';

interface AddMenuProps {
  readonly state: BuilderState;
  readonly onClose: () => void;
}

/** What can be set into an edge; opens where its `+` was pressed. */
export function AddMenu({ state, onClose }: AddMenuProps) {
  const actions = useBuilderActions();
  const { adding, moving, copied, selected } = state;
  // What is added is selected in the same moment as this closes, and is then not drawn here any more.
  const latest = useLatest(selected);
  if (adding === null) return null;
  const { place, point } = adding;
  const canPaste = moving !== null || copied !== null;
  return (
    <Primitive.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Primitive.Trigger asChild>
        <span aria-hidden className="fixed size-0" style={{ left: point.x, top: point.y }} />
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label="Add a step"
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (latest.current !== null) focusBox(latest.current);
          }}
          className="z-30 max-h-(--radix-dropdown-menu-content-available-height) w-72 overflow-y-auto rounded-ui border bg-panel p-1 text-ink shadow-lg"
        >
          <MenuLabel>Add here</MenuLabel>
          {STEP_TYPES.map(({ type, name, hint, Icon }) => (
            <MenuItem
              key={type}
              textValue={name}
              className="items-start py-1.5"
              onSelect={() => actions.insert(place, type)}
            >
              <Icon size={16} aria-hidden className="mt-0.5 shrink-0 text-muted" />
              <span className="min-w-0">
                <span className="block font-medium">{name}</span>
                <span className="block text-xs text-muted">{hint}</span>
              </span>
            </MenuItem>
          ))}
          {canPaste && <MenuLine />}
          {canPaste && (
            <MenuItem onSelect={() => actions.paste(place)}>
              <ClipboardPaste size={16} aria-hidden className="text-muted" />
              {moving === null ? 'Paste' : 'Move here'}
            </MenuItem>
          )}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
