import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

interface ConfirmProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  /** A question: "Archive Welcome?" */
  readonly title: string;
  /** What it will touch, counted: "Removes 1,204 pending sends." */
  readonly children: ReactNode;
  readonly confirm: string;
  readonly isPending: boolean;
  readonly error?: Error | null;
  readonly onConfirm: () => void;
  /** Must be typed first, for what cannot be undone. */
  readonly typed?: string;
}

/** Asks once before something is taken away. */
export function Confirm(props: ConfirmProps) {
  const { open, onOpenChange, title, children, confirm, isPending, error, onConfirm, typed } =
    props;
  const [text, setText] = useState('');
  const mayConfirm = !isPending && (typed === undefined || text === typed);
  return (
    <Dialog title={title} open={open} onOpenChange={onOpenChange}>
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (mayConfirm) onConfirm();
        }}
      >
        <div className="grid gap-2">{children}</div>
        {typed !== undefined && (
          <label className="grid gap-1 text-sm">
            <span>
              Type <strong className="font-mono">{typed}</strong> to go on
            </span>
            <input
              value={text}
              onChange={(event) => setText(event.target.value)}
              autoComplete="off"
              className="h-10 rounded-ui border border-edge bg-panel px-2.5 wide:h-8"
            />
          </label>
        )}
        {error !== null && error !== undefined && (
          <p role="alert" className="text-sm text-fault">
            {error.message}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button type="submit" look="primary" disabled={!mayConfirm}>
            {isPending ? 'Working…' : confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
