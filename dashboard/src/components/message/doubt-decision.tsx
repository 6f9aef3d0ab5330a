import type { Decision, MessageDetail } from '@milepost/sdk';
import { useState } from 'react';
import { useMay } from '../../api/may.ts';
import { useResolve } from '../../api/messages.ts';
import { STATUS_WORDS } from '../message-status.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';

const CHOICES = [
  {
    decision: 'resend',
    label: 'Resend',
    effect: 'It is sent again. If it did arrive, it arrives twice.',
  },
  {
    decision: 'mark_sent',
    label: 'Mark sent',
    effect: 'Nothing leaves. If it did not arrive, it never does.',
  },
] as const;

/** The button was replaced under the pointer; the focus would be lost with it. */
const focusOnMount = (element: HTMLElement | null): void => element?.focus();

/** The two ways out for a message in doubt; either takes a second click, for neither can be undone. */
export function DoubtDecision({ message }: { readonly message: MessageDetail }) {
  const resolve = useResolve(message.id);
  const [asked, setAsked] = useState<Decision | null>(null);
  const choices = useMay('editor') ? CHOICES : [];
  return (
    <Notice tone="asking" className="mb-4" title="In doubt: a person must decide">
      <p>
        {STATUS_WORDS.in_doubt.meaning} Look at the provider’s log or ask {message.to}; Milepost
        will not resend it by itself.
      </p>
      {message.reason !== null && <p className="text-muted">{message.reason}</p>}
      {choices.length === 0 && <p>Editors and owners decide.</p>}
      <ul className="mt-2 grid gap-3 wide:grid-cols-2">
        {choices.map(({ decision, label, effect }) => (
          <li key={decision} className="grid content-start justify-items-start gap-1.5">
            {asked === decision ? (
              <span className="flex gap-2">
                <Button
                  look="primary"
                  disabled={resolve.isPending}
                  onClick={() => resolve.mutate(decision)}
                  ref={focusOnMount}
                >
                  {resolve.isPending ? 'Deciding…' : `Yes, ${label.toLowerCase()}`}
                </Button>
                <Button onClick={() => setAsked(null)}>No</Button>
              </span>
            ) : (
              <Button onClick={() => setAsked(decision)}>{label}</Button>
            )}
            <p className="text-sm text-muted">{effect}</p>
          </li>
        ))}
      </ul>
      {resolve.error !== null && (
        <p role="alert" className="font-medium">
          Not decided: {resolve.error.message}
        </p>
      )}
    </Notice>
  );
}
