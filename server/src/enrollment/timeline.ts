import { usersByIds, type User } from '../audience/index.ts';
import type { ConsentKey } from '../consent/index.ts';
import type { Db } from '../platform/db.ts';
import { bucketOf, userIdOf } from '../platform/ids.ts';
import type { Reason } from '../schedule/reason.ts';
import type { PublishedSeries, SeriesCatalog } from '../series/index.ts';
import { userNotFound } from './errors.ts';
import { endedPlace } from './explain/place.ts';
import { stepPlace } from './explain/step.ts';
import { listPersonHistory, type PersonHappening } from './person/history.ts';
import { zoneWords } from './explain/when.ts';
import {
  listMessageEvents,
  listPassages,
  listPastSteps,
  listUserEvents,
  type TimelineAfter,
  type TimelineMessageEvent,
  type TimelinePassage,
  type TimelineStep,
} from './sql/timeline.ts';

/** What may happen to a person. */
export const TIMELINE_KINDS = [
  'created',
  'entered',
  'step',
  'message',
  'ended',
  'event',
  'consent',
  'suppression',
] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

/** Something that happened to a person. */
export interface TimelineItem extends TimelineAfter {
  readonly kind: TimelineKind;
  readonly code: string;
  readonly sentence: string;
  readonly seriesId: string | null;
  readonly seriesName: string | null;
  readonly enrollmentId: string | null;
  readonly stepId: string | null;
  readonly messageId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly reasons: readonly Reason[];
}

/** Passages of one user that are looked at: the youngest. */
const PASSAGES_MAX = 500;
const MESSAGES_MAX = 1_000;
const EVENT_TYPES_MAX = 500;

/**
 * Everything that happened to a person, youngest first: how they became known, entering and leaving
 * series, each step, what became of each message, what they did, what mail they chose, and what was
 * suppressed. Changes of their traits are not kept one by one.
 *
 * @param kinds what is told of; null for all
 * @param limit items of the page; one more is given where there are more
 * @throws `enrollment.user_not_found`
 */
export async function timeline(
  { db, catalog, consentKey }: { db: Db; catalog: SeriesCatalog; consentKey: ConsentKey },
  {
    workspace,
    userExternalId,
    kinds = null,
    after,
    limit,
  }: {
    workspace: { readonly id: string; readonly timezone: string };
    userExternalId: string;
    kinds?: readonly TimelineKind[] | null;
    after: TimelineAfter | null;
    limit: number;
  },
): Promise<TimelineItem[]> {
  const { id: workspaceId } = workspace;
  const userId = userIdOf(workspaceId, userExternalId);
  const bucket = bucketOf(userId);
  const user = (await usersByIds(db, [{ bucket, id: userId }])).get(userId);
  if (user === undefined) throw userNotFound();
  const ref = { bucket, userId, workspaceId };
  const page = { ...ref, after, limit: limit + 1 };
  const passages = await listPassages(db, { ...ref, limit: PASSAGES_MAX });
  const enrollmentIds = passages.map(({ id }) => id);
  const isTold = (kind: TimelineKind): boolean => kinds === null || kinds.includes(kind);
  const [steps, messages, events, happenings] = await Promise.all([
    isTold('step') ? listPastSteps(db, { bucket, enrollmentIds, after, limit: limit + 1 }) : [],
    isTold('message') ? listMessageEvents(db, { ...page, messagesMax: MESSAGES_MAX }) : [],
    isTold('event') ? listUserEvents(db, { ...page, typesMax: EVENT_TYPES_MAX }) : [],
    listPersonHistory(db, { user, key: consentKey, isTold }),
  ]);
  const byId = new Map(passages.map((passage) => [passage.id, passage]));
  const edges = passages
    .flatMap(edgesOf)
    .filter((edge) => isTold(edge.kind) && isBefore(edge, after));
  const dated: Dated[] = [
    ...edges,
    ...steps.map((step) => ({ ...step, kind: 'step' as const })),
    ...messages.map((event) => ({ at: event.at, key: event.key, kind: 'message' as const, event })),
    ...events.map((event) => ({ at: event.at, key: event.key, kind: 'event' as const, event })),
    ...happenings.filter((happening) => isBefore(happening, after)),
  ];
  const told = dated.toSorted(byAge).slice(0, limit + 1);
  const seriesOf = await versionsOf(catalog, workspace.timezone, passagesOf(told, byId));
  return told.map((one) => itemOf(one, { user, byId, seriesOf }));
}

interface Edge extends TimelineAfter {
  readonly kind: 'entered' | 'ended';
  readonly passage: TimelinePassage;
}

type Dated =
  | Edge
  | PersonHappening
  | (TimelineStep & { readonly kind: 'step' })
  | (TimelineAfter & { readonly kind: 'message'; readonly event: TimelineMessageEvent })
  | (TimelineAfter & {
      readonly kind: 'event';
      readonly event: Awaited<ReturnType<typeof listUserEvents>>[number];
    });

/** Keys sort as the steps' do, before the first and after the last of them. */
function edgesOf(passage: TimelinePassage): Edge[] {
  const { id, enteredAt, endedAt } = passage;
  const entered = { at: enteredAt, key: `p:${id}:0`, kind: 'entered', passage } as const;
  if (endedAt === null) return [entered];
  return [entered, { at: endedAt, key: `p:${id}:9`, kind: 'ended', passage }];
}

