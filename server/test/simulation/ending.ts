import { messageUuidOf, userIdOf } from '../../src/platform/ids.ts';
import type { Step } from '../../src/series/step.ts';
import type { PgliteServer } from '../support/pglite-server.ts';
import { Violation, type Checks, type ChecksDeps, type Row } from './checks.ts';
import type { Plan } from './plan.ts';
import { indexOf } from './promises.ts';
import { WORKSPACE } from './setting.ts';
import { runsMaxOf } from './shapes.ts';
import type { Trouble } from './trouble.ts';

export interface EndingDeps extends ChecksDeps {
  readonly server: PgliteServer;
  readonly checks: Checks;
  readonly plan: Plan;
  readonly trouble: Trouble;
}

/** Without a fault, whatever happens is reacted to within this time, a slow mail server included. */
const REACTED_MS = 60_000;

/** Once nothing moves any more: everybody has come to their end, by a way that there is. */
export function checkEnding(deps: EndingDeps, { allDecided }: { allDecided: boolean }): void {
  const { server, checks, promises } = deps;
  const books = checks.books();
  refuseAny('something is stuck', server.ask('select * from recipients'));
  refuseAny('not looked at', server.ask('select * from signals'));
  refuseAny('still in it', server.ask("select * from enrollments where state = 'active'"));
  const unmoved = "select * from series_migrations where state = 'running'";
  refuseAny('still migrating', server.ask(unmoved));
  const enrollments = server.ask('select * from enrollments order by id');
  const ids = new Set(enrollments.map(({ id }) => id));
  const lost = promises.enrolled.filter((id) => !ids.has(id));
  if (lost.length > 0) throw new Violation(`lost enrollments: ${lost.join(', ')}`);
  if (allDecided && books.some((row) => row.in_doubt !== '0')) {
    throw new Violation(`still in doubt after every decision: ${JSON.stringify(books)}`);
  }
  checkEntries(deps, enrollments);
  checkMessages(deps);
  checkWays(deps, enrollments);
  checkWaits(deps);
  checkHooks(deps);
}

function refuseAny(what: string, rows: readonly Row[]): void {
  if (rows.length > 0) throw new Violation(`${what}: ${JSON.stringify(rows)}`);
}

/** Who was started by something that was accepted is, or has been, there; and never too often. */
function checkEntries({ promises, plan }: EndingDeps, enrollments: readonly Row[]): void {
  for (const { user, seriesId, why } of promises.entries) {
    const userId = userIdOf(WORKSPACE.id, user);
    const isIn = enrollments.some((e) => e.user_id === userId && e.automation_id === seriesId);
    if (!isIn) throw new Violation(`${user} never entered ${seriesId}: ${why}`);
  }
  const runs = Map.groupBy(
    enrollments.filter(({ state }) => state !== 'removed'),
    ({ user_id: user, automation_id: series }) => `${user} ${series}`,
  );
  for (const [key, list] of runs) {
    const spec = plan.series[indexOf(list[0]?.automation_id ?? '')];
    const max = spec === undefined ? 0 : runsMaxOf(spec.settings);
    if (list.length > max) throw new Violation(`${key} ran ${list.length} times`);
  }
}

function checkMessages({ server, relay, promises, checks, plan }: EndingDeps): void {
  const rows = server.ask(
    'select id, state, answer, enrollment_id, step_id, user_external_id as user from messages',
  );
  const steps = new Map<string, string>();
  for (const { id, state, answer, enrollment_id: enrollment, step_id: step } of rows) {
    const takenCount = relay.taken.filter(({ id: taken }) => taken === id).length;
    const orderCount = promises.orders.get(id!) ?? 0;
    const refuse = (what: string): never => {
      throw new Violation(`message ${id}, ${state} (${answer}), ${what}`);
    };
    if (takenCount > 1 + orderCount) refuse(`was taken ${takenCount} times`);
    if (takenCount > 0) {
      const key = `${enrollment} ${step}`;
      if (steps.has(key)) refuse(`and ${steps.get(key)} were both taken of step ${step}`);
      steps.set(key, id!);
    }
    if (state === 'sending' || state === 'scheduled') refuse('has no end');
    if (state === 'accepted' && takenCount === 0 && !answer?.startsWith('marked')) {
      refuse('was never taken');
    }
    if (orderCount > 0) continue;
    if (takenCount > 0 && state !== 'accepted' && state !== 'in_doubt') refuse('was taken');
    if (state === 'in_doubt' && !checks.mayBeInDoubt(id!)) refuse('has no reason to be');
  }
  if (plan.limits === 2) checkCap(rows, { relay, promises });
}

