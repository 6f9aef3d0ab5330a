import { AsyncLocalStorage } from 'node:async_hooks';

/** Who makes the changes of a call or a command, and by which action: what the audit log keeps. */
export interface Cause {
  readonly actor: {
    readonly kind: 'member' | 'key' | 'code' | 'system';
    readonly id: string | null;
    /** The address of a member, the hint of a key, the command of code. */
    readonly name: string | null;
  };
  /** Why, where nobody ordered it. */
  readonly reason: string | null;
  /** `noun.verb`; null where what is changed says it. */
  readonly action: string | null;
  readonly requestId: string | null;
  /** Of the caller on the network. */
  readonly address: string | null;
}

/**
 * The one thing that travels beside the arguments. Passed by hand it would be in the signature of every
 * use case that changes anything, sixty of them, and each new one could forget it; and nothing that is
 * decided depends on it. It is read in one place: where a transaction begins.
 */
const causes = new AsyncLocalStorage<string | null>();

/** Runs `work`; every transaction that it begins is known to have this cause. */
export function causedBy<T>(
  { actor, reason, action, requestId, address }: Cause,
  work: () => T,
): T {
  const text = JSON.stringify({
    actor_kind: actor.kind,
    actor_id: actor.id,
    actor_name: actor.name,
    reason,
    action,
    request_id: requestId,
    address,
  });
  return causes.run(text, work);
}

/** Runs `work` as the system's own: what follows from a change, and is not the change. */
export const causedByNobody = <T>(work: () => T): T => causes.run(null, work);

/** The present cause as the database keeps it for a transaction; null for the system's own. */
export const presentCause = (): string | null => causes.getStore() ?? null;
