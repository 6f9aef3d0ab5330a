import type { Side } from '../key.ts';

/** One change: who made it, what it did to what, and what was there before. */
export interface AuditEntry {
  readonly id: string;
  readonly at: Date;
  readonly side: Side;
  readonly actorKind: 'member' | 'key' | 'code' | 'system';
  readonly actorId: string | null;
  /** The address of a member, the hint of a key, the command of code. */
  readonly actorName: string | null;
  /** Why, where nobody ordered it. */
  readonly reason: string | null;
  /** `noun.verb`, see actions.ts. */
  readonly action: string;
  readonly targetKind: string;
  readonly targetId: string;
  readonly targetName: string | null;
  /** Only the members that differ; null where there was nothing. */
  readonly before: object | null;
  readonly after: object | null;
  /** Something was too long to keep: its length and hash stand in its place. */
  readonly isCut: boolean;
  readonly requestId: string | null;
  /** Of the caller on the network. */
  readonly address: string | null;
}

/** Which entries are meant; null means any. */
export interface AuditFilter {
  /** The id of a member or key, or the address of a member. */
  readonly actor: string | null;
  readonly action: string | null;
  readonly targetKind: string | null;
  readonly targetId: string | null;
  /** The first instant. */
  readonly from: Date | null;
  /** The instant after the last. */
  readonly to: Date | null;
}

/** An entry as the API shows it. */
export const entryViewOf = ({
  id,
  at,
  side,
  actorKind,
  actorId,
  actorName,
  reason,
  action,
  targetKind,
  targetId,
  targetName,
  before,
  after,
  isCut,
  requestId,
  address,
}: AuditEntry) => ({
  id,
  at: at.toISOString(),
  side,
  actor: { kind: actorKind, id: actorId, name: actorName },
  reason,
  action,
  target: { kind: targetKind, id: targetId, name: targetName },
  before,
  after,
  is_cut: isCut,
  request_id: requestId,
  address,
});
