import { Dialog } from '../../components/ui/dialog.tsx';

const KEYS = [
  ['j', 'or ↓', 'next message'],
  ['k', 'or ↑', 'previous message'],
  ['Enter', '', 'open the message'],
  ['Esc', '', 'back to the list'],
  ['/', '', 'find by user'],
  ['e', '', 'enroll yourself'],
  ['?', '', 'this list'],
] as const;

interface KeysDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function KeysDialog(props: KeysDialogProps) {
  return (
    <Dialog title="Keyboard shortcuts" {...props}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2">
        {KEYS.map(([key, also, what]) => (
          <div key={key} className="contents">
            <dt className="flex items-center gap-1.5 text-sm text-muted">
              <kbd className="min-w-6 rounded-ui border border-edge px-1.5 text-center font-mono text-xs leading-5 text-ink">
                {key}
              </kbd>
              {also}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
