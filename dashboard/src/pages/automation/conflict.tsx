import { useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { titleOf } from './build/step-types.ts';
import { differencesOf } from './draft/differences.ts';
import type { Doc } from './draft/step.ts';
import { useDraft } from './draft/use-draft.ts';

const TITLE = 'Somebody else changed this series';

/** Somebody else saved the series meanwhile: nothing is overwritten without a decision. */
export function Conflict() {
  const { conflict } = useDraft();
  const [putOff, setPutOff] = useState<Doc | null>(null);
  if (conflict === null) return null;
  if (putOff !== conflict)
    return <Decision theirs={conflict} onLater={() => setPutOff(conflict)} />;
  return (
    <Notice role="alert" tone="asking" title={TITLE} className="m-3">
      <div className="flex flex-wrap items-center gap-2">
        <p className="flex-1">Your changes are kept in this browser and not saved.</p>
        <Button onClick={() => setPutOff(null)}>Decide…</Button>
      </div>
    </Notice>
  );
}

interface DecisionProps {
  readonly theirs: Doc;
  readonly onLater: () => void;
}

function Decision({ theirs, onLater }: DecisionProps) {
  const { doc, savedDoc, takeTheirs, keepMine } = useDraft();
  return (
    <Dialog open title={TITLE} onOpenChange={onLater} isLarge>
      <div className="grid gap-4">
        <p>Your changes are not saved. One of the two drafts can stay.</p>
        <div className="grid gap-4 wide:grid-cols-2">
          <Changes title="They changed" before={savedDoc} after={theirs} />
          <Changes title="You changed" before={savedDoc} after={doc} />
        </div>
        <div className="flex flex-wrap gap-2">
          <Button onClick={takeTheirs}>Take theirs, drop mine</Button>
          <Button onClick={keepMine}>Keep mine, overwrite theirs</Button>
        </div>
      </div>
    </Dialog>
  );
}

/** So many steps by name; then how many more. */
const NAMED_MAX = 6;

function Changes({
  title,
  before,
  after,
}: {
  readonly title: string;
  readonly before: Doc;
  readonly after: Doc;
}) {
  const { isRenamed, hasOtherRules, changed, removed } = differencesOf(before, after);
  const words = [
    ...(isRenamed ? [`the name, to ${after.name}`] : []),
    ...(hasOtherRules ? ['the rules'] : []),
    ...changed.map((step) => titleOf(step, null)),
    ...removed.map((step) => `${titleOf(step, null)}: deleted`),
  ];
  return (
    <section className="min-w-0">
      <h3 className="text-sm text-muted">{title}</h3>
      <ul className="mt-1 grid gap-1">
        {words.slice(0, NAMED_MAX).map((word, index) => (
          <li key={index} className="truncate">
            {word}
          </li>
        ))}
        {words.length > NAMED_MAX && (
          <li className="text-muted">and {words.length - NAMED_MAX} more</li>
        )}
      </ul>
    </section>
  );
}
