import { startChild, type Child } from '../child.ts';
import type { Cluster, Database } from '../cluster.ts';
import { alternate, perSecond, type Measure } from '../measure.ts';
import { tzVersion } from '../../server/src/schedule/zone.ts';
import { createSide, insertUsers, makeDue, type Side } from '../workspace.ts';

const DUE = 10_000;
const PASSES = 10;
const SERIES = {
  name: 'Waits',
  steps: [
    { id: 'w1', type: 'wait', delay: { amount: 1, unit: 'days' } },
    { id: 'w2', type: 'wait', delay: { amount: 60, unit: 'days' } },
  ],
};

interface Handled {
  readonly rows: number;
  readonly ms: number;
}

/** The same 10,000 due rows, alone and among millions that wait. */
export const claim: Measure = {
  name: 'claim',
  what: 'due claim among 10,000,000 pending rows and among 10,000',
  run: async ({ cluster, isQuick, say }) => {
    const rounds = isQuick ? 3 : 5;
    const pending = isQuick ? 1_000_000 : 10_000_000;
    const few = await prepare(cluster, { name: 'bench_claim_few', pending: 0 });
    const builtMs = performance.now();
    const many = await prepare(cluster, { name: 'bench_claim_many', pending });
    say(
      `${pending.toLocaleString('en')} rows built in ${Math.round((performance.now() - builtMs) / 1_000)} s`,
    );

    const claims = (place: Place) => async (): Promise<number> => {
      let rows = 0;
      let ms = 0;
      for (let pass = 0; pass < PASSES; pass += 1) {
        const handled = await place.engine.call<Handled>('claim');
        rows += handled.rows;
        ms += handled.ms;
      }
      if (rows !== DUE * PASSES) throw new Error(`${rows} rows were claimed`);
      return perSecond(rows, ms);
    };
    const drains = (place: Place) => async (): Promise<number> => {
      const { rows, ms } = await place.engine.call<Handled>('drain');
      if (rows !== DUE) throw new Error(`${rows} rows were advanced`);
      await makeDueAgain(place.database);
      return perSecond(rows, ms);
    };
    for (const place of [few, many]) await claims(place)();
    for (const place of [few, many]) await drains(place)();
    say('measuring');
    const claimed = await alternate(rounds, { many: claims(many), few: claims(few) });
    const drained = await alternate(rounds, { many: drains(many), few: drains(few) });
    for (const { engine, database } of [few, many]) {
      await engine.stop();
      await database.drop();
    }
    const label = `${DUE.toLocaleString('en')} pending`;
    const target = { kind: 'ratio', atLeast: 0.8 } as const;
    return [
      {
        what: `due claim, ${pending.toLocaleString('en')} pending`,
        unit: '/s',
        ours: claimed.many,
        peer: { name: label, values: claimed.few },
        target,
      },
      {
        what: `due steps advanced, ${pending.toLocaleString('en')} pending`,
        unit: '/s',
        ours: drained.many,
        peer: { name: label, values: drained.few },
        target,
      },
    ];
  },
};

interface Place {
  readonly database: Database;
  readonly engine: Child;
}

async function prepare(
  cluster: Cluster,
  { name, pending }: { name: string; pending: number },
): Promise<Place> {
  const database = await cluster.create(name);
  const side = await createSide(database, SERIES);
  await insertUsers(database.db, { workspaceId: side.workspaceId, prefix: 'user', count: DUE });
  await makeDue(database.db, side, 'w1');
  if (pending > 0) await addPending(database, side, pending);
  await database.settle('users', 'enrollments', 'recipients');
  const engine = startChild('engine.ts');
  await engine.call('start', { url: database.url });
  return { database, engine };
}

/** Rows that are due in the next 90 days; indexes are built afterwards, which takes a third of the time. */
async function addPending({ db }: Database, side: Side, count: number): Promise<void> {
  await db.begin(async (tx) => {
    await tx`set local maintenance_work_mem = '512MB'`;
    const indexes = await tx<{ definition: string }[]>`
      select indexdef as definition from pg_indexes where tablename = 'recipients'
    `;
    const names = await tx<{ name: string }[]>`
      select indexname as name from pg_indexes where tablename = 'recipients' and indexname <> 'recipients_pkey'
    `;
    await tx`alter table recipients drop constraint recipients_pkey`;
    for (const { name } of names) await tx`drop index ${tx(name)}`;
    await tx`
      insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, version,
                              step_id, live, due_at, from_at, timezone, tz_version, reasons)
      select i % 64, gen_random_uuid(), 1, ${side.workspaceId}, ${side.seriesId}, gen_random_uuid(), 1,
             'w1', true, now() + interval '1 day' + random() * interval '90 days', now(), 'UTC', ${tzVersion()}, '[]'
        from generate_series(1, ${count}) as i
    `;
    for (const { definition } of indexes) await tx.unsafe(definition);
    await tx`alter table recipients add primary key using index recipients_pkey`;
  });
}

/** The rows that have just been advanced, due once more. */
async function makeDueAgain({ db }: Database): Promise<void> {
  await db`truncate step_log`;
  await db`
    update recipients r
       set seq = 1, step_id = 'w1', from_at = e.entered_at,
           due_at = date_trunc('milliseconds', now() - random() * interval '1 hour')
      from enrollments e
     where r.bucket = e.bucket and r.enrollment_id = e.id
  `;
}
