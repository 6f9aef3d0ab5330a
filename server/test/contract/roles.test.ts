import { afterAll, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { draftSeries } from '../support/series.ts';
import { signIn, type SignedInCaller } from '../support/sign-in.ts';

/**
 * Goal: every call is refused to whoever may not make it. Method: each operation of the OpenAPI document,
 * as each role, about the own workspace, about somebody else's, and about things of somebody else's; the
 * table says what is right, and an operation that is not in it fails.
 */
const server = await startServer({ hasSession: true });
afterAll(server.close);

type Needed = 'nobody' | 'member' | 'viewer' | 'editor' | 'owner';

/** What somebody must be at least. Sorted by what they may break. */
const TABLE: Readonly<Record<Needed, readonly string[]>> = {
  // Proves itself by a token of a link.
  nobody: [
    'POST /invitations/accept',
    'POST /invitations/look',
    'POST /password/reset',
    'POST /setup',
  ],
  // About who is signed in, whatever workspace they look at.
  member: [
    'GET /session',
    'GET /sessions',
    'POST /sessions/revoke_others',
    'POST /sessions/{id}/revoke',
  ],
  viewer: [
    'POST /series/{id}/outline',
    'POST /series/outline',
    'GET /series/code',
    'POST /series/code/plan',
    'POST /users/search',
    'POST /users/count',
    'POST /companies/search',
    'GET /broadcasts',
    'GET /broadcasts/{id}',
    'GET /broadcasts/{id}/audience_count',
    'POST /broadcasts/{id}/audience_count',
    'GET /broadcasts/{id}/checks',
    'GET /broadcasts/{id}/recipients',
    'GET /broadcasts/{id}/results',
    'GET /broadcasts/{id}/stats',
    'GET /broadcasts/{id}/variants',
    'GET /companies',
    'GET /companies/{company_id}',
    'GET /companies/{company_id}/users',
    'GET /confirmations',
    'GET /confirmations/{id}',
    'GET /countries',
    'GET /event_types',
    'GET /events',
    'GET /filters',
    'GET /filters/{id}',
    'GET /holidays',
    'POST /identity/verify',
    'GET /imports',
    'GET /imports/{id}',
    'GET /imports/{id}/report',
    'POST /imports/look',
    'GET /keys',
    'GET /lists',
    'GET /lists/{id}',
    'GET /lists/{id}/confirmation',
    'GET /lists/{id}/subscribers',
    'GET /lists/{id}/subscribers/export',
    'GET /members',
    'GET /messages',
    'GET /messages/counts',
    'GET /messages/{id}',
    'GET /overview',
    'GET /reports/messages',
    'GET /reports/messages.csv',
    'GET /reports/series/{id}',
    'GET /reports/series/{id}/cohorts',
    'GET /reports/series/{id}/cohorts.csv',
    'GET /reports/series/{id}/steps.csv',
    'GET /sender_domains',
    'GET /sender_domains/{id}',
    'GET /senders',
    'GET /senders/{id}',
    'GET /sending',
    'GET /series',
    'GET /series/{id}',
    'GET /series/{id}/checks',
    'GET /series/{id}/diff',
    'GET /series/{id}/enrollments',
    'POST /series/{id}/preview',
    'POST /broadcasts/{id}/preview',
    'GET /series/{id}/publish/preview',
    'GET /series/{id}/recipients',
    'GET /series/{id}/results',
    'POST /series/{id}/simulate',
    'GET /series/{id}/stats',
    'GET /series/{id}/step_counts',
    'GET /series/{id}/steps/{step_id}/people',
    'GET /series/{id}/variants',
    'GET /series/{id}/versions',
    'GET /series/{id}/versions/{number}',
    'GET /settings',
    'GET /stream',
    'GET /suppressions',
    'GET /suppressions/counts',
    'GET /suppressions/export',
    'GET /templates',
    'GET /templates/{id}',
    'GET /templates/{id}/uses',
    'GET /templates/{id}/versions',
    'GET /templates/{id}/versions/{number}',
    'GET /test_clock',
    'GET /timezones',
    'GET /transport_kinds',
    'GET /transports',
    'GET /transports/{id}',
    'GET /upcoming',
    'GET /users',
    'GET /users/properties',
    'GET /users/{user_id}',
    'GET /users/{user_id}/enrollments',
    'GET /users/{user_id}/erase_preview',
    'GET /users/{user_id}/explain',
    'GET /users/{user_id}/export',
    'GET /users/{user_id}/preferences',
    'GET /users/{user_id}/preferences/changes',
    'GET /users/{user_id}/timeline',
  ],
  editor: [
    'POST /series/code/apply',
    'DELETE /series/code/{slug}',
    'GET /audit',
    'GET /audit/export',
    'POST /broadcasts',
    'DELETE /broadcasts/{id}',
    'PUT /broadcasts/{id}',
    'POST /broadcasts/{id}/cancel',
    'POST /broadcasts/{id}/duplicate',
    'POST /broadcasts/{id}/pause',
    'POST /broadcasts/{id}/resume',
    'POST /broadcasts/{id}/schedule',
    'POST /broadcasts/{id}/send',
    'POST /confirmations/{id}/issue',
    'POST /confirmations/{id}/refuse',
    'DELETE /companies/{company_id}',
    'PATCH /companies/{company_id}',
    'GET /exports/companies',
    'GET /exports/events',
    'GET /exports/list_members',
    'GET /exports/messages',
    'GET /exports/suppressions',
    'GET /exports/users',
    'POST /imports',
    'POST /imports/{id}/cancel',
    'POST /imports/{id}/pause',
    'POST /imports/{id}/resume',
    'POST /filters',
    'DELETE /filters/{id}',
    'PATCH /filters/{id}',
    'POST /lists',
    'DELETE /lists/{id}',
    'PATCH /lists/{id}',
    'POST /lists/{id}/archive',
    'DELETE /lists/{id}/confirmation',
    'PUT /lists/{id}/confirmation',
    'POST /lists/{id}/subscribers',
    'POST /lists/{id}/subscribers/import',
    'POST /lists/{id}/subscribers/remove',
    'POST /lists/{id}/unarchive',
    'POST /messages',
    'POST /messages/resolve',
    'POST /messages/{id}/resolve',
    'POST /sender_domains/{id}/check',
    'POST /senders',
    'DELETE /senders/{id}',
    'PATCH /senders/{id}',
    'POST /sending/resume',
    'POST /series',
    'DELETE /series/{id}',
    'PUT /series/{id}',
    'POST /series/{id}/activate',
    'POST /series/{id}/archive',
    'POST /series/{id}/content_update',
    'POST /series/{id}/duplicate',
    'POST /series/{id}/enroll',
    'POST /series/{id}/pause',
    'POST /series/{id}/publish',
    'POST /series/{id}/remove',
    'POST /series/{id}/resume',
    'POST /series/{id}/test_send',
    'POST /broadcasts/{id}/test_send',
    'PATCH /settings',
    'POST /suppressions',
    'POST /suppressions/import',
    'DELETE /suppressions/{id}',
    'POST /templates',
    'PATCH /templates/{id}',
    'POST /templates/{id}/archive',
    'POST /templates/{id}/versions',
    'POST /test_clock/advance',
    'POST /transports/{id}/verify',
    'PATCH /users/{user_id}',
    'PUT /users/{user_id}/preferences',
  ],
  owner: [
    'GET /export',
    'GET /inboxes',
    'POST /inboxes',
    'DELETE /inboxes/{id}',
    'GET /inboxes/{id}',
    'PATCH /inboxes/{id}',
    'POST /inboxes/{id}/rotate_post_url',
    'POST /inboxes/{id}/test',
    'GET /invitations',
    'POST /invitations',
    'POST /invitations/{id}/revoke',
    'POST /keys',
    'POST /keys/{id}/revoke',
    'POST /keys/{id}/rotate',
    'DELETE /members/{id}',
    'PATCH /members/{id}',
    'POST /sender_domains',
    'DELETE /sender_domains/{id}',
    'PATCH /sender_domains/{id}',
    'POST /sender_domains/{id}/rotate',
    'POST /transports',
    'DELETE /transports/{id}',
    'PATCH /transports/{id}',
    'DELETE /users/{user_id}',
    'GET /webhooks',
    'POST /webhooks',
    'DELETE /webhooks/{id}',
    'GET /webhooks/{id}',
    'PATCH /webhooks/{id}',
    'GET /webhooks/{id}/deliveries',
    'POST /webhooks/{id}/deliveries/{delivery_id}/replay',
    'POST /webhooks/{id}/replay',
    'POST /webhooks/{id}/rotate_secret',
    'POST /webhooks/{id}/test',
    'GET /webhook_secret',
    'POST /webhook_secret/rotate',
  ],
};

const { body: document } = await server.send({ path: '/api/openapi.json' });
const paths = document.paths as Record<string, Record<string, unknown>>;
const operations = Object.entries(paths)
  .filter(([path]) => path.startsWith('/api/v1/'))
  .flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.slice('/api/v1'.length)}`),
  );

const neededFor = new Map(
  Object.entries(TABLE).flatMap(([needed, listed]) =>
    listed.map((operation) => [operation, needed as Needed] as const),
  ),
);
const ROLES = ['viewer', 'editor', 'owner'] as const;
const RANK: Readonly<Record<Needed, number>> = {
  nobody: 0,
  member: 1,
  viewer: 1,
  editor: 2,
  owner: 3,
};
const NOTHING = '00000000-0000-4000-8000-000000000000';
/** Answers for as long as somebody listens; its own tests let it. */
const ENDLESS = 'GET /stream';

const inTheWorkspace = operations.filter((operation) => {
  const needed = neededFor.get(operation);
  return needed !== 'nobody' && needed !== 'member';
});

const [viewer, editor, owner] = await Promise.all(ROLES.map((role) => signIn(server, { role })));
const members = { viewer: viewer!, editor: editor!, owner: owner! };
const other = await server.newWorkspace();

const partsOf = (operation: string, id = NOTHING): [method: string, path: string] => {
  const [method = '', path = ''] = operation.split(' ');
  return [method, path.replace('{number}', '1').replaceAll(/\{[^}]+\}/g, id)];
};

const ask = (who: SignedInCaller, operation: string, { id = NOTHING, headers = {} } = {}) => {
  const [method, path] = partsOf(operation, id);
  return who.call(method, path, method === 'GET' ? undefined : {}, headers);
};

test('every operation has a role that was considered', () => {
  expect(operations.length).toBeGreaterThan(150);
  expect(operations.filter((operation) => !neededFor.has(operation))).toEqual([]);
  expect([...neededFor.keys()].filter((operation) => !operations.includes(operation))).toEqual([]);
});

test.each(ROLES)('a %s may do what the table says, and nothing else', async (role) => {
  const wrong: string[] = [];
  for (const operation of inTheWorkspace) {
    const isEnough = RANK[role] >= RANK[neededFor.get(operation) ?? 'owner'];
    if (isEnough && operation === ENDLESS) continue;
    const { status, body } = await ask(members[role], operation);
    const isRefused = status === 403 && body?.code === 'workspace.role_required';
    if (isRefused === isEnough || status === 401) {
      wrong.push(`${operation}: ${status} ${body?.code}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('what keeps strangers out is changed by owners only, the rest of the settings by editors', async () => {
  for (const body of [
    { identity_verification: { enabled: false } },
    { rate_limits: { secret_per_second: 0 } },
    { allowed_origins: [] },
    { name: 'Tidewater', alerts_url: null },
  ]) {
    const refused = await members.editor.call('PATCH', '/settings', body);
    expect([refused.status, refused.body.code]).toEqual([403, 'workspace.role_required']);
    expect((await members.owner.call('PATCH', '/settings', body)).status).toBe(200);
  }
  expect((await members.editor.call('PATCH', '/settings', { name: 'Tidewater' })).status).toBe(200);
});

