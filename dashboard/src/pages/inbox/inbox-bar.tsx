import Keyboard from 'lucide-react/icons/keyboard';
import UserPlus from 'lucide-react/icons/user-plus';
import { open } from '../../app/location.ts';
import { PageActions } from '../../components/page-actions.tsx';
import { Button } from '../../components/ui/button.tsx';

/** What one does from the inbox as a whole; in the top bar. */
export function InboxBar({ onShowKeys }: { readonly onShowKeys: () => void }) {
  return (
    <PageActions>
      <Button look="plain" aria-label="Enroll yourself" onClick={() => open({ enrolling: true })}>
        <UserPlus size={15} aria-hidden />
        <span className="hidden wide:inline">Enroll yourself</span>
      </Button>
      {/* Narrow pages are on phones, which have no keys. */}
      <span className="hidden wide:contents">
        <Button look="bare" square aria-label="Keyboard shortcuts" onClick={onShowKeys}>
          <Keyboard size={16} aria-hidden />
        </Button>
      </span>
    </PageActions>
  );
}
