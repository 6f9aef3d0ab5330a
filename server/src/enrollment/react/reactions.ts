import type { EventFact, Facts } from '../../audience/index.ts';
import type { PublishedSeries } from '../../series/index.ts';
import { stepOf } from '../enrollment.ts';
import type { NewEntry } from '../enter-many.ts';
import type { Passage, Signal } from '../sql/signals.ts';
import { isMeant, isTriggeredBy, matchedBefore } from './entering.ts';
import { leavingOf, type Leaving } from './leaving.ts';

/** A series that people enter without a call. */
export interface Trigger {
  readonly id: string;
  readonly workspaceId: string;
  /** The version that is entered. */
  readonly version: number;
}

/** What is known when signals are looked at. */
export interface ReactScene {
  /** What the users of the signals are in. */
  readonly passages: readonly Passage[];
  readonly triggers: readonly Trigger[];
  readonly seriesOf: (of: { automationId: string; version: number }) => PublishedSeries;
  /** Null when no rule looks at the person. */
  readonly personOf: (userId: string, of: Passage | Trigger) => Facts | null;
  readonly eventOf: (id: string | null) => EventFact | null;
  readonly isKnown: (userId: string) => boolean;
}

/** A passage that ends by its goal or an exit rule. */
export interface Ended {
  readonly passage: Passage;
  readonly leaving: Leaving;
  readonly now: Date;
}

/** What signals lead to, in the order in which it is to be done. */
export interface Reactions {
  readonly ended: readonly Ended[];
  /** Waits to be asked again now. */
  readonly woken: readonly (Passage & { readonly now: Date })[];
  readonly entries: readonly NewEntry[];
}

/** What some signals, in their order, lead to. Pure. */
export function reactionsTo(signals: readonly Signal[], scene: ReactScene): Reactions {
  const ended = new Map<string, Ended>();
  const woken = new Map<string, Passage & { now: Date }>();
  const entries: NewEntry[] = [];
  const passagesOf = Map.groupBy(scene.passages, ({ userId }) => userId);
  for (const signal of signals) {
    const { userId, now } = signal;
    const event = scene.eventOf(signal.eventId);
    const passages = passagesOf.get(userId) ?? [];
    for (const passage of passages) {
      const { enrollmentId } = passage;
      if (ended.has(enrollmentId)) continue;
      const series = scene.seriesOf(passage);
      const person = scene.personOf(userId, passage);
      const leaving = leavingOf(passage, series, { signal, event, person, now });
      if (leaving !== null) ended.set(enrollmentId, { passage, leaving, now });
      else if (woken.has(enrollmentId) || isWoken(passage, series, signal)) {
        woken.set(enrollmentId, { ...passage, held: false, now });
      }
    }
    for (const trigger of scene.triggers) {
      if (trigger.workspaceId !== signal.workspaceId || !scene.isKnown(userId)) continue;
      // Who is in it now enters nothing, even if a later signal ends that.
      if (passages.some((one) => one.automationId === trigger.id && !ended.has(one.enrollmentId))) {
        continue;
      }
      const series = scene.seriesOf({ automationId: trigger.id, version: trigger.version });
      if (!isTriggeredBy(series, signal)) continue;
      const person = scene.personOf(userId, trigger);
      if (!isMeant(series, { event, person, now })) continue;
      const wasMatching = matchedBefore(series, { signal, person });
      entries.push({ ...entryOf(signal, series, event), wasMatching });
    }
  }
  return {
    ended: [...ended.values()],
    woken: [...woken.values()].filter(({ enrollmentId }) => !ended.has(enrollmentId)),
    entries,
  };
}

/** A wait for just this event, or for a date that may have moved. */
function isWoken(passage: Passage, series: PublishedSeries, { kind, name }: Signal): boolean {
  const step = stepOf(series.graph, passage.stepId);
  if (passage.status !== 'pending' || step === null) return false;
  if (step.type === 'wait_for_event') return kind === 'event' && name === step.event_type;
  return step.type === 'wait' && step.until?.date !== undefined && kind === 'changed';
}

function entryOf(signal: Signal, series: PublishedSeries, event: EventFact | null): NewEntry {
  const { live, workspaceId: id, workspaceTimezone: timezone, userId, eventId } = signal;
  const trigger = series.settings.entry_trigger;
  return {
    workspace: { id, side: live ? 'live' : 'test', timezone },
    userId,
    seriesId: series.automationId,
    source: trigger,
    entryEventId: signal.kind === 'event' ? eventId : null,
    properties: trigger === 'event' ? (event?.metadata ?? {}) : {},
  };
}
