import { Button } from '../../components/ui/button.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { useDraft } from './draft/use-draft.ts';

/** Somebody else saved the series meanwhile: nothing is overwritten without a decision. */
export function Conflict() {
  const { conflict, steps, takeTheirs, keepMine } = useDraft();
  if (conflict === null) return null;
  return (
    <Notice role="alert" tone="asking" title="Somebody else changed this series" className="m-3">
      <p>
        Your changes are not saved. Theirs has {conflict.steps.length} steps, yours {steps.length}.
      </p>
      <div className="mt-1 flex flex-wrap gap-2">
        <Button onClick={takeTheirs}>Take theirs, drop mine</Button>
        <Button onClick={keepMine}>Keep mine, overwrite theirs</Button>
      </div>
    </Notice>
  );
}
