import { usersByIds, type User } from '../audience/index.ts';
import { messagesOfUser, queueHealth, type Message } from '../delivery/index.ts';
import type { Db } from '../platform/db.ts';
import { bucketOf, userIdOf } from '../platform/ids.ts';
import type { Reason } from '../schedule/reason.ts';
import type { Automation, SeriesCatalog } from '../series/index.ts';
import { entryOf } from './enrollment.ts';
import { userNotFound } from './errors.ts';
import { loadEntryFacts, type EntryFacts } from './sql/enter.ts';
import { findLatest, listLog, listRecipients } from './sql/read.ts';
import type { ListedRecipient, LoggedStep } from './sql/read.ts';
import { SILENCE_MS } from './reap.ts';

/** Why a user is where they are in a series, and what happens next. */
export interface Explanation {
  readonly state:
    | 'not_enrolled'
    | 'waiting'
    | 'sending'
    | 'paused'
    | 'completed'
    | 'removed'
    | 'ended';
  /** Every rule that was looked at, in order. */
  readonly reasons: readonly Reason[];
  /** Null when nothing more will happen by itself. */
  readonly next: {
    readonly action: string;
    readonly stepId: string | null;
    readonly at: Date | null;
    readonly reasons: readonly Reason[];
  } | null;
}

const MESSAGES_MAX = 50;

/**
 * Answers "why?" for a user and a series in one call: also for users who never entered.
 *
 * @throws `enrollment.user_not_found`
 */
export async function explain(
  { db, catalog }: { db: Db; catalog: SeriesCatalog },
  {
    workspace,
    userExternalId,
    automation,
  }: {
    workspace: { id: string; timezone: string };
    userExternalId: string;
    automation: Automation;
  },
): Promise<Explanation> {
  const userId = userIdOf(workspace.id, userExternalId);
  const bucket = bucketOf(userId);
  const user = (await usersByIds(db, [{ bucket, id: userId }])).get(userId);
  if (user === undefined) throw userNotFound();
  const ref = { bucket, userId, workspaceId: workspace.id, automationId: automation.id };
  const [facts] = await loadEntryFacts(db, [ref]);
  if (facts === undefined) throw new Error(`no facts about user ${userId}`);
  const latest = await findLatest(db, ref);
  const log = latest === null ? [] : await listLog(db, { bucket, enrollmentId: latest.id });
  const rows = await listRecipients(db, { ...ref, after: null, limit: 1 });
  const messages = await messagesOfUser(db, { ...ref, limit: MESSAGES_MAX });
  const row = rows.find(({ enrollmentId }) => enrollmentId === latest?.id) ?? null;
  const entry = await entryReasons(catalog, { automation, workspace, facts, user });
  const reasons = [
    seriesReason(automation),
    ...passageReasons(latest),
    ...entry,
    ...log.map((step) => stepReason(step, messages, latest?.id ?? '')),
  ];
  if (row === null) return { state: restingState(latest?.state), reasons, next: null };
  const state = stateOf(row, automation);
  const waits = await workerReasons(db, row, facts.now);
  return { state, reasons, next: nextOfRow(row, { automation, user, waits }) };
}

const seriesReason = ({ status, version, name }: Automation): Reason => ({
  rule: 'series_status',
  input: `series "${name}" is ${status}${version === null ? '' : `, version ${version}`}`,
  outcome:
    status === 'active'
      ? 'users can enter it and its emails are sent'
      : 'nobody can enter it, and nothing of it is sent',
});

function passageReasons(latest: Awaited<ReturnType<typeof findLatest>>): Reason[] {
  if (latest === null) {
    return [
      { rule: 'enrollment', input: 'no passage through this series', outcome: 'never enrolled' },
    ];
  }
  const { run, version, state, enteredAt, endedAt, endReason } = latest;
  const outcome =
    endedAt === null
      ? 'under way'
      : `${state} at ${endedAt.toISOString()}${endReason === null ? '' : ` (${endReason})`}`;
  const input = `run ${run}, version ${version}, entered ${enteredAt.toISOString()}`;
  return [{ rule: 'enrollment', input, outcome }];
}

