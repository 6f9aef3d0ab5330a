import { bucketOf, userIdOf } from '../../src/platform/ids.ts';
import { rulesOf, type ScheduleRules } from '../../src/schedule/settings.ts';
import type { PgliteServer } from '../support/pglite-server.ts';
import { SETTINGS, type Plan } from './plan.ts';

/** A Monday, a day before clocks change in Berlin, at an hour at which some windows are open. */
export const START = new Date('2025-03-28T10:00:00.000Z');

export const WORKSPACE = {
  id: '0194a000-0000-7000-8000-000000000001',
  side: 'live',
  timezone: 'UTC',
} as const;
export const SERIES_ID = '0194a000-0000-7000-8000-000000000002';

const html = '<p>Hello {{ user.name }}</p>';
const STEPS = [
  { id: 'hello', type: 'email', subject: 'Hello', html },
  { id: 'rest', type: 'wait', delay: { amount: 2, unit: 'hours' } },
  { id: 'tips', type: 'email', subject: 'Tips', html, delay: { amount: 1, unit: 'days' } },
  {
    id: 'more',
    type: 'email',
    subject: 'More{{ traits.end | url_decode }}',
    html: `${html}{{ "\\u0000" }}`,
  },
];
export const STEP_COUNT = STEPS.length;

export const userOf = (index: number, { userCount }: Plan): string => `user-${index % userCount}`;

const TABLES = [
  'message_events',
  'messages',
  'step_log',
  'recipients',
  'enrollments',
  'series_versions',
  'automations',
  'users',
  'workers',
  'workspaces',
];
const USER_ZONES = ['Europe/Berlin', null, 'America/Los_Angeles', 'Asia/Tokyo'];

/** Makes the database what it is at the start of a history, and says by which rules it is planned. */
export function setTheScene(server: PgliteServer, plan: Plan): ScheduleRules {
  const settings = {
    entry_trigger: 'api',
    timezone: null,
    reenrollment: { enabled: false, cooldown: null, max_runs: null },
    goal: null,
    exit: [],
    ...SETTINGS[plan.settings],
  };
  const at = `'${START.toISOString()}'`;
  const json = (value: unknown): string => `$json$${JSON.stringify(value)}$json$::jsonb`;
  const users = Array.from({ length: plan.userCount }, (_, index) => {
    const externalId = userOf(index, plan);
    const id = userIdOf(WORKSPACE.id, externalId);
    const zone = USER_ZONES[index] ?? null;
    return `(${bucketOf(id)}, '${WORKSPACE.id}', '${id}', '${externalId}', '${externalId}@example.com',
      ${zone === null ? 'null' : `'${zone}'`}, ${json(index === 1 ? { end: '%00' } : {})}, ${at}, ${at}, ${at}, ${at})`;
  });
  server.query(`
    ${TABLES.map((table) => `delete from ${table};`).join('\n')}
    set milepost.now = ${at};
    insert into workspaces (id, pair_id, side, name, timezone, created_at, updated_at)
    values ('${WORKSPACE.id}', '${WORKSPACE.id}', 'live', 'Acme', 'UTC', ${at}, ${at});
    insert into automations (id, workspace_id, type, name, status, draft, version, created_at, updated_at)
    values ('${SERIES_ID}', '${WORKSPACE.id}', 'series', 'Welcome', 'active',
            ${json({ settings, steps: STEPS })}, 1, ${at}, ${at});
    insert into series_versions (automation_id, number, settings, steps, published_at)
    values ('${SERIES_ID}', 1, ${json(settings)}, ${json(STEPS)}, ${at});
    insert into users (bucket, workspace_id, id, external_id, email, timezone, traits, first_seen,
                       last_seen, created_at, updated_at)
    values ${users.join(',')};
  `);
  return rulesOf(settings, WORKSPACE.timezone);
}
