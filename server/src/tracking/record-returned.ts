import {
  changePreferences,
  recordSuppressions,
  type ConsentDeps,
  type UserRef,
} from '../consent/index.ts';
import { inTransaction, type Pool, type Transaction } from '../platform/db.ts';
import { addressKey } from '../platform/email-address.ts';
import { bucketOf, storedIdOf } from '../platform/ids.ts';
import { pastDeadlocks } from '../platform/past-deadlocks.ts';
import type { BounceClass, Returned } from '../transport/index.ts';
import { readWorkspace } from '../workspace/index.ts';
import { countKindOf, eventOf, higherTold, returnedIdOf, toldBy } from './returned-event.ts';
import { isDead } from './soft-bounces.ts';
import { addCounts, countOf, type Count } from './sql/counts.ts';
import {
  findMessages,
  insertEvents,
  knownEvents,
  lastMessagesTo,
  lockMessages,
  pastEvents,
  raiseStates,
  signalMessages,
  type KnownMessage,
  type NewEvent,
  type Told,
} from './sql/returned.ts';

export interface ReturnedDeps {
  readonly db: Pool;
  readonly consent: ConsentDeps;
}

/** Told in one transaction at most; more go in several. */
const BATCH_MAX = 500;

/**
 * Records what came back about messages of a side: keeps the events, moves the messages' states, counts,
 * suppresses addresses that bounced for good or complained, and tells the series that listen.
 *
 * Told again (same workspace, source and key) nothing changes; in another order the end is the same.
 * What is about messages of others is dropped. A batch of 500 is one transaction: when this throws, the
 * source may tell all of it again.
 *
 * @param source who tells, such as `ses` or `mailbox`: keys are unique there
 * @returns how many events are new
 */
export async function recordReturned(
  deps: ReturnedDeps,
  workspaceId: string,
  returned: readonly Returned[],
  { now, source }: { now: Date; source: string },
): Promise<number> {
  let added = 0;
  for (let from = 0; from < returned.length; from += BATCH_MAX) {
    const batch = returned.slice(from, from + BATCH_MAX).map(withStoredId);
    await unsubscribeTold(deps, { workspaceId, batch, source, now });
    // Suppressing some people for one reason and then others for another may meet its mirror image.
    const { count, people } = await pastDeadlocks(() =>
      inTransaction(deps.db, (tx) => recordIn(deps, tx, { workspaceId, batch, source, now })),
    );
    added += count;
    if (people.length > 0) await deps.consent.withdraw(people);
  }
  return added;
}

const withStoredId = (one: Returned): Returned => ({
  ...one,
  messageId: storedIdOf(one.messageId),
});

interface Batch {
  readonly workspaceId: string;
  readonly batch: readonly Returned[];
  readonly source: string;
  readonly now: Date;
}

/** Before they are kept: who is told of twice may have come back in between, and is left alone then. */
async function unsubscribeTold(
  { db, consent }: ReturnedDeps,
  { workspaceId, batch, source, now }: Batch,
): Promise<void> {
  const told = batch
    .filter(({ kind }) => kind === 'unsubscribed')
    .map(({ messageId, key }) => ({
      bucket: bucketOf(messageId),
      messageId,
      id: returnedIdOf({ workspaceId, source, key }),
    }));
  if (told.length === 0) return;
  const known = await knownEvents(db, told);
  const fresh = told.filter(({ id }) => !known.has(id));
  const refs = fresh.map(({ bucket, messageId }) => ({ bucket, id: messageId }));
  for (const { bucket, userId } of await findMessages(db, workspaceId, refs)) {
    const changes = [{ listId: null, to: 'unsubscribed' as const }];
    await changePreferences(consent, { workspaceId, bucket, userId, changes, source, now });
  }
}