const CAP = { count: 2, ms: 24 * 3_600_000 };
/** From the decision that one may leave until it is taken. */
const ON_THE_WAY_MS = 15 * 60_000;

/** Nobody got more emails than the side allows, in any span of that length. */
function checkCap(
  rows: readonly Row[],
  { relay, promises }: Pick<EndingDeps, 'relay' | 'promises'>,
): void {
  const userOf = new Map(rows.map(({ id, user }) => [id, user]));
  const capped = relay.taken.filter(({ id }) => !promises.orders.has(id));
  for (const [user, list] of Map.groupBy(capped, ({ id }) => userOf.get(id))) {
    for (const [index, { atMs }] of list.entries()) {
      const next = list[index + CAP.count];
      if (next === undefined || next.atMs - atMs >= CAP.ms - ON_THE_WAY_MS) continue;
      throw new Violation(`${user} got too many emails: ${JSON.stringify(list)}`);
    }
  }
}

const LOG = `
  select enrollment_id, seq, step_id, outcome, branch, reason, user_id, automation_id,
         (extract(epoch from at) * 1000)::bigint as at from step_log
  union all
  select enrollment_id, seq, step_id, 'in_doubt', null, null, user_id, automation_id, null
    from messages where state = 'in_doubt'
   order by enrollment_id, seq`;

/** Everybody went from step to step as the series leads. */
function checkWays(
  { server, plan, versions, promises, trouble }: EndingDeps,
  enrollments: readonly Row[],
): void {
  const logs = Map.groupBy(server.ask(LOG), ({ enrollment_id: id }) => id ?? '');
  for (const enrollment of enrollments) {
    const { id, automation_id: series, version, state, ended_at: endedAt } = enrollment;
    const log = logs.get(id!) ?? [];
    const refuse = (what: string): never => {
      throw new Violation(`${what}: ${JSON.stringify({ enrollment, log })}`);
    };
    const { graph } = versions.of(series!, version!);
    const last = log.at(-1);
    const lastStep = graph.steps.get(last?.step_id ?? '');
    // What was on its way to a server when they left may still come to its end, and end the passage.
    const isOnItsWay = lastStep === undefined || ['email', 'webhook'].includes(lastStep.type);
    const over = promises.over.get(id!);
    if (over !== undefined && state === 'completed') {
      const lateMs = Date.parse(`${endedAt?.replace(' ', 'T')}:00`) - over.atMs;
      const isSlow = lateMs < ON_THE_WAY_MS || !trouble.isFarFrom(over.atMs, over.atMs + lateMs);
      if (lateMs > 0 && !(isOnItsWay && isSlow)) refuse(`completed after they had ${over.why}`);
    }
    if (isMigrated(plan, series!)) continue;
    if (log[0]?.step_id !== graph.firstId) refuse('began elsewhere');
    for (const [index, row] of log.entries()) {
      if (index === log.length - 1) break;
      const step = graph.steps.get(row.step_id!);
      if (step === undefined) return refuse(`no step ${row.step_id}`);
      const next = log[index + 1]?.step_id ?? null;
      if (!waysOf(step, row.branch ?? null).includes(next)) refuse(`${row.step_id} led to ${next}`);
    }
    if (state !== 'completed' || lastStep === undefined) continue;
    const isEnd = waysOf(lastStep, last?.branch ?? null).some(
      (to) => to === null || graph.steps.get(to)?.type === 'end',
    );
    if (!isEnd && !last?.reason?.startsWith('no_open_slot')) refuse('ended too soon');
  }
}

/** Whether people in a series may have been moved to another version, with other steps. */
const isMigrated = ({ script, series }: Plan, seriesId: string): boolean =>
  script.some(
    (action) =>
      action.kind === 'publish' &&
      action.inFlight === 'migrate' &&
      action.series % series.length === indexOf(seriesId),
  );

