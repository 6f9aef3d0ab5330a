import { DomainError } from '../platform/errors.ts';
import type { BroadcastMove, BroadcastState } from './broadcast.ts';

export const broadcastNotFound = (): DomainError =>
  new DomainError('broadcast.not_found', 'not_found', 'Broadcast not found');

export const draftChanged = (): DomainError =>
  new DomainError(
    'broadcast.changed',
    'conflict',
    'Somebody else changed this draft since it was read: read it again',
  );

export const cannotMove = (state: BroadcastState, move: BroadcastMove): DomainError =>
  new DomainError(
    'broadcast.wrong_status',
    'conflict',
    `Cannot ${move} a broadcast that is ${state}`,
  );

export const cannotChange = (state: BroadcastState): DomainError =>
  new DomainError(
    'broadcast.not_changeable',
    'conflict',
    `This broadcast is ${state} and can no longer be changed`,
  );
