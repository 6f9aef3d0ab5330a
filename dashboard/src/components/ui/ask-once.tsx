import { useEffect, useRef, useState } from 'react';
import { Button } from './button.tsx';

interface AskOnceProps {
  readonly label: string;
  /** What follows from it, as a question. */
  readonly question: string;
  readonly confirm: string;
  readonly isPending: boolean;
  readonly onConfirm: () => void;
}

/** A button that asks before it acts, in its own place. Escape means no. */
export function AskOnce({ label, question, confirm, isPending, onConfirm }: AskOnceProps) {
  const [isAsking, setIsAsking] = useState(false);
  const first = useRef<HTMLButtonElement>(null);
  const wasAsking = useRef(false);
  useEffect(() => {
    // The button under the focus was replaced; its successor takes the focus over.
    if (isAsking !== wasAsking.current) first.current?.focus();
    wasAsking.current = isAsking;
  }, [isAsking]);

  if (!isAsking) {
    return (
      <Button ref={first} onClick={() => setIsAsking(true)}>
        {label}
      </Button>
    );
  }
  return (
    // Keys that reach this group come from its two buttons.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      role="group"
      aria-label={question}
      className="flex flex-wrap items-center gap-x-3 gap-y-2"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        setIsAsking(false);
      }}
    >
      <p className="min-w-0 text-sm text-pretty wide:max-w-96">{question}</p>
      <span className="flex gap-2">
        <Button ref={first} look="primary" disabled={isPending} onClick={onConfirm}>
          {isPending ? 'Resuming…' : confirm}
        </Button>
        <Button disabled={isPending} onClick={() => setIsAsking(false)}>
          No
        </Button>
      </span>
    </div>
  );
}
