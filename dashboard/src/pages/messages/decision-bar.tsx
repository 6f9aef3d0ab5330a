import type { Decision } from '@milepost/sdk';
import { useState } from 'react';
import { useDo } from '../../api/ask.ts';
import { countedOf } from '../../components/number.ts';
import { Button } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { useSay } from '../../components/ui/toast.tsx';
import type { MessageRow } from './message-table.tsx';

interface DecisionBarProps {
  /** Those chosen. */
  readonly ids: readonly string[];
  readonly rows: readonly MessageRow[];
  readonly onChoose: (ids: ReadonlySet<string>) => void;
  readonly onDone: () => void;
}

const WORDS: Readonly<Record<Decision, { label: string; effect: string }>> = {
  resend: {
    label: 'Resend',
    effect: 'They are sent again. What did arrive arrives twice.',
  },
  mark_sent: {
    label: 'Mark sent',
    effect: 'Nothing leaves. What did not arrive never does.',
  },
};

/** Messages that a call decides about at once. */
const DECIDED_MAX = 100;

/** Decides about several messages in doubt at once; neither way can be undone, so it asks. */
export function DecisionBar({ ids, rows, onChoose, onDone }: DecisionBarProps) {
  const [asked, setAsked] = useState<Decision | null>(null);
  const say = useSay();
  const resolve = useDo('POST /messages/resolve', {
    onDone: ({ resolved, data }) => {
      setAsked(null);
      onDone();
      const refused = data.find(({ error }) => error !== null);
      say({
        title: `Decided about ${countedOf(resolved, 'message', 'messages')}`,
        ...(refused === undefined
          ? {}
          : { text: `Not about ${data.length - resolved}: ${refused.error}`, tone: 'fault' }),
      });
    },
  });
  const shown = rows.slice(0, DECIDED_MAX);
  const isAll = ids.length === shown.length;
  return (
    <Notice tone="asking" title="In doubt: a person must decide">
      <p className="text-muted">
        They were handed over and no answer came. Look at the provider’s log before you decide.
      </p>
      <div className="mt-1 flex flex-wrap items-center gap-2">
        <Button
          onClick={() => onChoose(isAll ? new Set() : new Set(shown.map((message) => message.id)))}
        >
          {isAll
            ? 'Choose none'
            : `Choose ${rows.length > DECIDED_MAX ? 'the first' : 'all'} ${shown.length} shown`}
        </Button>
        {(['resend', 'mark_sent'] as const).map((decision) => (
          <Button
            key={decision}
            disabled={ids.length === 0 || ids.length > DECIDED_MAX}
            onClick={() => setAsked(decision)}
          >
            {WORDS[decision].label}
            {ids.length > 0 && ` ${ids.length}`}
          </Button>
        ))}
      </div>
      {asked !== null && (
        <Confirm
          open
          onOpenChange={() => setAsked(null)}
          title={`${WORDS[asked].label} ${countedOf(ids.length, 'message', 'messages')}?`}
          confirm={WORDS[asked].label}
          isPending={resolve.isPending}
          error={resolve.error}
          onConfirm={() => resolve.mutate({ body: { ids, decision: asked } })}
        >
          <p>{WORDS[asked].effect}</p>
          <p className="text-muted">This cannot be undone.</p>
        </Confirm>
      )}
    </Notice>
  );
}
