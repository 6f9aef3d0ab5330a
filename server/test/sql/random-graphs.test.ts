import { afterAll, expect, test } from 'vitest';
import { createServices, type Services } from '../../src/app/services.ts';
import { advanceClock } from '../../src/enrollment/advance-clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { testDatabase } from '../support/database.ts';
import { expectExactLedger } from '../support/ledger.ts';
import { createLived, happen } from '../support/lived-world.ts';
import { randomWorld, type RandomWorld } from '../support/random-series.ts';

/**
 * Goal: whatever the graph, the people and what they do, everybody ends or waits for something that
 * exists, nobody is at two places, nobody goes through a step twice or where no way leads, and the books
 * are exact. Method: random worlds, each on a test side of its own, moved on in a few strides.
 */
const GRAPHS = Number(process.env['RANDOM_GRAPHS'] ?? 2_000);
const FIRST_SEED = Number(process.env['RANDOM_SEED'] ?? 1);
const STRIDES = 4;
const AT_ONCE = 4;

const { db, drop } = await testDatabase();
const services: Services = await createServices({
  db,
  log: silentLog,
  encryptionKey: Buffer.alloc(32, 7),
  from: 'Milepost <hello@milepost.test>',
  publicUrl: () => 'http://localhost',
});

afterAll(async () => {
  await services.close();
  await drop();
});

test(`${GRAPHS} random graphs, with random people and what they do`, async () => {
  const seeds = Array.from({ length: GRAPHS }, (_, index) => FIRST_SEED + index);
  const lane = async (): Promise<void> => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const world = randomWorld(seed);
      try {
        await liveInStrides(world);
      } catch (error) {
        throw new Error(`seed ${seed}: ${JSON.stringify(world.series)}`, { cause: error });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  await expectExactLedger(db);
  expect(await strays()).toEqual([]);
  expect(await repeats()).toEqual([]);
  expect(await wrongTurns()).toEqual([]);
  expect(await db`select * from signals`).toEqual([]);
  const [reached] = await db<{ steps: number; branches: number; sent: number }[]>`
    select count(*)::int as steps, count(branch)::int as branches,
           (select count(*)::int from messages where state = 'accepted') as sent
      from step_log
  `;
  // Or the worlds would be empty, and all of this true of nothing.
  expect(reached?.steps).toBeGreaterThan(GRAPHS);
  expect(reached?.branches).toBeGreaterThan(GRAPHS / 10);
  expect(reached?.sent).toBeGreaterThan(GRAPHS / 4);
}, 3_600_000);

/** What happens in between happens at the end of its stride, in its order. */
async function liveInStrides(world: RandomWorld): Promise<void> {
  const lived = await createLived(services, world);
  const { workspaceId } = lived;
  const span = world.end.getTime() - world.start.getTime();
  const left = [...world.happenings];
  for (let stride = 1; stride <= STRIDES; stride += 1) {
    const to = new Date(world.start.getTime() + (span * stride) / STRIDES);
    await advanceClock(services.testEngine, { workspaceId, advance: { to } });
    while (left[0] !== undefined && left[0].at <= to) {
      await happen(services, lived, left[0]);
      left.shift();
    }
  }
  await advanceClock(services.testEngine, { workspaceId, advance: { byMs: 3 * 86_400_000 } });
}

/** Passages that wait for nothing that exists, or at two places; rows that belong to nobody. */
const strays = () => db`
  select e.id, e.state, count(r.seq) as rows
    from enrollments e
    join workspaces w on w.id = e.workspace_id
    join series_versions v on v.automation_id = e.automation_id and v.number = e.version
    left join recipients r on r.bucket = e.bucket and r.enrollment_id = e.id
   group by e.id, e.state, w.clock_now
  having case when e.state = 'active'
              then count(r.seq) <> 1 or min(r.due_at) <= w.clock_now
                   or not bool_and(exists (
                        select from jsonb_array_elements(v.steps) s
                         where s ->> 'id' = r.step_id))
              else count(r.seq) > 0 end
   limit 5
`;

/** The graphs have no cycles: the same step twice in one passage is a defect. */
const repeats = () => db`
  select enrollment_id, step_id, count(*) from step_log
   group by enrollment_id, step_id having count(*) > 1 limit 5
`;

interface AnyStep {
  readonly id: string;
  readonly type: string;
  readonly branches?: readonly { readonly next?: string | null }[];
  readonly [field: string]: unknown;
}

/** Where a step leads, read from what was sent; `end` for the end. Not by the server's own reading. */
function waysOf(steps: readonly AnyStep[]): Map<string, Set<string>> {
  const typeOf = new Map(steps.map(({ id, type }) => [id, type]));
  return new Map(
    steps.map((step, index) => {
      const following = steps[index + 1]?.id ?? null;
      const fields = FIELDS[step.type] ?? ['next'];
      const targets =
        step.type === 'split'
          ? (step.branches ?? []).map(({ next }) => next)
          : fields.map((field) => step[field] as string | null | undefined);
      const ids = targets.map((target) => (target === undefined ? following : target));
      return [
        step.id,
        new Set(ids.map((id) => (typeOf.get(id ?? '') === 'end' ? 'end' : (id ?? 'end')))),
      ];
    }),
  );
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  condition: ['yes', 'no'],
  wait_for_event: ['next', 'on_timeout'],
};

/** Steps that follow one from which no way leads to them, and series completed where no way ends. */
async function wrongTurns(): Promise<string[]> {
  const versions = await db<{ automationId: string; steps: AnyStep[] }[]>`
    select automation_id as "automationId", steps from series_versions
  `;
  const ways = new Map(versions.map(({ automationId, steps }) => [automationId, waysOf(steps)]));
  const first = new Map(versions.map(({ automationId, steps }) => [automationId, steps[0]?.id]));
  const passages = await db<{ automationId: string; state: string; steps: string[] }[]>`
    select e.automation_id as "automationId", e.state,
           array_agg(l.step_id order by l.seq) as steps
      from enrollments e
      join step_log l on l.bucket = e.bucket and l.enrollment_id = e.id
     group by e.bucket, e.id
  `;
  return passages.flatMap(({ automationId, state, steps }) => {
    const turns = [...steps.slice(1), ...(state === 'completed' ? ['end'] : [])];
    const isWrong =
      steps[0] !== first.get(automationId) ||
      turns.some(
        (to, index) =>
          ways
            .get(automationId)
            ?.get(steps[index] ?? '')
            ?.has(to) !== true,
      );
    return isWrong ? [`${automationId}: ${steps.join(' → ')} (${state})`] : [];
  });
}
