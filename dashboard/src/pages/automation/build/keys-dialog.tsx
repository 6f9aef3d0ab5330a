import { Dialog } from '../../../components/ui/dialog.tsx';

const KEYS: readonly (readonly [string, string])[] = [
  ['↑ ↓', 'Step before, step after'],
  ['← →', 'Branch beside'],
  ['Home End', 'Start, last step'],
  ['Enter', 'Open the step'],
  ['Esc', 'Back to the canvas; select nothing'],
  ['A or Insert', 'Add a step after'],
  ['1 … 9', 'Add a step on that branch'],
  ['Shift and arrows', 'Choose several; so does Shift and a press, or a drag'],
  ['Ctrl A', 'Choose all steps'],
  ['Delete', 'Delete the step, or all that are chosen'],
  ['Alt ↑ Alt ↓', 'Move up, move down'],
  ['Ctrl C', 'Copy: the step with its branches, or all that are chosen'],
  ['Ctrl D', 'Duplicate them'],
  ['Ctrl X', 'Take up, to be moved'],
  ['Ctrl V', 'Set down, or paste, after'],
  ['Ctrl Z', 'Undo'],
  ['Ctrl Shift Z', 'Redo'],
  ['P', 'People at the step'],
  ['F', 'Show the whole series'],
  ['+ −', 'Larger, smaller'],
  ['?', 'These keys'],
];

interface KeysDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** What the keys do on the canvas. */
export function KeysDialog({ open, onOpenChange }: KeysDialogProps) {
  return (
    <Dialog title="Keys of the builder" open={open} onOpenChange={onOpenChange}>
      <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-1.5">
        {KEYS.map(([keys, words]) => (
          <div key={keys} className="contents">
            <dt>
              <kbd className="rounded-ui border bg-sunken px-1.5 py-0.5 font-mono text-xs">
                {keys}
              </kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