/** Where a step may lead to, having taken that branch. */
function waysOf(step: Step, branch: string | null): (string | null)[] {
  switch (step.type) {
    case 'condition':
      return branch === null ? [step.yes, step.no] : [branch === 'yes' ? step.yes : step.no];
    case 'wait_for_event':
      return branch === null
        ? [step.next, step.on_timeout]
        : [branch === 'event' ? step.next : step.on_timeout];
    case 'split':
      return branch === null
        ? step.branches.map(({ next }) => next)
        : [step.branches[Number(branch)]?.next ?? null];
    case 'end':
      return [null];
    default:
      return [step.next];
  }
}

const ENTERED = `
  select id, version, entry_event, (extract(epoch from entered_at) * 1000)::bigint as entered_at
    from enrollments`;

/**
 * Every wait heard what came while it waited: none timed out beside an event that it was for, and each
 * went on soon after, unless something went wrong.
 */
function checkWaits({ server, plan, versions, trouble }: EndingDeps): void {
  const versionOf = new Map(server.ask(ENTERED).map((row) => [row.id, row]));
  const published = new Set(
    plan.script.flatMap((action) =>
      action.kind === 'publish' ? [action.series % plan.series.length] : [],
    ),
  );
  const events = server.ask(`
    select id, user_id, event_type, metadata, (extract(epoch from received_at) * 1000)::bigint as at
      from events`);
  const log = server.ask(LOG);
  for (const [index, row] of log.entries()) {
    const before = log[index - 1];
    if (row.outcome !== 'passed' || row.branch === null) continue;
    if (published.has(indexOf(row.automation_id!))) continue;
    const enrollment = versionOf.get(row.enrollment_id ?? '');
    const { graph } = versions.of(row.automation_id!, enrollment?.version ?? '');
    const step = graph.steps.get(row.step_id!);
    const beganAt = row.seq === '1' ? enrollment?.entered_at : before?.at;
    if (step?.type !== 'wait_for_event' || (beganAt ?? null) === null) continue;
    const heard = events.filter(
      (event) =>
        event.user_id === row.user_id &&
        event.event_type === step.event_type &&
        event.id !== enrollment?.entry_event &&
        Number(event.at) > Number(beganAt) &&
        Number(event.at) < Number(row.at) &&
        ((step.filter ?? null) === null || JSON.parse(event.metadata ?? '{}').n >= 2),
    );
    const [first] = heard.toSorted((a, b) => Number(a.at) - Number(b.at));
    if (first === undefined) continue;
    const told = JSON.stringify({ row, first });
    if (row.branch === 'timeout') throw new Violation(`a wait did not hear: ${told}`);
    const [fromMs, toMs] = [Number(first.at), Number(first.at) + REACTED_MS];
    if (Number(row.at) > toMs && trouble.isFarFrom(fromMs, toMs)) {
      throw new Violation(`a wait heard late: ${told}`);
    }
  }
}

/** Each webhook that passed was called, and failed only where a server said no for good. */
function checkHooks({ server, hooks, versions, plan }: EndingDeps): void {
  const rows = server.ask(`
    select l.*, e.version from step_log l
      join enrollments e on e.bucket = l.bucket and e.id = l.enrollment_id
     where l.outcome in ('passed', 'failed')`);
  for (const row of rows) {
    // An id may be that of another kind of step in another version.
    if (isMigrated(plan, row.automation_id!) && !row.step_id?.startsWith('webhook')) continue;
    const step = versions.of(row.automation_id!, row.version!).graph.steps.get(row.step_id!);
    if (step?.type !== 'webhook') continue;
    const id = `msg_${messageUuidOf(row.enrollment_id!, Number(row.seq))}`;
    if (row.outcome === 'passed' && !hooks.taken.includes(id)) {
      throw new Violation(`a webhook passed and was never called: ${JSON.stringify(row)}`);
    }
    const isGivenUp = row.reason?.startsWith('webhook_failed: given up') === true;
    if (row.outcome === 'failed' && !isGivenUp && !hooks.refused.has(id)) {
      throw new Violation(`a webhook failed for nothing: ${JSON.stringify(row)}`);
    }
  }
}
