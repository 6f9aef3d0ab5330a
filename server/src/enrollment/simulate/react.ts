import { reactionsTo, type Ended } from '../react/reactions.ts';
import { enter } from './enter.ts';
import { activeOf, endPassage, passageViewOf, personOf, tell } from './life.ts';
import type { Life, SimulatedPassage } from './life.ts';

/** Triggers by which a series is entered without a call. */
const TRIGGERS: readonly string[] = ['user_created', 'event', 'segment_match'];

/** Handles everything that has happened to a person so far, as a worker does in one transaction. */
export function react(life: Life): void {
  const signals = life.signals;
  if (signals.length === 0) return;
  life.signals = [];
  life.worked += signals.length;
  const { series, workspace } = life.scenario;
  const passage = activeOf(life);
  const waiting = passage?.waiting ?? null;
  const views = passage === null || waiting === null ? [] : [passageViewOf(life, passage, waiting)];
  const trigger = {
    id: series.automationId,
    workspaceId: workspace.id,
    version: series.number,
  };
  // As it is now: what the reactions do is not seen by the others of the same batch.
  const person = personOf(life, null);
  const { ended, woken, entries } = reactionsTo(signals, {
    passages: views,
    triggers: TRIGGERS.includes(series.settings.entry_trigger) ? [trigger] : [],
    seriesOf: () => series,
    personOf: () => person,
    eventOf: (id) => life.events.find((event) => event.id === id) ?? null,
    isKnown: () => life.user !== null,
  });
  for (const one of ended) if (passage !== null) end(life, passage, one);
  for (const { now, held } of woken) {
    if (passage === null || passage.waiting === null) continue;
    const { dueAt } = passage.waiting;
    passage.waiting = { ...passage.waiting, dueAt: dueAt < now ? dueAt : now, isHeld: held };
  }
  for (const { source, entryEventId = null, properties, wasMatching = false } of entries) {
    const how = { source, entryEvent: entryEventId, properties: properties ?? {} };
    enter(life, { ...how, wasMatching });
  }
}

function end(life: Life, passage: SimulatedPassage, { leaving }: Ended): void {
  const { state, reason, why } = leaving;
  const { waiting } = passage;
  endPassage(life, passage, state);
  if (waiting === null) return;
  const { seq, stepId, reasons } = waiting;
  tell(life, passage, { seq, stepId, what: state, reason, why: [...reasons, why] });
}
