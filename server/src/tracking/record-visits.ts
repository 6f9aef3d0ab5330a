import { inTransaction, type Pool, type Transaction } from '../platform/db.ts';
import { bucketOf } from '../platform/ids.ts';
import { pastDeadlocks } from '../platform/past-deadlocks.ts';
import { imageProxyOf, judge, staticReasonOf, type Visit } from './classify.ts';
import { signalsOf, type Happened } from './record-returned.ts';
import { countKindOf, storable } from './returned-event.ts';
import { addCounts, countOf, type Count, type CountKind } from './sql/counts.ts';
import {
  insertEvents,
  lockMessages,
  PAST_EVENTS_MAX,
  pastEvents,
  raiseStates,
  signalMessages,
  type KnownMessage,
  type PastEvent,
} from './sql/returned.ts';
import { markMachines, type Remade } from './sql/visits.ts';

/** Somebody, or something, loaded a picture or followed a link of a message. */
export interface SeenVisit {
  /** Of the event: the same however often it is written. */
  readonly id: string;
  readonly kind: 'opened' | 'clicked';
  readonly messageId: string;
  /** Null for openings, and for the hidden link. */
  readonly linkId: string | null;
  /** Where the link leads; null where `linkId` is. */
  readonly url: string | null;
  readonly isTrap: boolean;
  readonly at: Date;
  readonly method: string;
  readonly userAgent: string;
  readonly isPrefetch: boolean;
}

const USER_AGENT_LENGTH_MAX = 300;
const URL_LENGTH_MAX = 2_000;
/** The reason kept with a follow of the hidden link itself. */
const TRAP = 'honeypot_link';

/**
 * Writes visits down, judged together with those that each message had before, which may change what
 * those were. In one transaction; written again nothing changes.
 *
 * @returns how many were written: visits of messages that are gone are not
 */
export async function recordVisits(
  { db }: { db: Pool },
  visits: readonly SeenVisit[],
): Promise<number> {
  if (visits.length === 0) return 0;
  return pastDeadlocks(() => inTransaction(db, (tx) => recordIn(tx, visits)));
}

async function recordIn(tx: Transaction, visits: readonly SeenVisit[]): Promise<number> {
  const refs = [...new Set(visits.map(({ messageId }) => messageId))].map((id) => ({
    bucket: bucketOf(id),
    id,
  }));
  const messages = await lockMessages(tx, refs, { workspaceId: null });
  const past = Map.groupBy(await pastEvents(tx, messages), (event) => event.messageId);
  const seen = Map.groupBy(visits, ({ messageId }) => messageId);
  const outcomes = messages.map((message) =>
    judgeMessage(message, {
      past: past.get(message.id) ?? [],
      seen: seen.get(message.id) ?? [],
    }),
  );
  const added = await insertEvents(
    tx,
    outcomes.flatMap(({ happened }) => happened.map(({ event }) => event)),
  );
  await markMachines(
    tx,
    outcomes.flatMap(({ remade }) => remade),
  );
  await tell(tx, outcomes);
  return added.size;
}

async function tell(tx: Transaction, outcomes: readonly Outcome[]): Promise<void> {
  const happened = outcomes.flatMap((outcome) => outcome.happened);
  // Whoever has it can have it from nobody but us: it has left.
  const doubts = happened.filter(({ message }) => message.state === 'in_doubt');
  const left = new Set(doubts.map(({ message }) => message.id));
  const sent = await raiseStates(
    tx,
    [...left].map((id) => ({ bucket: bucketOf(id), id, told: 'accepted' })),
  );
  await signalMessages(tx, signalsOf(happened));
  await addCounts(tx, [...outcomes.flatMap(({ counts }) => counts), ...sent]);
}

interface Outcome {
  readonly happened: readonly Happened[];
  readonly remade: readonly Remade[];
  readonly counts: readonly Count[];
}

function judgeMessage(
  message: KnownMessage,
  { past, seen }: { past: readonly PastEvent[]; seen: readonly SeenVisit[] },
): Outcome {
  const before = past.flatMap((event) => pastVisitOf(event) ?? []);
  const known = new Set(past.map(({ id }) => id));
  const fresh = seen
    .filter(({ id }) => !known.has(id))
    .slice(0, Math.max(0, PAST_EVENTS_MAX - past.length));
  const reasons = judge([...before, ...fresh.map(visitOf)], {
    acceptedAt: message.sentAt,
    isBeingSent: message.state === 'sending',
  });
  const remade = before.flatMap(({ id, isMachine }) => {
    const reason = reasons.get(id);
    if (reason === undefined || isMachine) return [];
    return [{ bucket: message.bucket, id, reason }];
  });
  const happened = fresh.map((visit) => ({
    message,
    event: eventOf(message, visit, reasons.get(visit.id) ?? null),
  }));
  const kindsBefore = kindsOf(before);
  const kindsAfter = kindsOf([
    ...before.map((visit) => ({ ...visit, isMachine: reasons.has(visit.id) || visit.isMachine })),
    ...fresh.map((visit) => ({ kind: visit.kind, isMachine: reasons.has(visit.id) })),
  ]);
  const counts = [
    ...[...kindsAfter.difference(kindsBefore)].map((kind) => countOf(message, kind, 1)),
    ...[...kindsBefore.difference(kindsAfter)].map((kind) => countOf(message, kind, -1)),
  ];
  return { happened, remade, counts };
}

function pastVisitOf(event: PastEvent): Visit | null {
  const { id, kind, at, linkId, isMachine, reason } = event;
  if (kind !== 'opened' && kind !== 'clicked') return null;
  return { id, kind, at, linkId, isMachine, reason, isTrap: reason === TRAP };
}

function visitOf({ id, kind, at, linkId, isTrap, ...request }: SeenVisit): Visit {
  const reason = isTrap ? TRAP : staticReasonOf({ kind, ...request });
  return { id, kind, at, linkId, isTrap, reason, isMachine: reason !== null };
}

function eventOf(message: KnownMessage, visit: SeenVisit, reason: string | null) {
  const proxy = imageProxyOf(visit.userAgent);
  return {
    bucket: message.bucket,
    id: visit.id,
    messageId: message.id,
    kind: visit.kind,
    at: visit.at,
    detail: {
      machine: reason !== null,
      reason,
      user_agent: storable(visit.userAgent, USER_AGENT_LENGTH_MAX),
      ...(visit.linkId === null ? {} : { link_id: visit.linkId }),
      ...(visit.url === null ? {} : { url: storable(visit.url, URL_LENGTH_MAX) }),
      ...(proxy === null ? {} : { via: proxy }),
    },
  };
}

function kindsOf(
  visits: readonly { kind: 'opened' | 'clicked'; isMachine: boolean }[],
): Set<CountKind> {
  return new Set(
    visits.flatMap(({ kind, isMachine }) => countKindOf({ kind, isMachine, class: null }) ?? []),
  );
}