async function recordIn(
  deps: ReturnedDeps,
  tx: Transaction,
  { workspaceId, batch, source, now }: Batch,
): Promise<{ count: number; people: readonly UserRef[] }> {
  const events = new Map(
    batch.map((one) => {
      const event = eventOf(one, { workspaceId, source, now });
      return [event.id, { event, told: toldBy(one.kind) }] as const;
    }),
  );
  const locked = await lockMessages(
    tx,
    uniqueRefs([...events.values()].map(({ event }) => event)),
    { workspaceId },
  );
  const messages = new Map(locked.map((one) => [one.id, one]));
  const known = [...events.values()].filter(({ event }) => messages.has(event.messageId));
  if (known.length === 0) return { count: 0, people: [] };
  const added = await insertEvents(
    tx,
    known.map(({ event }) => event),
  );
  const fresh = known.filter(({ event }) => added.has(event.id));
  if (fresh.length === 0) return { count: 0, people: [] };
  const sent = await raiseStates(tx, toldOf(fresh));
  const happened = fresh.map(({ event }) => ({ event, message: messageOf(messages, event) }));
  const people = await suppressAll(deps, tx, { workspaceId, happened, source, now });
  await signalMessages(tx, signalsOf(happened));
  await addCounts(tx, [...sent, ...(await countsOf(tx, happened))]);
  return { count: fresh.length, people };
}

/** Something new about a message. */
export interface Happened {
  readonly event: NewEvent;
  readonly message: KnownMessage;
}

function messageOf(messages: ReadonlyMap<string, KnownMessage>, { messageId }: NewEvent) {
  const message = messages.get(messageId);
  if (message === undefined) throw new Error(`message ${messageId} was not read`);
  return message;
}

const uniqueRefs = (events: readonly NewEvent[]) =>
  [...new Set(events.map(({ messageId }) => messageId))].map((id) => ({
    bucket: bucketOf(id),
    id,
  }));

/** The highest that was told of each message. */
function toldOf(fresh: readonly { event: NewEvent; told: string }[]): Told[] {
  const highest = new Map<string, string>();
  for (const { event, told } of fresh) {
    highest.set(event.messageId, higherTold(told, highest.get(event.messageId) ?? told));
  }
  return [...highest].map(([id, told]) => ({ bucket: bucketOf(id), id, told }));
}

/** Kinds that goals and exits may listen to; consent tells of what it does itself. */
const SIGNALLED = new Set(['delivered', 'opened', 'clicked', 'replied']);

/** What a person did, or what arrived: a program's visits are not told. */
export const signalsOf = (happened: readonly Happened[]) =>
  happened
    .filter(({ event }) => SIGNALLED.has(event.kind) && event.detail['machine'] !== true)
    .map(({ event: { kind }, message: { bucket, workspaceId, userId } }) => ({
      bucket,
      workspaceId,
      userId,
      name: kind,
    }));

/** Counts messages, not events: each kind once per message, whoever tells of it. */
async function countsOf(tx: Transaction, happened: readonly Happened[]): Promise<Count[]> {
  const fresh = new Set(happened.map(({ event }) => event.id));
  const refs = uniqueRefs(happened.map(({ event }) => event));
  const past = await pastEvents(tx, refs);
  const done = new Set(
    past.filter(({ id }) => !fresh.has(id)).map((one) => `${one.messageId} ${countKindOf(one)}`),
  );
  const counts: Count[] = [];
  for (const { event, message } of happened) {
    const bounceClass = event.detail['class'];
    const kind = countKindOf({
      kind: event.kind,
      class: typeof bounceClass === 'string' ? bounceClass : null,
      isMachine: event.detail['machine'] === true,
    });
    if (kind === null || done.has(`${message.id} ${kind}`)) continue;
    done.add(`${message.id} ${kind}`);
    counts.push(countOf(message, kind, 1));
  }
  return counts;
}

/** Hard bounces and complaints at once, soft bounces by the workspace's rule. */
async function suppressAll(
  { consent }: ReturnedDeps,
  tx: Transaction,
  {
    workspaceId,
    happened,
    source,
    now,
  }: { workspaceId: string; happened: readonly Happened[]; source: string; now: Date },
): Promise<UserRef[]> {
  const people: UserRef[] = [];
  const suppress = async (
    reason: 'hard_bounce' | 'complaint',
    addresses: readonly string[],
    detail: Record<string, unknown>,
  ): Promise<void> => {
    // Whoever was erased has none any more.
    const known = new Set(addresses.filter((address) => address !== ''));
    const targets = [...known].toSorted().map((address) => ({ address }));
    if (targets.length === 0) return;
    const input = { workspaceId, targets, reason, source, detail, now };
    people.push(...(await recordSuppressions(tx, consent.key, input)).users);
  };
  const bounced = (bounceClass: BounceClass): Happened[] =>
    happened.filter(({ event: e }) => e.kind === 'bounced' && e.detail['class'] === bounceClass);
  await suppress('hard_bounce', bounced('hard').filter(isAboutThem).map(addressOf), {});
  const complained = happened.filter(({ event }) => event.kind === 'complained');
  await suppress('complaint', complained.map(addressOf), {});
  const soft = bounced('soft');
  if (soft.length > 0) {
    const dead = await deadAmong(tx, { workspaceId, soft, now });
    await suppress('hard_bounce', dead, { rule: 'soft_bounces' });
  }
  return people;
}

