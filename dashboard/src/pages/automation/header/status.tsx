import { Badge } from '../../../components/ui/badge.tsx';
import type { ServerSeries } from '../draft/use-draft.ts';

const TONES = {
  draft: 'plain',
  active: 'good',
  paused: 'solid',
  completed: 'quiet',
  archived: 'quiet',
} as const;

const WORDS = {
  draft: 'Draft',
  active: 'Active',
  paused: 'Paused',
  completed: 'Completed',
  archived: 'Archived',
} as const;

/** The status of a series, and its published version. */
export function SeriesStatus({ series }: { readonly series: ServerSeries }) {
  const { status, version } = series;
  return (
    <Badge tone={TONES[status]}>
      {version === null ? WORDS[status] : `${WORDS[status]} · version ${version}`}
    </Badge>
  );
}
