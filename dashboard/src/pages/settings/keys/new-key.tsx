import { CopyText } from '../../../components/copy-text.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import type { Key } from './keys-section.tsx';

/** A key that was just made: secret ones are shown here and never again. */
export function NewKey({ made, onClose }: { readonly made: Key; readonly onClose: () => void }) {
  return (
    <Notice
      role="status"
      tone="done"
      title={made.kind === 'widget' ? 'A new widget key' : 'Copy it now: it is not shown again'}
    >
      <CopyText text={made.key ?? `…${made.hint}`} label="Copy the new key" />
      <p className="text-sm text-muted">
        The key it takes over from, if it is a successor, stays valid until you revoke it.
      </p>
      <Button className="justify-self-start" onClick={onClose}>
        Done
      </Button>
    </Notice>
  );
}
