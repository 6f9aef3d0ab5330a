import type { CompanyFact, ConsentFact, EmailFact, Facts, User } from '../../audience/index.ts';
import type { Reason } from '../../schedule/reason.ts';
import { bucketOf, userIdOf, uuidv5 } from '../../platform/ids.ts';
import { listensOf } from '../../series/index.ts';
import type { EnrollmentHistory } from '../enrollment.ts';
import type { EntrySource } from '../sql/enter.ts';
import type { EndState, NextStep } from '../sql/move-on.ts';
import type { Passage, Signal } from '../sql/signals.ts';
import type { PastEvent, Scenario, Subject } from './scenario.ts';
import type { TimelineRow } from './timeline.ts';

/** The step that a passage waits at: a row of the queue, as it were. */
export interface Waiting extends NextStep {
  readonly seq: number;
  /** The last event that the passage waited for and heard. */
  readonly heard: string | null;
}

/** One passage of a person through the series. */
export interface SimulatedPassage {
  readonly id: string;
  readonly run: number;
  readonly enteredAt: Date;
  readonly source: EntrySource;
  readonly entryEvent: string | null;
  readonly properties: Readonly<Record<string, unknown>>;
  state: 'active' | 'completed' | EndState;
  /** Null once it has ended. */
  waiting: Waiting | null;
  /** The youngest first. */
  readonly emails: EmailFact[];
}

/** One person on the virtual clock, with everything that the database would know of them. */
export interface Life {
  readonly scenario: Scenario;
  readonly subject: Subject;
  readonly userId: string;
  readonly bucket: number;
  /** What the series listens to. */
  readonly listens: ReadonlySet<string>;
  now: Date;
  user: User | null;
  readonly company: CompanyFact | null;
  readonly events: PastEvent[];
  /** The latest passage, ended or not. */
  passage: SimulatedPassage | null;
  /** What is known of those that have ended. */
  past: EnrollmentHistory;
  readonly sentAt: Date[];
  signals: Signal[];
  signalCount: number;
  /** Steps decided and signals heard so far. */
  worked: number;
  readonly tell: (row: TimelineRow) => void;
}

const listening = new WeakMap<object, ReadonlySet<string>>();

/** A life that has not begun. */
export function lifeOf(scenario: Scenario, subject: Subject, tell: Life['tell']): Life {
  const { series, workspace } = scenario;
  const userId = userIdOf(workspace.id, subject.externalId);
  const listens =
    listening.get(series) ?? new Set(listensOf(series.settings, series.graph.steps.values()));
  listening.set(series, listens);
  return {
    scenario,
    subject,
    userId,
    bucket: bucketOf(userId),
    listens,
    now: subject.happenings[0]?.at ?? scenario.to,
    user: subject.user,
    company: subject.company,
    events: [...subject.events],
    passage: null,
    past: NO_PAST,
    sentAt: [],
    signals: [],
    signalCount: 0,
    worked: 0,
    tell,
  };
}

const NO_PAST: EnrollmentHistory = {
  isActive: false,
  lastRun: 0,
  completedCount: 0,
  lastCompletedAt: null,
  leftCount: 0,
  lastLeftAt: null,
  isLastCompleted: false,
};

/** The passage under way, if there is one. */
export const activeOf = ({ passage }: Life): SimulatedPassage | null =>
  passage?.state === 'active' ? passage : null;

/** The id of a passage: the same whenever the same is simulated. */
export const passageIdOf = ({ scenario, userId }: Life, run: number): string =>
  uuidv5(userId, `${scenario.series.automationId} ${run}`);

/** All that a filter may ask about the person now; the emails are those of a passage. */
export function personOf(life: Life, passage: SimulatedPassage | null): Facts | null {
  const { user, company, events, subject } = life;
  if (user === null) return null;
  return {
    user,
    company,
    events,
    consent: subject.consent ?? NOTHING_CHOSEN,
    emails: passage?.emails,
    properties: passage?.properties,
  };
}

/** Of a side without lists. */
const NOTHING_CHOSEN: ConsentFact = { hasLeft: false, lists: new Map() };

/** Writes down that something happened, if the series listens to it. */
export function signal(
  life: Life,
  {
    kind,
    name = null,
    eventId = null,
    mayStart = true,
    before = null,
  }: Pick<Signal, 'kind'> & Partial<Pick<Signal, 'name' | 'eventId' | 'mayStart' | 'before'>>,
): void {
  const { bucket, userId, now, scenario } = life;
  life.signalCount += 1;
  life.signals.push({
    bucket,
    id: life.signalCount,
    workspaceId: scenario.workspace.id,
    workspaceTimezone: scenario.workspace.timezone,
    live: false,
    userId,
    kind,
    name,
    eventId,
    at: now,
    mayStart,
    before,
    now,
  });
}

/** The passage as the rules for goals, exits and waking see it. */
export function passageViewOf(life: Life, passage: SimulatedPassage, row: Waiting): Passage {
  const { scenario, bucket, userId, user } = life;
  return {
    bucket,
    userId,
    enrollmentId: passage.id,
    workspaceId: scenario.workspace.id,
    automationId: scenario.series.automationId,
    version: scenario.series.number,
    seriesStatus: 'active',
    enteredAt: passage.enteredAt,
    entryEvent: passage.entryEvent,
    properties: passage.properties,
    userTimezone: user?.timezone ?? null,
    seq: row.seq,
    stepId: row.stepId,
    status: 'pending',
    held: row.isHeld,
  };
}

/** What is known of earlier passages when somebody is to enter. */
export const historyOf = ({ passage, past }: Life): EnrollmentHistory => ({
  ...past,
  isActive: passage?.state === 'active',
  lastRun: passage?.run ?? 0,
});

/** Ends a passage now. */
export function endPassage(
  life: Life,
  passage: SimulatedPassage,
  state: Exclude<SimulatedPassage['state'], 'active'>,
): void {
  const { past, now } = life;
  passage.state = state;
  passage.waiting = null;
  life.past =
    state === 'completed' || state === 'goal_reached'
      ? {
          ...past,
          completedCount: past.completedCount + 1,
          lastCompletedAt: now,
          isLastCompleted: true,
        }
      : { ...past, leftCount: past.leftCount + 1, lastLeftAt: now, isLastCompleted: false };
}

/** Tells of a passage that its step waits, unless it is due at once. */
export function tellWaiting(life: Life, passage: SimulatedPassage): void {
  const { waiting } = passage;
  if (waiting === null || waiting.dueAt <= life.now) return;
  tell(life, passage, {
    seq: waiting.seq,
    stepId: waiting.stepId,
    what: 'held',
    until: waiting.dueAt,
    why: waiting.reasons,
  });
}

/** A line about a passage. */
export function tell(
  life: Life,
  { run }: { run: number },
  row: Pick<TimelineRow, 'what'> & Partial<TimelineRow>,
): void {
  life.tell({
    at: life.now,
    userId: life.subject.externalId,
    run,
    seq: 0,
    stepId: null,
    until: null,
    branch: null,
    to: null,
    reason: null,
    why: NO_REASONS,
    ...row,
  });
}

const NO_REASONS: readonly Reason[] = [];
