import { bucketOf, userIdOf } from '../../src/platform/ids.ts';
import { faultsOfPublishing, faultsOfSeries } from '../../src/series/series.ts';
import { graphOf } from '../../src/series/graph.ts';
import { listensOf } from '../../src/series/listens.ts';
import { settingsOf } from '../../src/series/settings.ts';
import type { PgliteServer } from '../support/pglite-server.ts';
import type { Plan } from './plan.ts';
import { draftOf, LIMITS, settingsJsonOf, stepsJsonOf } from './shapes.ts';

/** A Friday, two days before clocks change in Berlin, at an hour at which some windows are open. */
export const START = new Date('2025-03-28T10:00:00.000Z');

export const WORKSPACE = {
  id: '0194a000-0000-7000-8000-000000000001',
  side: 'live',
  timezone: 'UTC',
} as const;

/** The ids of series, whether they are in the plan or not. */
export const seriesIdOf = (index: number): string => `0194a000-0000-7000-8000-00000000001${index}`;

export const userOf = (index: number, { userCount }: Plan): string => `user-${index % userCount}`;

/** What a client sends for a draft of a series of the plan. */
export function bodyOf({ series }: Plan, index: number, draft: number) {
  const spec = series[index];
  if (spec === undefined) throw new Error('there is no such series');
  const body = {
    name: `Series ${index}`,
    settings: settingsJsonOf(spec.settings, seriesIdOf(index === 0 ? 1 : 0)),
    steps: stepsJsonOf(draftOf(spec, draft)),
  };
  const faults = faultsOfSeries(body);
  if (faults.length > 0) throw new Error(`no valid series: ${JSON.stringify({ faults, body })}`);
  return body;
}

const TABLES = [
  'signals',
  'events',
  'event_ids',
  'webhook_attempts',
  'message_events',
  'messages',
  'step_log',
  'recipients',
  'enrollments',
  'series_scans',
  'series_content',
  'series_migrations',
  'series_versions',
  'automations',
  'users',
  'workers',
  'workspaces',
];
const USER_ZONES = ['Europe/Berlin', null, 'America/Los_Angeles', 'Asia/Tokyo'];
const TRAITS = [
  { plan: 'free', ends_at: '2025-03-29T12:00:00Z' },
  { end: '%00' },
  { plan: 'pro', ends_at: '2025-03-28' },
  {},
];

const json = (value: unknown): string => `$json$${JSON.stringify(value)}$json$::jsonb`;
const at = `'${START.toISOString()}'`;

/** Makes the database what it is at the start of a history. */
export function setTheScene(server: PgliteServer, plan: Plan): void {
  const { userCount, hasStranger } = plan;
  const knownCount = hasStranger ? userCount - 1 : userCount;
  const users = Array.from({ length: knownCount }, (_, index) =>
    userRow(userOf(index, plan), index),
  );
  const series = plan.series.map((spec, index) => seriesRows(plan, index, spec.isDraft));
  server.query(`
    ${TABLES.map((table) => `delete from ${table};`).join('\n')}
    set milepost.now = ${at};
    insert into workspaces (id, pair_id, side, name, timezone, settings, created_at, updated_at)
    values ('${WORKSPACE.id}', '${WORKSPACE.id}', 'live', 'Acme', 'UTC', ${json(LIMITS[plan.limits])}, ${at}, ${at});
    ${series.join('\n')}
    select gather_listens('${WORKSPACE.id}');
    ${users.join('\n')}
  `);
}

function userRow(externalId: string, index: number): string {
  const id = userIdOf(WORKSPACE.id, externalId);
  const zone = USER_ZONES[index] ?? null;
  return `
    insert into users (bucket, workspace_id, id, external_id, email, timezone, traits, first_seen,
                       last_seen, created_at, updated_at)
    values (${bucketOf(id)}, '${WORKSPACE.id}', '${id}', '${externalId}', '${externalId}@example.com',
            ${zone === null ? 'null' : `'${zone}'`}, ${json(TRAITS[index] ?? {})}, ${at}, ${at}, ${at}, ${at});`;
}

function seriesRows(plan: Plan, index: number, isDraft: boolean): string {
  const { name, settings: sent, steps } = bodyOf(plan, index, 0);
  const settings = settingsOf({ ...sent });
  const draft = { settings, steps } as never;
  const faults = faultsOfPublishing(draft);
  if (faults.length > 0) throw new Error(`cannot be published: ${JSON.stringify(faults)}`);
  const listens = listensOf(settings, graphOf(steps).steps.values());
  const id = seriesIdOf(index);
  const automation = `
    insert into automations (id, workspace_id, type, name, status, draft, version, created_at, updated_at)
    values ('${id}', '${WORKSPACE.id}', 'series', '${name}', '${isDraft ? 'draft' : 'active'}',
            ${json(draft)}, ${isDraft ? 'null' : 1}, ${at}, ${at});`;
  if (isDraft) return automation;
  return `${automation}
    insert into series_versions (automation_id, number, settings, steps, published_at, listens)
    values ('${id}', 1, ${json(settings)}, ${json(steps)}, ${at}, '{${listens.map((word) => `"${word}"`).join(',')}}');`;
}
