import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createServices, type Services } from '../../src/app/services.ts';
import { stepOf } from '../../src/enrollment/enrollment.ts';
import type { Scenario, Subject } from '../../src/enrollment/simulate/scenario.ts';
import { WHAT, whatOf, type TimelineRow } from '../../src/enrollment/simulate/timeline.ts';
import { live as simulate } from '../../src/enrollment/simulate/walk.ts';
import { silentLog } from '../../src/platform/log.ts';
import type { Reason } from '../../src/schedule/reason.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { createLived, live, patchOf, type LivedWorld } from '../support/lived-world.ts';
import { expectExactLedger } from '../support/ledger.ts';
import { randomWorld, type RandomWorld } from '../support/random-series.ts';

/**
 * Goal: what a simulation says will happen is what a test side then does when its clock is moved, line
 * for line. Method: random series, people and happenings are simulated in memory and lived through by
 * the real services on a real database; enrollments, log, queue, messages and users must say the same.
 *
 * A failure prints the seed; SIMULATE_SEED=<seed> runs that one alone, SIMULATE_COUNT how many.
 */
const COUNT = Number(process.env['SIMULATE_COUNT'] ?? 200);
const ONLY = process.env['SIMULATE_SEED'];
const FIRST_SEED = ONLY === undefined ? Number(process.env['SIMULATE_FROM'] ?? 1) : Number(ONLY);
const AT_ONCE = 4;
/** Then it goes on no further. */
const DIFFERENCES_MAX = 5;

/** So many worlds hold everything that can be told. */
const COVERED_FROM = 200;
const HOUR_MS = 3_600_000;
/** Reasons that time alone may bring about. */
const SWEPT = ['segment_match', 'goal', 'filter'];

/** What has been compared. */
interface Lines {
  count: number;
  readonly seen: Set<string>;
}

let database: TestDatabase;
let services: Services;

beforeAll(async () => {
  database = await testDatabase();
  services = await createServices({
    db: database.db,
    log: silentLog,
    encryptionKey: randomBytes(32),
    from: 'Milepost <hello@milepost.example>',
    publicUrl: () => 'http://localhost',
  });
});
afterAll(async () => {
  await services.close();
  await database.drop();
});

test(
  'a simulation says line for line what the test side then does',
  { timeout: 3_600_000 },
  async () => {
    const seeds = Array.from({ length: ONLY === undefined ? COUNT : 1 }, (_, n) => FIRST_SEED + n);
    const lines: Lines = { count: 0, seen: new Set() };
    const differences: string[] = [];
    const next = async (): Promise<void> => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        const difference = await differenceOf(randomWorld(seed), lines);
        if (difference !== null) differences.push(`seed ${seed}: ${difference}`);
        if (differences.length >= DIFFERENCES_MAX) return;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    const [first] = differences;
    if (first !== undefined) {
      const world = randomWorld(Number(/\d+/.exec(first)?.[0]));
      throw new Error(`${differences.join('\n')}\n${JSON.stringify(world, null, 1)}`);
    }
    await expectExactLedger(database.db);
    if (COUNT < COVERED_FROM || ONLY !== undefined) return;
    // Or much would not have been compared.
    expect(lines.count).toBeGreaterThan(COUNT * 5);
    const told = WHAT.filter((what) => what !== 'held' && what !== 'not_entered');
    expect([...lines.seen].toSorted()).toEqual(
      [
        ...told,
        'frequency_cap',
        'no_address',
        'entered by a sweep',
        'goal_reached by a sweep',
        'exited by a sweep',
      ].toSorted(),
    );
  },
);

/** The first line in which the two differ, with those before it; null when there is none. */
async function differenceOf(world: RandomWorld, lines: Lines): Promise<string | null> {
  const lived = await createLived(services, world);
  await live(services, lived, world);
  const real = await realLines(lived);
  const said = await simulatedLines(lived, world, lines);
  lines.count += real.length;
  const at = said.findIndex((line, index) => line !== real[index]);
  if (at === -1 && real.length === said.length) return null;
  const first = at === -1 ? said.length : at;
  return [
    'the first difference is',
    ...said.slice(Math.max(0, first - 4), first).map((line) => `    ${line}`),
    `  simulated: ${said[first] ?? '(nothing)'}`,
    `  happened:  ${real[first] ?? '(nothing)'}`,
  ].join('\n');
}

