import { startChild } from '../child.ts';
import type { Database } from '../cluster.ts';
import { alternate, perSecond, type Measure } from '../measure.ts';
import { createSide, insertUsers } from '../workspace.ts';

/** One that nobody enters: the users of its side are the audience. */
const SERIES = {
  name: 'Any',
  steps: [{ id: 'w1', type: 'wait', delay: { amount: 1, unit: 'days' } }],
};
/** One in so many has unsubscribed, and as many are suppressed. */
const REFUSED_EACH = 50;

interface Snapshot {
  readonly id: string;
  readonly ms: number;
  readonly pieces: number;
  readonly longestMs: number;
  readonly grownMb: number;
}

/** The audience of a broadcast, written down with who may not be mailed and why. */
export const broadcast: Measure = {
  name: 'broadcast',
  what: 'the snapshot of a broadcast to 1,000,000 people',
  run: async ({ cluster, isQuick, say }) => {
    const count = isQuick ? 50_000 : 1_000_000;
    const rounds = isQuick ? 2 : 1;
    const database = await cluster.create('bench_broadcast');
    const { workspaceId } = await createSide(database, SERIES);
    await insertUsers(database.db, { workspaceId, prefix: 'user', count });
    await refuseSome(database, workspaceId);
    await database.settle('users', 'preferences', 'suppressions');
    const child = startChild('broadcaster.ts');
    await child.call('start', { url: database.url });
    const taken: Snapshot[] = [];
    say('measuring');
    const figures = await alternate(rounds, {
      ours: async () => {
        const one = await child.call<Snapshot>('snapshot', { workspaceId });
        taken.push(one);
        await requireComplete(database, one, count);
        return perSecond(count, one.ms);
      },
      bare: async () => perSecond(count, await bareInsert(database, workspaceId)),
    });
    await child.stop();
    await database.drop();
    const longestMs = taken.map((one) => one.longestMs);
    const people = count.toLocaleString('en');
    const peer = { name: 'bare insert … select', values: figures.bare };
    return [
      {
        what: `writing down an audience of ${people}`,
        unit: '/s',
        ours: figures.ours,
        peer,
        target: null,
        note:
          `snapshot: one worker, ${taken[0]?.pieces ?? 0} transactions; each person asked about ` +
          'suppressions, unsubscriptions and a second one of the address. The peer writes the same ' +
          'rows in one statement that asks nothing',
      },
      {
        what: `the same, in all`,
        unit: 's',
        ours: taken.map(({ ms }) => ms / 1_000),
        peer: null,
        target: isQuick ? null : { kind: 'at most', value: 60 },
      },
      {
        what: 'longest transaction of those',
        unit: 'ms',
        ours: longestMs,
        peer: null,
        target: { kind: 'at most', value: 1_000 },
      },
      {
        what: 'memory of the worker: the second half beside the first',
        unit: 'MB more',
        ours: taken.map(({ grownMb }) => grownMb),
        peer: null,
        target: { kind: 'at most', value: 20 },
      },
    ];
  },
};

/** Some have unsubscribed, some are suppressed, by what is known of them beside the hash. */
async function refuseSome({ db }: Database, workspaceId: string): Promise<void> {
  await db`
    insert into preferences (bucket, user_id, list_id, workspace_id, state, source, at)
    select bucket, id, '00000000-0000-0000-0000-000000000000', workspace_id, 'unsubscribed', 'bench', now()
      from users
     where workspace_id = ${workspaceId} and hashtext(external_id) % ${REFUSED_EACH} = 0
  `;
  await db`
    insert into suppressions (id, workspace_id, hash, kind, address, reason, source, at)
    select uuidv7(), workspace_id, sha256(id::text::bytea), 'address', email, 'hard_bounce', 'bench', now()
      from users
     where workspace_id = ${workspaceId} and hashtext(external_id) % ${REFUSED_EACH} = 1
  `;
}

/** What the database would need at the least: the same rows, in one statement, asking nothing. */
async function bareInsert({ db }: Database, workspaceId: string): Promise<number> {
  const beganMs = performance.now();
  await db`
    insert into broadcast_recipients (bucket, automation_id, user_id, due_at, exclusion)
    select bucket, one.id, u.id, now(), null
      from users u
     cross join (select gen_random_uuid() as id offset 0) one
     where workspace_id = ${workspaceId}
     order by bucket, u.id
  `;
  return performance.now() - beganMs;
}

/** The figures count only if everybody is there, once. */
async function requireComplete({ db }: Database, { id }: Snapshot, count: number): Promise<void> {
  const [row] = await db<{ written: number; excluded: number }[]>`
    select count(*)::int as written, count(exclusion)::int as excluded
      from broadcast_recipients where automation_id = ${id}
  `;
  const share = (row?.excluded ?? 0) / count;
  const isRight = share > 0.5 / REFUSED_EACH && share < 4 / REFUSED_EACH;
  if (row?.written !== count || !isRight) {
    throw new Error(`the snapshot is not whole: ${JSON.stringify(row)}`);
  }
}