/**
 * Whether a bounce names the address that was written to. Of mail that was forwarded it names another,
 * whose end is no reason to stop writing to the first.
 */
function isAboutThem({ event, message }: Happened): boolean {
  const { recipient } = event.detail;
  return (
    typeof recipient !== 'string' ||
    addressKey(bareAddress(recipient)) === addressKey(bareAddress(message.to))
  );
}

const addressOf = ({ message }: Happened): string => bareAddress(message.to);

/** Of `Name <address>` the address. */
const bareAddress = (to: string): string => /<([^<>]+)>\s*$/.exec(to)?.[1] ?? to;

async function deadAmong(
  tx: Transaction,
  { workspaceId, soft, now }: { workspaceId: string; soft: readonly Happened[]; now: Date },
): Promise<string[]> {
  const { settings } = await readWorkspace(tx, { workspaceId });
  const dead: string[] = [];
  const asked = new Set<string>();
  for (const happened of soft) {
    const { bucket, userId, to } = happened.message;
    if (asked.has(`${userId} ${to}`)) continue;
    asked.add(`${userId} ${to}`);
    const messages = await lastMessagesTo(tx, { bucket, userId, to });
    if (isDead(messages, { rule: settings.softBounces, now })) dead.push(addressOf(happened));
  }
  return dead;
}

/** An address that a server refused when we handed a message over (5xx to RCPT). */
export interface RefusedAddress {
  readonly workspaceId: string;
  readonly messageId: string;
  readonly attempt: number;
  readonly class: BounceClass;
  readonly code: string | null;
  readonly diagnostic: string;
}

/**
 * Treats addresses that were refused at the handover as what they are: bounces. In the transaction that
 * settles their messages, whose state stays `rejected`.
 *
 * @returns what is to be done after the commit
 */
export async function recordRefused(
  deps: ReturnedDeps,
  tx: Transaction,
  refused: readonly RefusedAddress[],
  { now }: { now: Date },
): Promise<() => Promise<void>> {
  const people: UserRef[] = [];
  for (const [workspaceId, group] of Map.groupBy(refused, (one) => one.workspaceId)) {
    const events = group.map((one) =>
      eventOf(bounceOf(one, now), { workspaceId, source: 'smtp', now }),
    );
    const locked = await lockMessages(tx, uniqueRefs(events), { workspaceId });
    const messages = new Map(locked.map((one) => [one.id, one]));
    const known = events.filter(({ messageId }) => messages.has(messageId));
    if (known.length === 0) continue;
    const added = await insertEvents(tx, known);
    const happened = known
      .filter(({ id }) => added.has(id))
      .map((event) => ({ event, message: messageOf(messages, event) }));
    if (happened.length === 0) continue;
    people.push(...(await suppressAll(deps, tx, { workspaceId, happened, source: 'smtp', now })));
    // Refused is sent too, as far as a rate of bounces goes.
    const sent = happened.map(({ message }) => countOf(message, 'sent', 1));
    await addCounts(tx, [...sent, ...(await countsOf(tx, happened))]);
  }
  return async () => {
    if (people.length > 0) await deps.consent.withdraw(people);
  };
}

function bounceOf(
  { messageId, attempt, class: bounceClass, code, diagnostic }: RefusedAddress,
  now: Date,
): Returned {
  return {
    key: `${messageId}:${attempt}`,
    kind: 'bounced',
    at: now,
    messageId,
    recipient: null,
    bounce: { class: bounceClass, code, diagnostic },
    detail: { phase: 'rcpt' },
  };
}
