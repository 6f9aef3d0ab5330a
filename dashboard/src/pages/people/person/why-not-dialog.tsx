import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useAsk, useAskPages } from '../../../api/ask.ts';
import type { Answer } from '@milepost/sdk';
import { viewerZone } from '../../../app/time.ts';
import { Instant, WithInstants } from '../../../components/instant.tsx';
import { Dialog } from '../../../components/ui/dialog.tsx';
import { sentenceWords } from '../../../components/sentence.ts';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { SeriesPicker } from './series-picker.tsx';
import { Reasons } from './timeline.tsx';

interface WhyNotDialogProps {
  readonly userId: string;
  readonly zone: string | null;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

type Explained = Extract<Answer<'GET /users/{user_id}/explain'>, { readonly sentence: string }>;

/** Why somebody is where they are in a series, or why they never entered it. */
export function WhyNotDialog({ userId, zone, open, onOpenChange }: WhyNotDialogProps) {
  const [chosen, setSeriesId] = useState<string | null>(null);
  const { rows } = useAskPages('GET /users/{user_id}/enrollments', {
    path: { user_id: userId },
    query: { limit: 20 },
  });
  // One mostly asks about what the person is in.
  const seriesId = chosen ?? rows.find(({ type }) => type === 'series')?.series_id ?? '';
  return (
    <Dialog title="Why was nothing sent?" open={open} onOpenChange={onOpenChange} isLarge>
      <div className="grid gap-4">
        <SeriesPicker
          label="Series"
          value={seriesId}
          onChange={setSeriesId}
          statuses={['active', 'paused', 'completed', 'archived']}
        />
        {seriesId !== '' && <Explanation userId={userId} seriesId={seriesId} zone={zone} />}
      </div>
    </Dialog>
  );
}

interface ExplanationProps {
  readonly userId: string;
  readonly seriesId: string;
  readonly zone: string | null;
}

function Explanation({ userId, seriesId, zone }: ExplanationProps) {
  const { data, error } = useAsk('GET /users/{user_id}/explain', {
    path: { user_id: userId },
    query: { series_id: seriesId },
  });
  if (error !== null) {
    return (
      <p role="alert" className="text-fault">
        {error.message}
      </p>
    );
  }
  if (data === undefined || !('sentence' in data)) return <Skeleton className="h-32 w-full" />;
  return <Explained explained={data} zone={zone ?? viewerZone} />;
}

function Explained({ explained, zone }: { readonly explained: Explained; readonly zone: string }) {
  const { sentence, reasons, next, entry, timezone, steps, series_id: id } = explained;
  return (
    <div aria-live="polite" className="grid gap-4">
      <p className="font-medium">
        <WithInstants text={sentenceWords(sentence)} zone={zone} />
      </p>
      {reasons.length > 0 && <Reasons reasons={reasons} zone={zone} />}
      {next !== null && next.at !== null && (
        <p>
          Next: {sentenceWords(next.action)}
          {next.step_id !== null &&
            !next.action.includes(next.step_id) &&
            ` (${next.step_id})`},{' '}
          <Instant at={next.at} zone={zone} /> <span className="text-muted">{zone}</span>
        </p>
      )}
      <dl className="grid gap-1 text-sm text-muted">
        <div>
          <dt className="inline font-medium">How one enters: </dt>
          <dd className="inline">{entry.sentence}</dd>
        </div>
        <div>
          <dt className="inline font-medium">Time zone: </dt>
          <dd className="inline">{timezone.sentence}</dd>
        </div>
      </dl>
      {steps.length > 0 && (
        <details>
          <summary className="cursor-pointer text-sm text-muted">
            The way so far, {steps.length} {steps.length === 1 ? 'step' : 'steps'}
          </summary>
          <ol className="mt-2 grid gap-2">
            {steps.map((step) => (
              <li key={step.seq} className="grid">
                <span>
                  <WithInstants text={sentenceWords(step.sentence)} zone={zone} />
                </span>
                <span className="text-sm text-muted">
                  <Instant at={step.at} zone={zone} />
                </span>
              </li>
            ))}
          </ol>
        </details>
      )}
      <Link
        to="/dashboard/automation/$id"
        params={{ id }}
        className="w-fit text-sm underline underline-offset-2"
      >
        Open {explained.series_name}
      </Link>
    </div>
  );
}
