import { Button } from '../../components/ui/button.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { useDraft } from './draft/use-draft.ts';

/** A series that is kept in a file: it is edited there, and here only by who says so. */
export function KeptInFile() {
  const { series, fileLock, unlock } = useDraft();
  const { managed_by: source, status } = series;
  if (source === undefined || status === 'archived') return null;
  const path = <code className="font-mono text-sm break-all">{source.path}</code>;
  if (fileLock === 'open') {
    return (
      <Notice
        role="status"
        tone="asking"
        title="You edit a series that is kept in a file"
        className="m-3"
      >
        <p>
          The next apply of {path} is refused once you have changed something, until the change is
          pulled into the file.
        </p>
      </Notice>
    );
  }
  return (
    <Notice role="status" title="Managed by code" className="m-3">
      <p>
        This series is kept in {path}. Change it there and apply it; pausing and archiving work
        here.
        {source.is_changed &&
          ' It was changed here since: the next apply is refused until that is pulled.'}
      </p>
      {fileLock === 'closed' && (
        <div className="mt-1">
          <Button onClick={unlock}>Edit here anyway</Button>
        </div>
      )}
    </Notice>
  );
}