/** Whether an enroll call would let the user in now, and by which rule. */
async function entryReasons(
  catalog: SeriesCatalog,
  {
    automation,
    workspace,
    facts,
    user,
  }: {
    automation: Automation;
    workspace: { timezone: string };
    facts: EntryFacts;
    user: User;
  },
): Promise<Reason[]> {
  if (automation.version === null) return [];
  const series = await catalog.version({
    automationId: automation.id,
    number: automation.version,
    workspaceTimezone: workspace.timezone,
  });
  const { enabled, cooldown, max_runs: runsMax } = series.settings.reenrollment;
  const rule = 'reenrollment';
  const input = `${enabled ? 'on' : 'off'}, cooldown ${
    cooldown === null ? 'none' : `${cooldown.amount} ${cooldown.unit}`
  }, at most ${runsMax ?? 'any number of'} runs; completed ${facts.completedCount} so far`;
  const entry = entryOf(facts, { series, userTimezone: user.timezone, now: facts.now });
  switch (entry.kind) {
    case 'enter':
      return [{ rule, input, outcome: `may enter now, as run ${entry.run}` }];
    case 'already_active':
      return [{ rule, input, outcome: 'is in it: entering again changes nothing' }];
    case 'completed':
      return [{ rule, input, outcome: 'may not enter again: re-enrollment is off' }];
    case 'too_soon':
      return [{ rule, input, outcome: `may enter again after ${entry.after.toISOString()}` }];
    case 'too_often':
      return [{ rule, input, outcome: 'may not enter again: the number of runs is used up' }];
  }
}

function stepReason(step: LoggedStep, messages: readonly Message[], enrollmentId: string): Reason {
  const message = messages.find(
    (each) => each.enrollmentId === enrollmentId && each.seq === step.seq,
  );
  const said = message === undefined ? '' : `; message ${message.state} to ${message.to}`;
  const why = step.reason === null ? '' : `: ${step.reason}`;
  return {
    rule: 'step',
    input: `step "${step.stepId}", due ${step.dueAt.toISOString()}`,
    outcome: `${step.outcome} at ${step.at.toISOString()}${why}${said}`,
  };
}

function stateOf(row: ListedRecipient, automation: Automation): Explanation['state'] {
  if (automation.status === 'paused') return 'paused';
  return row.status === 'processing' ? 'sending' : 'waiting';
}

const restingState = (state: string | undefined): Explanation['state'] => {
  switch (state) {
    case 'completed':
    case 'removed':
    case 'ended':
      return state;
    default:
      return 'not_enrolled';
  }
};

/** A live row that is overdue waits for something outside its rules: say for what. */
async function workerReasons(db: Db, row: ListedRecipient, now: Date): Promise<Reason[]> {
  if (row.dueAt > now || row.parked || row.status === 'processing') return [];
  const { liveWorkers } = await queueHealth(db, { silenceMs: SILENCE_MS });
  const input = `due since ${row.dueAt.toISOString()}, ${liveWorkers} worker(s) alive`;
  const outcome = liveWorkers === 0 ? 'waits for a worker to be started' : 'is next in the queue';
  return [{ rule: 'worker', input, outcome }];
}

function nextOfRow(
  row: ListedRecipient,
  { automation, user, waits }: { automation: Automation; user: User; waits: readonly Reason[] },
): Explanation['next'] {
  const paused: Reason[] =
    automation.status === 'active'
      ? []
      : [
          {
            rule: 'paused',
            input: `the series is ${automation.status}`,
            outcome: 'held; planned anew when it is resumed',
          },
        ];
  const address: Reason[] =
    user.email === null
      ? [
          {
            rule: 'address',
            input: 'the user has no email',
            outcome: 'emails are skipped: no_address',
          },
        ]
      : [];
  return {
    action: row.status === 'processing' ? 'is being handed over' : `run step "${row.stepId}"`,
    stepId: row.stepId,
    at: automation.status === 'active' ? row.dueAt : null,
    reasons: [...row.reasons, ...paused, ...address, ...waits],
  };
}