/** Of one instant, the greater key is the later. */
function byAge(one: TimelineAfter, other: TimelineAfter): number {
  const ms = other.at.getTime() - one.at.getTime();
  if (ms !== 0) return ms;
  return one.key === other.key ? 0 : one.key < other.key ? 1 : -1;
}

const isBefore = (one: TimelineAfter, after: TimelineAfter | null): boolean =>
  after === null || byAge(one, after) > 0;

function passagesOf(
  told: readonly Dated[],
  byId: ReadonlyMap<string, TimelinePassage>,
): TimelinePassage[] {
  const passages = told.map((one) => {
    if (one.kind === 'step') return byId.get(one.enrollmentId);
    return one.kind === 'ended' ? one.passage : undefined;
  });
  return passages.flatMap((passage) => passage ?? []);
}

type SeriesOf = (passage: TimelinePassage) => PublishedSeries | null;

async function versionsOf(
  catalog: SeriesCatalog,
  workspaceTimezone: string,
  passages: readonly TimelinePassage[],
): Promise<SeriesOf> {
  const keyOf = ({ automationId, version }: TimelinePassage) => `${automationId} ${version}`;
  const versions = new Map<string, PublishedSeries>();
  for (const passage of passages) {
    if (versions.has(keyOf(passage))) continue;
    const { automationId, version: number } = passage;
    const series = await catalog.version({ automationId, number, workspaceTimezone });
    versions.set(keyOf(passage), series);
  }
  return (passage) => versions.get(keyOf(passage)) ?? null;
}

function itemOf(
  one: Dated,
  {
    user,
    byId,
    seriesOf,
  }: { user: User; byId: ReadonlyMap<string, TimelinePassage>; seriesOf: SeriesOf },
): TimelineItem {
  switch (one.kind) {
    case 'entered':
      return enteredItem(one);
    case 'ended':
      return endedItem(one, { user, series: seriesOf(one.passage) });
    case 'step': {
      const passage = byId.get(one.enrollmentId);
      if (passage === undefined) throw new Error(`passage ${one.enrollmentId} was not read`);
      return stepItem(one, { passage, series: seriesOf(passage) });
    }
    case 'created':
    case 'consent':
    case 'suppression':
      return { ...NOWHERE, ...one };
    case 'message':
      return messageItem(one.event);
    case 'event': {
      const { at, key, id, eventType, receivedAt, pageUrl, metadata } = one.event;
      const detail = { id, event_type: eventType, page_url: pageUrl, metadata };
      const sentence = `Did "${eventType}".`;
      const came = { ...detail, received_at: receivedAt.toISOString() };
      return { ...NOWHERE, at, key, kind: 'event', code: 'event', sentence, detail: came };
    }
  }
}

const NOWHERE = {
  seriesId: null,
  seriesName: null,
  enrollmentId: null,
  stepId: null,
  messageId: null,
  reasons: [],
} as const;

const placeOf = ({ automationId, seriesName, id }: TimelinePassage) => ({
  ...NOWHERE,
  seriesId: automationId,
  seriesName,
  enrollmentId: id,
});

const BY: Readonly<Record<string, string>> = {
  api: 'by a call',
  manual: 'when it was activated',
  user_created: 'as a new user',
  segment_match: 'by matching its audience',
  import: 'by an import',
  broadcast: 'as one of its audience',
};

function enteredItem({ at, key, passage }: Edge): TimelineItem {
  const { seriesName, version, run, enteredBy, entryEventType } = passage;
  const by = entryEventType === null ? BY[enteredBy] : `by the event "${entryEventType}"`;
  const sentence = `Entered "${seriesName}" ${by ?? `by ${enteredBy}`}: run ${run}, version ${version}.`;
  const detail = { version, run, entered_by: enteredBy, event_type: entryEventType };
  return { ...placeOf(passage), at, key, kind: 'entered', code: 'entered', sentence, detail };
}

function endedItem(
  { at, key, passage }: Edge,
  { user, series }: { user: User; series: PublishedSeries | null },
): TimelineItem {
  const { state, endReason, seriesName } = passage;
  const local = series === null ? at.toISOString() : zoneWords(user.timezone, series.rules).at(at);
  const ended = { seriesName, at: local, found: null, doubtful: null };
  const { code, sentence } = endedPlace(passage, ended);
  const detail = { state, end_reason: endReason };
  return { ...placeOf(passage), at, key, kind: 'ended', code, sentence, detail };
}

function stepItem(
  step: TimelineStep,
  { passage, series }: { passage: TimelinePassage; series: PublishedSeries | null },
): TimelineItem {
  const { at, key, stepId, outcome, branch, reason, dueAt, seq, reasons, message } = step;
  const { code, sentence } = stepPlace(step, { series, message });
  const detail = { seq, outcome, branch, reason, due_at: dueAt.toISOString() };
  const messageId = message?.id ?? null;
  const place = { ...placeOf(passage), stepId, messageId };
  return { ...place, at, key, kind: 'step', code, sentence, detail, reasons };
}

function messageItem(event: TimelineMessageEvent): TimelineItem {
  const { at, key, kind, automationId, seriesName, enrollmentId, stepId, messageId } = event;
  const what = kind.replaceAll('_', ' ');
  return {
    at,
    key,
    kind: 'message',
    code: `message_${kind}`,
    sentence: `The email "${event.subject}" to ${event.to}: ${what}.`,
    seriesId: automationId,
    seriesName,
    enrollmentId,
    stepId,
    messageId,
    detail: { kind, ...event.detail },
    reasons: [],
  };
}
