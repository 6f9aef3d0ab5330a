import { Badge } from './ui/badge.tsx';

const TONES = {
  draft: 'quiet',
  active: 'good',
  paused: 'solid',
  completed: 'plain',
  archived: 'quiet',
} as const;

/** The state of a series, in the glossary's word. */
export function SeriesStatus({ status }: { readonly status: keyof typeof TONES }) {
  return <Badge tone={TONES[status]}>{status}</Badge>;
}
