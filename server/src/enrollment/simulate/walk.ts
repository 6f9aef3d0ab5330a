import {
  createdUser,
  isDifferent,
  patchedUser,
  type User,
  type UserPatch,
} from '../../audience/index.ts';
import { uuidv5 } from '../../platform/ids.ts';
import { isMeant } from '../react/entering.ts';
import { handleDue, replan } from './due.ts';
import { enter } from './enter.ts';
import { activeOf, lifeOf, personOf, signal, tell as tellLine, type Life } from './life.ts';
import { react } from './react.ts';
import { nextSweep, sweep } from './sweep.ts';
import type { Happening, Scenario, SimulatedEvent, Subject } from './scenario.ts';
import type { TimelineRow } from './timeline.ts';

/**
 * Steps and signals of one person: a series that a person may enter again without end would never let
 * the clock move on.
 */
const WORK_PER_PERSON_MAX = 10_000;

/** Where a person stands when the virtual clock stops. */
export interface LifeEnd {
  /** The step that waits, and until when; null when the person is not in the series. */
  readonly waiting: {
    readonly stepId: string;
    readonly dueAt: Date;
    readonly isHeld: boolean;
  } | null;
  /** As the person is then. */
  readonly user: User | null;
  /** Whether it was stopped before the clock had got to its end. */
  readonly isCutShort: boolean;
}

/**
 * Lives one person's time on the virtual clock, as a test side does when its clock is moved: what is due
 * is handled with the clock standing exactly at it.
 *
 * People do not meet in one series, so each has a clock of their own, and what comes out is what one
 * clock for all would give. Nothing is read or written anywhere.
 *
 * @param tell called for every line of the timeline, in order
 */
export async function live(
  scenario: Scenario,
  subject: Subject,
  tell: (row: TimelineRow) => void,
): Promise<LifeEnd> {
  let isTold = false;
  const life = lifeOf(scenario, subject, (row) => {
    isTold = true;
    tell(row);
  });
  for (const happening of subject.happenings) {
    if (happening.at > scenario.to) break;
    await walk(life, happening.at);
    happen(life, happening);
    await walk(life, happening.at);
  }
  await walk(life, scenario.to);
  if (!isTold) tellNotMeant(life);
  const waiting = activeOf(life)?.waiting ?? null;
  return { waiting, user: life.user, isCutShort: life.worked >= WORK_PER_PERSON_MAX };
}

/** Somebody whom neither trigger nor audience ever meant. */
const tellNotMeant = (life: Life): void =>
  tellLine(life, { run: 0 }, { what: 'not_entered', reason: 'not_meant' });

/** Moves the clock on, stopping at everything that is due on the way. */
async function walk(life: Life, to: Date): Promise<void> {
  while (life.worked < WORK_PER_PERSON_MAX) {
    react(life);
    const dueAt = activeOf(life)?.waiting?.dueAt ?? null;
    const isDue = dueAt !== null && dueAt <= to;
    const until = isDue ? dueAt : to;
    const sweepAt = nextSweep(life, until);
    if (!isDue && sweepAt === null) break;
    const at = sweepAt ?? until;
    if (at > life.now) life.now = at;
    if (sweepAt !== null) {
      sweep(life);
      react(life);
    }
    const passage = activeOf(life);
    if (passage === null || passage.waiting === null || passage.waiting.dueAt > life.now) continue;
    life.worked += 1;
    await handleDue(life, passage, passage.waiting);
  }
  if (to > life.now) life.now = to;
}

/** Does to the life what a call to the API does to the database. */
function happen(life: Life, happening: Happening): void {
  switch (happening.kind) {
    case 'identify':
      return identify(life, happening.patch);
    case 'event':
      see(life);
      return track(life, happening.event);
    case 'enroll':
      return enroll(life, happening);
    case 'look':
      return signal(life, { kind: 'changed' });
  }
}

/** A call enrolls whomever it names; a trigger those who are meant. */
function enroll(life: Life, { source, properties }: Extract<Happening, { kind: 'enroll' }>): void {
  const person = personOf(life, null);
  const isFree = source === 'api' || source === 'import';
  if (!isFree && !isMeant(life.scenario.series, { event: null, person, now: life.now })) {
    return tellNotMeant(life);
  }
  enter(life, { source, entryEvent: null, properties });
}

function identify(life: Life, patch: UserPatch): void {
  const { user, now } = life;
  if (user === null) return create(life, patch);
  life.user = patchedUser(user, patch, { now, isActivity: true });
  if (life.user.timezone !== user.timezone) {
    const passage = activeOf(life);
    if (passage !== null) replan(life, passage);
  }
  if (isDifferent(user, life.user) && life.listens.has('changed')) {
    signal(life, { kind: 'changed', before: user });
  }
}

function see(life: Life): void {
  if (life.user === null) create(life, NO_PATCH);
  else life.user = patchedUser(life.user, NO_PATCH, { now: life.now, isActivity: true });
}

const NO_PATCH: UserPatch = { own: {}, traits: {}, context: {} };

function create(life: Life, patch: UserPatch): void {
  const { scenario, subject, now, listens } = life;
  const name = { workspaceId: scenario.workspace.id, externalId: subject.externalId };
  life.user = createdUser(name, patch, now);
  if (listens.has('created') || listens.has('changed')) signal(life, { kind: 'created' });
}

function track(life: Life, event: SimulatedEvent): void {
  const { now } = life;
  const id = uuidv5(life.userId, `event ${life.events.length}`);
  life.events.push({ ...event, id, occurredAt: now, receivedAt: now });
  if (!life.listens.has(`event:${event.eventType}`)) return;
  signal(life, { kind: 'event', name: event.eventType, eventId: id });
}
