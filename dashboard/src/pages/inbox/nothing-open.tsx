import { open } from '../../app/location.ts';
import { Button } from '../../components/ui/button.tsx';

export function NothingOpen() {
  return (
    <div className="grid h-full place-content-center justify-items-center gap-3 p-8 text-muted">
      <p>Open a message to read it, and to see why it was sent when it was.</p>
      <p className="hidden text-sm wide:block">
        <kbd className="font-mono">j</kbd> and <kbd className="font-mono">k</kbd> go through the
        list, <kbd className="font-mono">?</kbd> shows every key.
      </p>
      <Button onClick={() => open({ enrolling: true })}>Enroll yourself</Button>
    </div>
  );
}
