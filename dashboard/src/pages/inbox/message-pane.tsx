import ArrowLeft from 'lucide-react/icons/arrow-left';
import { close, go } from '../../app/location.ts';
import { MessageView } from '../../components/message/message-view.tsx';
import { Button } from '../../components/ui/button.tsx';

interface MessagePaneProps {
  readonly id: string;
  readonly tab: string | null;
}

/** The message that is open in the inbox. */
export function MessagePane({ id, tab }: MessagePaneProps) {
  return (
    <div className="flex min-h-full flex-col px-4 pt-3 pb-6 wide:px-8 wide:pt-6">
      <Button look="bare" className="mb-2 -ml-3 self-start wide:hidden" onClick={close}>
        <ArrowLeft size={16} aria-hidden />
        Messages
      </Button>
      <MessageView id={id} tab={tab} onTab={(next) => go({ tab: next }, 'replace')} />
    </div>
  );
}
