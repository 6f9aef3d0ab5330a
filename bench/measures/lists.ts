import type { Database } from '../cluster.ts';
import type { Measure, Row } from '../measure.ts';
import { apiOf, createSide, servicesOf } from '../workspace.ts';

const SERIES = {
  name: 'Welcome',
  steps: [{ id: 'e1', type: 'email', subject: 'Welcome', html: '<p>Welcome</p>' }],
};

/** Each asks for the first page of fifty people. */
const PAGES: Readonly<Record<string, object>> = {
  'everybody, newest first': {},
  'by the last time they were seen': { sort: 'last_seen' },
  'a beginning that one has': { q: 'user_0123456' },
  'a beginning that a thousand have': { q: 'user_0012' },
  'a beginning that everybody has': { q: 'user' },
  'a filter that every third matches': {
    filter: { field: 'traits.plan', operator: 'equals', value: 'pro' },
  },
  'a filter that one in 10,000 matches': {
    filter: { field: 'traits.rare', operator: 'equals', value: true },
  },
  'a filter that nobody matches': {
    filter: { field: 'traits.plan', operator: 'equals', value: 'none' },
  },
};

const ROUNDS = 11;

/** Pages of people, and the start page, at the size of a large customer. */
export const lists: Measure = {
  name: 'lists',
  what: 'pages of people and the start page of the dashboard',
  run: async ({ cluster, isQuick, say }) => {
    const people = isQuick ? 50_000 : 1_000_000;
    const messages = isQuick ? 50_000 : 2_000_000;
    const database = await cluster.create('bench_lists');
    const side = await createSide(database, SERIES);
    await fill(database, { ...side, people, messages });
    await database.settle('users', 'messages', 'enrollments', 'step_log');
    say('measuring');
    const services = await servicesOf(database.db);
    const api = await apiOf(services);
    const url = await api.listen({ host: '127.0.0.1', port: 0 });
    const ask = asker(url, side.secretKey);
    const rows: Row[] = [];
    for (const [what, body] of Object.entries(PAGES)) {
      const ours = await timesOf(() => ask('POST', '/users/search', { limit: 50, ...body }));
      rows.push(rowOf(`page of ${people.toLocaleString('en')} people: ${what}`, ours, 100));
    }
    const ours = await timesOf(() => ask('GET', '/overview'));
    rows.push(rowOf(`start page with ${messages.toLocaleString('en')} messages`, ours, 50));
    await api.close();
    await services.close();
    await database.drop();
    return rows;
  },
};

const rowOf = (what: string, ours: readonly number[], value: number): Row => ({
  what,
  unit: 'ms',
  ours,
  peer: null,
  target: { kind: 'at most', value },
});

async function timesOf(ask: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  // The first one compiles what it needs.
  await ask();
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    await ask();
    times.push(performance.now() - began);
  }
  return times;
}

const asker =
  (url: string, secretKey: string) =>
  async (method: 'GET' | 'POST', path: string, body?: object): Promise<void> => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${text}`);
  };

interface Fill {
  readonly workspaceId: string;
  readonly seriesId: string;
  readonly people: number;
  readonly messages: number;
}

/** People who came over a year, and what they were sent; past the API and its triggers. */
async function fill({ db }: Database, { workspaceId, seriesId, people, messages }: Fill) {
  await db.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`
      insert into users (bucket, workspace_id, id, external_id, email, name, timezone, traits, first_seen,
                         last_seen, seen_on, created_at, updated_at)
      select n % 64, ${workspaceId}, gen_random_uuid(), 'user_' || lpad(n::text, 7, '0'),
             'user_' || lpad(n::text, 7, '0') || '@example.org',
             (array['Ada', 'Grace', 'Linus', 'Margaret'])[1 + n % 4] || ' ' || md5(n::text),
             'Europe/Berlin',
             jsonb_build_object('plan', (array['free', 'team', 'pro'])[1 + n % 3], 'seats', n % 50)
               || case when n % 10000 = 77 then '{"rare": true}' else '{}' end::jsonb,
             now() - n * interval '30 seconds', now() - (n % 400) * interval '1 day',
             now()::date - n % 400, now() - n * interval '30 seconds', now()
        from generate_series(1, ${people}::integer) n
    `;
    await tx`
      insert into messages (bucket, id, workspace_id, enrollment_id, seq, automation_id, user_id,
                            user_external_id, step_id, state, transport, from_address, to_address,
                            subject, html, text, headers, message_id, scheduled_for, reasons,
                            attempted_at, created_at, updated_at)
      select u.bucket, gen_random_uuid(), ${workspaceId}, gen_random_uuid(), 1, ${seriesId}, u.id,
             u.external_id, 'e1', 'accepted', 'smtp', 'a@example.org', u.email, 'Welcome',
             '<p>Welcome</p>', 'Welcome', '{}', 'm' || k, now(), '[]', u.created_at, u.created_at, now()
        from users u
       cross join generate_series(1, ${Math.ceil(messages / people)}::integer) k
    `;
  });
}
