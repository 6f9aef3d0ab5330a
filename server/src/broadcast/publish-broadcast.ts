import type { Db, Pool, Transaction } from '../platform/db.ts';
import type { Fault } from '../schedule/fault.ts';
import {
  buildSteps,
  insertBuilt,
  insertVersion,
  seriesInvalid,
  syncTests,
  testsOf,
  type BuiltSteps,
} from '../series/index.ts';
import { insertUses } from '../template/index.ts';
import { listOf } from './audience.ts';
import { consentOf } from './audience-rules.ts';
import type { Broadcast } from './broadcast.ts';
import { sendableOf, type Sendable } from './draft.ts';
import { beginsAt, tooEarlyOrLate, type Schedule } from './schedule.ts';
import { findList, setSchedule } from './sql/broadcasts.ts';

/** How a draft is to be published. */
export interface PublishHow {
  /** When it is to be sent; null for what the draft says. */
  readonly schedule: Schedule | null;
  readonly now: Date;
  /** Of the send time, as the client wrote it. */
  readonly path: string;
}

/** A draft that may be published, with its email built. */
export interface Publishable {
  readonly sendable: Sendable;
  readonly built: BuiltSteps;
  readonly now: Date;
}

/**
 * Checks everything that has to hold before a draft is sent, and builds its email: before anything is
 * locked.
 *
 * @throws `series.invalid` with every fault and its path
 */
export async function publishableOf(
  db: Pool,
  { draft, workspaceId }: Broadcast,
  { schedule, now, path }: PublishHow,
): Promise<Publishable> {
  const sendable = sendableOf(draft, schedule);
  if ('faults' in sendable) throw seriesInvalid(sendable.faults);
  const built = await buildSteps(db, [sendable.email], { workspaceId, isPublished: false });
  const faults = [
    ...built.faults.map((fault) => ({ ...fault, path: fault.path.replace('steps/0', 'email') })),
    ...(await listFaults(db, workspaceId, sendable)),
    ...tooEarlyOrLate(sendable.schedule, now, path),
  ];
  if (faults.length > 0) throw seriesInvalid(faults);
  return { sendable, built, now };
}

/** Publishes what a locked broadcast says, and writes down to whom and when. */
export async function publish(
  tx: Transaction,
  broadcast: Broadcast,
  { sendable, built, now }: Publishable,
): Promise<Broadcast> {
  const number = (broadcast.version ?? 0) + 1;
  const { id: automationId, workspaceId } = broadcast;
  const { audience, schedule } = sendable;
  const { steps, contents, uses } = built;
  await insertVersion(tx, {
    automationId,
    number,
    settings: {
      timezone: 'local' in schedule ? schedule.timezone : null,
      over_cap: 'skip',
    } as never,
    steps,
    publishedAt: now,
    listens: [],
  });
  await insertBuilt(tx, { automationId, contents });
  await insertUses(tx, { workspaceId, automationId, automationVersion: number, uses });
  await syncTests(tx, { workspaceId, automationId, tests: testsOf(steps) });
  await setSchedule(tx, { id: automationId, audience, schedule, dueAt: beginsAt(schedule, now) });
  return { ...broadcast, version: number, state: 'scheduled' };
}

/** A list that is not there sends to nobody: that is told before. */
async function listFaults(
  db: Db,
  workspaceId: string,
  { email, audience }: Sendable,
): Promise<Fault[]> {
  const own = listOf(audience);
  const named = [
    { path: 'audience/list_id', id: own },
    { path: 'email/list_id', id: consentOf(email).listId },
  ];
  const faults: Fault[] = [];
  for (const { path, id } of named) {
    if (id === null || (path === 'email/list_id' && id === own)) continue;
    const list = await findList(db, { workspaceId, id });
    if (list === null) faults.push({ path, message: 'names no list of this workspace' });
    else if (list.isArchived) faults.push({ path, message: 'names a list that is archived' });
  }
  return faults;
}