// What the simulation says

async function simulatedLines(
  lived: LivedWorld,
  world: RandomWorld,
  { seen }: Lines,
): Promise<string[]> {
  const scenario = await scenarioOf(lived, world);
  const subjects = subjectsOf(world);
  const lines = await Promise.all(
    subjects.map(async (subject) => {
      const rows: TimelineRow[] = [];
      const end = await simulate(scenario, subject, (row) => rows.push(row));
      const told = rows.filter(({ what }) => what !== 'held' && what !== 'not_entered');
      const { waiting, user } = end;
      const instants = new Set(subject.happenings.map(({ at }) => at.getTime()));
      for (const { what, reason, at } of told) {
        seen.add(what);
        if (reason === 'frequency_cap' || reason === 'no_address') seen.add(reason);
        // At a full hour at which nothing else has happened.
        const isAlone = at.getTime() % HOUR_MS === 0 && !instants.has(at.getTime());
        if (isAlone && SWEPT.includes(reason ?? '')) seen.add(`${what} by a sweep`);
      }
      return [
        ...told.map(lineOf),
        ...(waiting === null ? [] : [`${subject.externalId} waits at ${waitingLine(waiting)}`]),
        ...told
          .filter(({ what }) => what === 'sent')
          .map(
            ({ at, stepId }) =>
              `${subject.externalId} has a message of ${stepId}, ${at.toISOString()}`,
          )
          .toSorted(),
        `${subject.externalId} is ${personLine(user)}`,
      ];
    }),
  );
  return lines.flat();
}

async function scenarioOf(
  { workspaceId, seriesId }: LivedWorld,
  { cap, start, end }: RandomWorld,
): Promise<Scenario> {
  const series = await services.catalog.version({
    automationId: seriesId,
    number: 1,
    workspaceTimezone: 'UTC',
  });
  return {
    series,
    workspace: { id: workspaceId, timezone: 'UTC' },
    sender: await services.senderOf(workspaceId),
    kit: services.kit,
    cap,
    from: start,
    to: end,
  };
}

function subjectsOf({ happenings }: RandomWorld): Subject[] {
  const people = Map.groupBy(happenings, ({ userId }) => userId);
  return [...people].toSorted().map(([externalId, own]) => ({
    externalId,
    user: null,
    company: null,
    events: [],
    happenings: own.map((one) => {
      const { at, kind } = one;
      if (kind === 'identify') return { at, kind, patch: patchOf(one.traits) };
      if (kind === 'enroll') return { at, kind, source: 'api', properties: one.properties };
      const { eventType, metadata } = one;
      return { at, kind, event: { eventType, metadata, pageUrl: null, elementSelector: null } };
    }),
  }));
}

// What happened

interface LoggedRow {
  readonly userId: string;
  readonly run: number;
  readonly seq: number;
  readonly stepId: string;
  readonly outcome: 'passed' | 'skipped' | 'failed' | 'cancelled';
  readonly reason: string | null;
  readonly branch: string | null;
  readonly at: Date;
  readonly reasons: Reason[];
  readonly to: string | null;
  readonly state: 'goal_reached' | 'exited';
}

