import EllipsisVertical from 'lucide-react/icons/ellipsis-vertical';
import { useState } from 'react';
import { Button } from '../../../components/ui/button.tsx';
import { Menu, MenuItem } from '../../../components/ui/menu.tsx';
import { useDraft } from '../draft/use-draft.ts';
import { ArchiveDialog } from '../publish/archive-dialog.tsx';
import { PauseDialog } from '../publish/pause-dialog.tsx';
import { PublishDialog } from '../publish/publish-dialog.tsx';
import { ResumeDialog } from '../publish/resume-dialog.tsx';
import { SaveState } from '../save-state.tsx';
import { SeriesName } from './series-name.tsx';
import { SeriesStatus } from './status.tsx';
import { UseFromCode } from './use-from-code.tsx';

type Asked = 'publish' | 'pause' | 'resume' | 'archive';

/** What the series is called, how it stands, and what can be done with it. */
export function AutomationHeader() {
  const { series } = useDraft();
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = (): void => setAsked(null);
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-2 bg-panel px-4 pt-3 pb-1">
      <div className="flex min-w-0 flex-1 basis-64 items-center gap-2">
        <SeriesName />
        <SeriesStatus series={series} />
      </div>
      <div className="flex min-w-0 flex-wrap items-center gap-2">
        <SaveState />
        <UseFromCode />
        <Doings onAsk={setAsked} />
      </div>
      {asked === 'publish' && <PublishDialog onClose={close} />}
      {asked === 'pause' && <PauseDialog onClose={close} />}
      {asked === 'resume' && <ResumeDialog onClose={close} />}
      {asked === 'archive' && <ArchiveDialog onClose={close} />}
    </header>
  );
}

function Doings({ onAsk }: { readonly onAsk: (asked: Asked) => void }) {
  const { series, mayEdit, mayMove, isPublishedDifferent, isDirty, steps } = useDraft();
  const { status } = series;
  if (!mayMove) return null;
  const isNew = status === 'draft';
  const canPublish = mayEdit && (isNew || status === 'active' || status === 'paused');
  const hasNews = isNew ? steps.length > 0 : isPublishedDifferent || isDirty;
  return (
    <>
      {status === 'active' && <Button onClick={() => onAsk('pause')}>Pause</Button>}
      {status === 'paused' && <Button onClick={() => onAsk('resume')}>Resume</Button>}
      {canPublish && (
        <Button
          look="primary"
          disabled={!hasNews}
          title={hasNews ? undefined : isNew ? 'It has no steps yet' : 'Nothing has changed'}
          onClick={() => onAsk('publish')}
        >
          {isNew ? 'Activate' : 'Publish changes'}
        </Button>
      )}
      <Menu
        trigger={
          <Button look="bare" square aria-label="More">
            <EllipsisVertical size={16} aria-hidden />
          </Button>
        }
      >
        <MenuItem isFault onSelect={() => onAsk('archive')}>
          Archive…
        </MenuItem>
      </Menu>
    </>
  );
}
