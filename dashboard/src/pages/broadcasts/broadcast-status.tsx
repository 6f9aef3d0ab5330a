import { Badge } from '../../components/ui/badge.tsx';
import type { Status } from './broadcast.ts';

const TONES = {
  draft: 'quiet',
  scheduled: 'plain',
  sending: 'good',
  paused: 'solid',
  sent: 'plain',
  cancelled: 'quiet',
} as const;

export function BroadcastStatus({ status }: { readonly status: Status }) {
  return <Badge tone={TONES[status]}>{status}</Badge>;
}