async function realLines(lived: LivedWorld): Promise<string[]> {
  const { workspaceId, seriesId } = lived;
  const { db } = database;
  const { series } = await scenarioOf(lived, { cap: null } as RandomWorld);
  const entered = await db<
    {
      userId: string;
      run: number;
      at: Date;
      source: string;
      stepId: string;
      endedAt: Date;
      state: string;
    }[]
  >`
    select u.external_id as "userId", e.run, e.entered_at as at, e.entered_by as source, e.state,
           e.ended_at as "endedAt"
      from enrollments e join users u on u.bucket = e.bucket and u.id = e.user_id
     where e.automation_id = ${seriesId}
     order by u.external_id, e.run`;
  const logged = await db<LoggedRow[]>`
    select u.external_id as "userId", e.run, l.seq, l.step_id as "stepId", l.outcome, l.reason,
           l.branch, l.at, l.reasons, e.state,
           coalesce((select n.step_id from step_log n where n.bucket = l.bucket
                       and n.enrollment_id = l.enrollment_id and n.seq = l.seq + 1),
                    (select r.step_id from recipients r where r.bucket = l.bucket
                       and r.enrollment_id = l.enrollment_id and r.seq = l.seq + 1)) as to
      from step_log l
      join enrollments e on e.bucket = l.bucket and e.id = l.enrollment_id
      join users u on u.bucket = e.bucket and u.id = e.user_id
     where e.automation_id = ${seriesId}
     order by u.external_id, e.run, l.seq`;
  const waiting = await db<{ userId: string; stepId: string; dueAt: Date; isHeld: boolean }[]>`
    select u.external_id as "userId", r.step_id as "stepId", r.due_at as "dueAt", r.held as "isHeld"
      from recipients r join users u on u.bucket = r.bucket and u.id = r.user_id
     where r.automation_id = ${seriesId}`;
  const messages = await db<{ userId: string; stepId: string; at: Date }[]>`
    select user_external_id as "userId", step_id as "stepId", sent_at as at
      from messages where automation_id = ${seriesId} and state = 'accepted'`;
  const users = await db<(Parameters<typeof personLine>[0] & { externalId: string })[]>`
    select external_id as "externalId", name, email, timezone, signed_up_at as "signedUpAt", traits,
           last_seen as "lastSeen", updated_at as "updatedAt"
      from users where workspace_id = ${workspaceId} order by external_id`;
  return users.flatMap((user) => {
    const { externalId } = user;
    const own = <T extends { userId: string }>(rows: readonly T[]): T[] =>
      rows.filter(({ userId }) => userId === externalId);
    const passages = own(entered).flatMap(({ run, at, source, state, endedAt }) => {
      const base = { userId: externalId, run, seq: 0, stepId: null, branch: null, why: [] };
      const steps = own(logged).filter((row) => row.run === run);
      const first = steps[0]?.stepId ?? own(waiting)[0]?.stepId ?? null;
      return [
        lineOf({ ...base, at, what: 'entered', to: first, reason: source }),
        ...steps.map((row) => {
          const step = stepOf(series.graph, row.stepId);
          if (step === null) throw new Error(`no step ${row.stepId}`);
          const { outcome } = row;
          const what = outcome === 'cancelled' ? row.state : whatOf(step, outcome);
          return lineOf({ ...row, what, why: row.reasons });
        }),
        ...(state === 'completed'
          ? [lineOf({ ...base, at: endedAt, what: 'completed', to: null, reason: 'finished' })]
          : []),
      ];
    });
    return [
      ...passages,
      ...own(waiting).map((row) => `${externalId} waits at ${waitingLine(row)}`),
      ...own(messages)
        .map(({ stepId, at }) => `${externalId} has a message of ${stepId}, ${at.toISOString()}`)
        .toSorted(),
      `${externalId} is ${personLine(user)}`,
    ];
  });
}

// Both in the same words

type Line = Omit<TimelineRow, 'until'>;

function lineOf({ at, userId, run, seq, stepId, what, branch, to, reason, why }: Line): string {
  const step = stepId === null ? '' : ` ${seq} ${stepId}`;
  const way = `${branch === null ? '' : ` [${branch}]`}${to === null ? '' : ` → ${to}`}`;
  const reasons = why
    .map((one) => `${one.rule}: ${one.input} → ${one.outcome}`)
    .filter(isSaidAlike);
  const because = reasons.length === 0 ? '' : ` because ${reasons.join('; ')}`;
  return `${userId} #${run} ${at.toISOString()} ${what}${step}${way} ${reason ?? ''}${because}`;
}

/** The database stops counting events where it knows enough, and says so. */
const isSaidAlike = (text: string): boolean => !text.startsWith('filter');

const waitingLine = ({ stepId, dueAt, isHeld }: { stepId: string; dueAt: Date; isHeld: boolean }) =>
  `${stepId} until ${dueAt.toISOString()}${isHeld ? ', held' : ''}`;

function personLine(
  user: {
    name: string | null;
    email: string | null;
    timezone: string | null;
    signedUpAt: Date | null;
    traits: Readonly<Record<string, unknown>>;
    lastSeen: Date;
    updatedAt: Date;
  } | null,
): string {
  if (user === null) return 'nobody';
  const { name, email, timezone, signedUpAt, traits, lastSeen, updatedAt } = user;
  const sorted = Object.entries(traits).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([name, email, timezone, signedUpAt, sorted, lastSeen, updatedAt]);
}
