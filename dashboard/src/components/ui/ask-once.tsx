import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
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
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    // Elsewhere on the page Escape closes the message.
    event.stopPropagation();
    setIsAsking(false);
  };
  return (
    <fieldset aria-label={question} className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-2">
      <p className="min-w-0 text-sm text-pretty wide:max-w-96">{question}</p>
      <span className="flex gap-2">
        <Button
          ref={first}
          look="primary"
          disabled={isPending}
          onClick={onConfirm}
          onKeyDown={onKeyDown}
        >
          {isPending ? 'Resuming…' : confirm}
        </Button>
        <Button disabled={isPending} onClick={() => setIsAsking(false)} onKeyDown={onKeyDown}>
          No
        </Button>
      </span>
    </fieldset>
  );
}
