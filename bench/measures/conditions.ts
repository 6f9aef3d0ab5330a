import { startChild } from '../child.ts';
import type { Measure } from '../measure.ts';
import { createSide, insertUsers } from '../workspace.ts';

/** One that nobody enters: the users of its side are what is read. */
const SERIES = {
  name: 'Any',
  steps: [{ id: 'w1', type: 'wait', delay: { amount: 1, unit: 'days' } }],
};
const PEOPLE = 500;
const EVENTS_PER_USER = 20;

/** Conditions judged in memory on one core, and the facts that they are judged by. */
export const conditions: Measure = {
  name: 'conditions',
  what: 'conditions judged in memory, and loading what they look at',
  run: async ({ cluster, isQuick, say }) => {
    const rounds = isQuick ? 3 : 7;
    const users = isQuick ? 2_000 : 20_000;
    const database = await cluster.create('bench_conditions');
    const { workspaceId } = await createSide(database, SERIES);
    await insertUsers(database.db, { workspaceId, prefix: 'user', count: users });
    await database.db`
      insert into events (bucket, id, workspace_id, user_id, event_type, occurred_at, received_at,
                          stored_at, metadata)
      select u.bucket, uuidv7(), u.workspace_id, u.id, (array['paid', 'opened'])[1 + n % 2],
             now() - n * interval '1 day', now() - n * interval '1 day', now(),
             jsonb_build_object('amount', n)
        from users u
       cross join generate_series(1, ${EVENTS_PER_USER}::integer) n
    `;
    await database.settle('users', 'events');
    const child = startChild('conditions.ts');
    await child.call('start', { url: database.url });
    const judged: number[] = [];
    const loaded: number[] = [];
    say('judging and loading');
    await child.call('judge', { count: 200_000 });
    await child.call('load', { people: PEOPLE, times: 20 });
    for (let round = 0; round < rounds; round += 1) {
      judged.push(await child.call<number>('judge', { count: isQuick ? 200_000 : 1_000_000 }));
      loaded.push(await child.call<number>('load', { people: PEOPLE, times: isQuick ? 5 : 20 }));
    }
    await child.stop();
    await database.drop();
    return [
      {
        what: 'conditions judged in memory: texts, numbers, dates, lists, counts, a company',
        unit: '/s',
        ours: judged,
        peer: null,
        target: { kind: 'at least', value: 1_000_000 },
      },
      {
        what: `facts of ${PEOPLE} people: user, company, two counts of events`,
        unit: 'ms',
        ours: loaded,
        peer: null,
        target: { kind: 'at most', value: 25 },
        note: `each has ${EVENTS_PER_USER} events; ${users.toLocaleString('en')} users in the database`,
      },
    ];
  },
};
