import { useState } from 'react';
import { Button } from './ui/button.tsx';
import { Dialog } from './ui/dialog.tsx';
import { Notice } from './ui/notice.tsx';

interface ConflictProps {
  /** What somebody else changed: "series". */
  readonly noun: string;
  /** What they saved; another object for each time. Null: nothing that has to be decided. */
  readonly theirs: object | null;
  /** What is otherwise in theirs than it was, in words. */
  readonly theyChanged: readonly string[];
  /** What is not saved here; null: nothing is, but what is seen here is not what there is. */
  readonly iChanged: readonly string[] | null;
  readonly onTakeTheirs: () => void;
  readonly onKeepMine: () => void;
}

/** Somebody else saved meanwhile: nothing is overwritten, and nothing sent, without a decision. */
export function Conflict(props: ConflictProps) {
  const { noun, theirs, iChanged } = props;
  const [putOff, setPutOff] = useState<object | null>(null);
  if (theirs === null) return null;
  const title = `Somebody else changed this ${noun}`;
  if (putOff !== theirs) {
    return <Decision {...props} title={title} onLater={() => setPutOff(theirs)} />;
  }
  return (
    <Notice role="alert" tone="asking" title={title} className="m-3">
      <div className="flex flex-wrap items-center gap-2">
        <p className="flex-1">
          {iChanged === null
            ? 'What you see here is not what it says now.'
            : 'Your changes are not saved.'}
        </p>
        <Button onClick={() => setPutOff(null)}>Decide…</Button>
      </div>
    </Notice>
  );
}

interface DecisionProps extends ConflictProps {
  readonly title: string;
  readonly onLater: () => void;
}

function Decision(props: DecisionProps) {
  const { title, theyChanged, iChanged, onTakeTheirs, onKeepMine, onLater } = props;
  const isMine = iChanged !== null;
  return (
    <Dialog open title={title} onOpenChange={onLater} isLarge>
      <div className="grid gap-4">
        <p>
          {isMine ? 'Your changes are not saved.' : 'Nothing was done with it.'} One of the two
          drafts can stay.
        </p>
        <div className="grid gap-4 wide:grid-cols-2">
          <Changes title="They changed" words={theyChanged} />
          {isMine && <Changes title="You changed" words={iChanged} />}
        </div>
        <div className="flex flex-wrap gap-2">
          <Button onClick={onTakeTheirs}>
            {isMine ? 'Take theirs, drop mine' : 'Take theirs'}
          </Button>
          <Button onClick={onKeepMine}>
            {isMine ? 'Keep mine, overwrite theirs' : 'Keep what I saw, overwrite theirs'}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** So many by name; then how many more. */
const NAMED_MAX = 6;

function Changes({ title, words }: { readonly title: string; readonly words: readonly string[] }) {
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
