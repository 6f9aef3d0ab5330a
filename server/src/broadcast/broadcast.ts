import type { Audience } from './audience.ts';
import type { Schedule } from './schedule.ts';

export const BROADCAST_STATES = [
  'draft',
  'scheduled',
  'sending',
  'paused',
  'sent',
  'cancelled',
] as const;

export type BroadcastState = (typeof BROADCAST_STATES)[number];

/** A broadcast as it is stored: the automation, and what is its own. */
export interface Broadcast {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly state: BroadcastState;
  readonly draft: Readonly<Record<string, unknown>>;
  readonly version: number | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** As it was scheduled; null in a draft. */
  readonly audience: Audience | null;
  readonly schedule: Schedule | null;
  /** When there is something to do next, by the clock of the side. */
  readonly dueAt: Date | null;
  /** When its audience began to be written down. */
  readonly startedAt: Date | null;
  /** When all of it was. */
  readonly snapshotAt: Date | null;
  readonly finishedAt: Date | null;
}

export type BroadcastMove = 'send' | 'schedule' | 'pause' | 'resume' | 'cancel';

/** Where a move may start. */
const FROM: Readonly<Record<BroadcastMove, readonly BroadcastState[]>> = {
  send: ['draft', 'scheduled'],
  schedule: ['draft', 'scheduled'],
  pause: ['scheduled', 'sending'],
  resume: ['paused'],
  cancel: ['scheduled', 'sending', 'paused'],
};

/** Where it is already, so that a repeated call succeeds and changes nothing. */
const THERE: Readonly<Record<BroadcastMove, readonly BroadcastState[]>> = {
  send: ['sending'],
  schedule: [],
  pause: ['paused'],
  resume: ['scheduled', 'sending'],
  cancel: ['cancelled'],
};

/** Whether a move is possible from a state, is nothing new, or is refused. Pure. */
export function mayMove(
  { state, startedAt }: Pick<Broadcast, 'state' | 'startedAt'>,
  move: BroadcastMove,
): 'yes' | 'is_there' | 'no' {
  if (THERE[move].includes(state)) return 'is_there';
  if (!FROM[move].includes(state)) return 'no';
  // Whose audience is being written down cannot be told another time.
  return (move === 'send' || move === 'schedule') && startedAt !== null ? 'no' : 'yes';
}

/** Whether content, audience and time may still be changed. Pure. */
export const isChangeable = ({
  state,
  startedAt,
}: Pick<Broadcast, 'state' | 'startedAt'>): boolean =>
  state === 'draft' || (state === 'scheduled' && startedAt === null);

/** What workers go by: only what is active leaves, what is paused waits, what is archived ends. */
export const STATUS_OF = {
  draft: 'draft',
  scheduled: 'active',
  sending: 'active',
  paused: 'paused',
  sent: 'completed',
  cancelled: 'archived',
} as const satisfies Readonly<Record<BroadcastState, string>>;