test('of a workspace that one is no member of nothing can be asked, whatever one is elsewhere', async () => {
  const wrong: string[] = [];
  for (const workspaceId of [other.live.id, other.test.id, NOTHING, 'x']) {
    const headers = { 'milepost-workspace': workspaceId };
    for (const operation of inTheWorkspace) {
      const { status, body } = await ask(members.owner, operation, { headers });
      if (status !== 404 || body?.code !== 'workspace.not_found') {
        wrong.push(`${workspaceId} ${operation}: ${status} ${body?.code}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('without a session nothing can be asked, and a session that ended is none', async () => {
  const wrong: string[] = [];
  const asked = operations.filter((operation) => neededFor.get(operation) !== 'nobody');
  for (const cookie of ['', 'milepost.session_token=x.y']) {
    for (const operation of asked) {
      const [method, path] = partsOf(operation);
      const { status } = await server.send({
        method,
        path: `/api/v1${path}`,
        headers: { cookie, 'milepost-workspace': server.test.id },
      });
      if (status !== 401) wrong.push(`${operation}: ${status}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('things of another workspace answer an owner as if they were not there', async () => {
  const key = other.test.secretKey;
  const stranger = await signIn(server, { role: 'owner', workspaceId: other.test.id });
  const made = async (path: string, body: object) =>
    (await server.v1('POST', path, body, { key })).body.id as string;
  const invited = await stranger.call('POST', '/invitations', {
    email: 'new@elsewhere.example',
    role: 'viewer',
  });
  const ids: Readonly<Record<string, string>> = {
    series: await draftSeries(server, { key }),
    lists: await made('/lists', { name: 'News', kind: 'opt_in' }),
    templates: await made('/templates', { kind: 'template', name: 'Frame', html: '<p>x</p>' }),
    senders: await made('/senders', { name: 'x', address: 'x@elsewhere.example' }),
    suppressions: await made('/suppressions', { email: 'gone@elsewhere.example' }),
    keys: await made('/keys', { kind: 'widget' }),
    members: stranger.id,
    invitations: invited.body.id as string,
  };
  let calls = 0;
  const exact = ({ status, text }: { status: number; text: string }) => [
    status,
    text.replace(/"request_id":"[^"]+"/, ''),
  ];
  for (const operation of inTheWorkspace.filter((one) => one.includes('{'))) {
    const id = ids[operation.split('/')[1] ?? ''];
    if (id === undefined) continue;
    const theirs = await ask(members.owner, operation, { id });
    const nothing = await ask(members.owner, operation);
    expect([operation, ...exact(theirs)]).toEqual([operation, ...exact(nothing)]);
    calls += 1;
  }
  expect(calls).toBeGreaterThan(40);
  expect((await stranger.call('GET', '/members')).body.data).toHaveLength(1);
  expect((await stranger.call('GET', '/invitations')).body.data).toHaveLength(1);
});

test('a key makes nobody a member: one of the test side would reach the live one', async () => {
  const body = { email: 'me@tidewater.example', role: 'owner' };
  const { id } = members.viewer;
  const answers = [
    await server.v1('POST', '/invitations', body),
    await server.v1('PATCH', `/members/${id}`, { role: 'owner' }),
    await server.v1('DELETE', `/members/${id}`),
  ];
  for (const { status, body } of answers) {
    expect([status, body.code]).toEqual([403, 'workspace.member_required']);
  }
});
