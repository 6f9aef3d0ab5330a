import { nextStepOf } from '../advance.ts';
import { entryOf, planOf } from '../enrollment.ts';
import type { EntrySource } from '../sql/enter.ts';
import { historyOf, passageIdOf, tell, tellWaiting } from './life.ts';
import type { Life, SimulatedPassage } from './life.ts';

/** How somebody is to enter. */
export interface SimulatedEntry {
  readonly source: EntrySource;
  readonly entryEvent: string | null;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Whether the person matched the audience before what brings them. */
  readonly wasMatching?: boolean;
}

/** Lets a person into the series, or tells why not. */
export function enter(
  life: Life,
  { source, entryEvent, properties, wasMatching = false }: SimulatedEntry,
): void {
  const { scenario, user, now } = life;
  const { series } = scenario;
  if (user === null) return tell(life, NO_RUN, { what: 'not_entered', reason: 'user_not_found' });
  const { timezone: userTimezone } = user;
  const decided = entryOf(historyOf(life), { series, userTimezone, now });
  if (decided.kind !== 'enter') {
    // Who is looked at again and again is not told of each time.
    if (source === 'segment_match') return;
    return tell(life, NO_RUN, { what: 'not_entered', reason: decided.kind });
  }
  const { run } = decided;
  if (source === 'segment_match' && wasMatching && run > 1) return;
  const id = passageIdOf(life, run);
  const plan = { series, userTimezone, spreadKey: id };
  const first = planOf(plan, { stepId: series.graph.firstId, fromAt: now });
  if (first === null) throw new Error(`series ${series.automationId} has no first step`);
  const passage: SimulatedPassage = {
    id,
    run,
    enteredAt: now,
    source,
    entryEvent,
    properties,
    state: 'active',
    waiting: { ...nextStepOf(first), seq: 1, heard: null },
    emails: [],
  };
  life.passage = passage;
  tell(life, passage, { what: 'entered', reason: source, to: first.step.id });
  tellWaiting(life, passage);
}

const NO_RUN = { run: 0 };
