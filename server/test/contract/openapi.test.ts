import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { afterAll, describe, expect, test } from 'vitest';
import { newQuestion } from '../support/assistant.ts';
import { startServer } from '../support/server.ts';
import { signIn } from '../support/sign-in.ts';
import { until } from '../support/until.ts';
import { activeSeries, advance, enroll, newUser, TWO_EMAILS } from '../support/series.ts';

/**
 * Goal: the OpenAPI document is valid, says what there is, and the answers are as it says. Method: a
 * schema for what we use of OpenAPI 3.1; then one call to every path, judged by its own schema.
 */
const server = await startServer();
afterAll(server.close);

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: object }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: object }> };
  readonly responses: Record<string, { readonly content?: Record<string, { schema: object }> }>;
}
interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
}

const { body, headers, status } = await server.send({ path: '/api/openapi.json' });
const document = body as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

const SCHEMA = {
  type: 'object',
  required: ['openapi', 'info', 'paths'],
  properties: {
    openapi: { type: 'string', pattern: '^3\\.1\\.\\d+$' },
    info: {
      type: 'object',
      required: ['title', 'version'],
      properties: {
        title: { type: 'string', minLength: 1 },
        version: { type: 'string', minLength: 1 },
      },
    },
    servers: { type: 'array', items: { type: 'object', required: ['url'] } },
    paths: {
      type: 'object',
      patternProperties: {
        '^/': {
          type: 'object',
          propertyNames: { enum: ['get', 'put', 'post', 'delete', 'patch', 'options', 'head'] },
          additionalProperties: {
            type: 'object',
            required: ['responses', 'summary', 'tags'],
            properties: {
              parameters: {
                type: 'array',
                items: {
                  type: 'object',
                  required: ['name', 'in', 'schema'],
                  properties: {
                    in: { enum: ['path', 'query', 'header', 'cookie'] },
                    schema: { $ref: 'https://json-schema.org/draft/2020-12/schema' },
                  },
                  if: { properties: { in: { const: 'path' } } },
                  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
                  then: { required: ['required'], properties: { required: { const: true } } },
                },
              },
              requestBody: { $ref: '#/$defs/content' },
              responses: {
                type: 'object',
                minProperties: 1,
                propertyNames: { pattern: '^([1-5]\\d\\d|default)$' },
                additionalProperties: {
                  allOf: [{ required: ['description'] }, { $ref: '#/$defs/content' }],
                },
              },
            },
          },
        },
      },
      additionalProperties: false,
    },
  },
  $defs: {
    content: {
      type: 'object',
      properties: {
        content: {
          type: 'object',
          additionalProperties: {
            type: 'object',
            required: ['schema'],
            properties: { schema: { $ref: 'https://json-schema.org/draft/2020-12/schema' } },
          },
        },
      },
    },
  },
};

const ajv = new Ajv2020({ strict: false, allErrors: true });
ajvFormats.default(ajv);

test('the document is OpenAPI 3.1, and every schema in it is a schema', () => {
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
  const validate = ajv.compile(SCHEMA);
  validate(document);
  expect(validate.errors).toBeNull();
  expect(document.openapi).toMatch(/^3\.1\./);
});

test('every name in a path is a parameter, and every parameter of a path is in it', () => {
  for (const { path, method, operation } of operations) {
    const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
    const declared = (operation.parameters ?? [])
      .filter((each) => each.in === 'path')
      .map(({ name }) => name);
    expect([method, path, declared]).toEqual([method, path, inPath]);
  }
});

test('what has a default need not be given', () => {
  const needed = operations
    .flatMap(({ operation }) => operation.parameters ?? [])
    .filter(({ required, schema }) => required === true && 'default' in schema);
  expect(needed).toEqual([]);
});

test('all calls of the contract are described', () => {
  const described = operations.map(
    ({ path, method }) => `${method} ${path.replaceAll(/\{[^}]+\}/g, '{}')}`,
  );
  const v1 = (calls: string[]) => calls.map((call) => call.replace(' /', ' /api/v1/'));
  expect(described).toEqual(
    expect.arrayContaining([
      'post /api/sdk/series',
      'post /api/sdk/users/identify',
      'post /api/sdk/users/update',
      'post /api/sdk/companies/identify',
      'post /api/sdk/events',
      ...v1([
        'get /series',
        'post /series',
        'get /series/{}',
        'put /series/{}',
        'delete /series/{}',
      ]),
      ...v1(
        ['activate', 'pause', 'resume', 'archive', 'publish'].map(
          (act) => `post /series/{}/${act}`,
        ),
      ),
      ...v1(['enrollments', 'recipients', 'stats'].map((list) => `get /series/{}/${list}`)),
      ...v1(['get /broadcasts', 'post /broadcasts', 'get /broadcasts/{}', 'delete /broadcasts/{}']),
      ...v1(['get /users', 'get /users/{}', 'get /users/{}/explain']),
      ...v1(['get /companies', 'get /companies/{}', 'get /events']),
      ...v1(['search', 'count'].map((act) => `post /users/${act}`)),
      ...v1(
        ['timeline', 'enrollments', 'export', 'erase_preview'].map((of) => `get /users/{}/${of}`),
      ),
      ...v1(['get /users/properties', 'patch /users/{}', 'delete /users/{}']),
      ...v1(['post /companies/search', 'get /companies/{}/users', 'patch /companies/{}']),
      ...v1(['get', 'post'].map((act) => `${act} /filters`)),
      ...v1(['get', 'patch', 'delete'].map((act) => `${act} /filters/{}`)),
      ...v1(['get /suppressions/counts']),
      ...v1(['get /lists/{}/subscribers/export', 'post /lists/{}/subscribers/import']),
      ...v1(['get', 'post'].map((act) => `${act} /templates`)),
      ...v1(['uses', 'versions', 'versions/{}'].map((what) => `get /templates/{}/${what}`)),
      ...v1(['post /templates/{}/versions', 'patch /templates/{}', 'post /templates/{}/archive']),
      ...v1(['series', 'broadcasts'].map((noun) => `get /${noun}/{}/variants`)),
      ...v1(['get /series/{}/checks']),
      ...v1(
        ['series', 'broadcasts'].flatMap((noun) => [
          `post /${noun}/{}/preview`,
          `post /${noun}/{}/test_send`,
        ]),
      ),
      ...v1(['get', 'put', 'delete'].map((act) => `${act} /lists/{}/confirmation`)),
      ...v1(
        ['inboxes', 'transports', 'senders', 'sender_domains', 'webhooks'].flatMap((noun) => [
          ...['get', 'post'].map((act) => `${act} /${noun}`),
          ...['get', 'patch', 'delete'].map((act) => `${act} /${noun}/{}`),
        ]),
      ),
      ...v1(['post /inboxes/{}/test', 'post /inboxes/{}/rotate_post_url']),
      ...v1(['rotate_secret', 'replay', 'test'].map((act) => `post /webhooks/{}/${act}`)),
      ...v1(['get /webhooks/{}/deliveries', 'post /webhooks/{}/deliveries/{}/replay']),
      ...v1(['get /event_types']),
      ...v1(['get /transport_kinds', 'post /transports/{}/verify']),
      ...v1(['check', 'rotate'].map((act) => `post /sender_domains/{}/${act}`)),
      ...v1(['get /sending', 'post /sending/resume']),
      ...v1([
        'get /reports/messages',
        'get /reports/messages.csv',
        'get /overview',
        'get /upcoming',
      ]),
      ...v1(
        ['', '/cohorts', '/steps.csv', '/cohorts.csv'].map((of) => `get /reports/series/{}${of}`),
      ),
      ...v1(['series', 'broadcasts'].map((noun) => `post /${noun}/{}/duplicate`)),
      'post /inbound/mail/{}',
      ...v1(['get /messages', 'get /messages/{}', 'post /messages/{}/resolve']),
      ...v1(['post /messages']),
      ...v1(['get /members', 'patch /members/{}', 'delete /members/{}']),
      ...v1(['get /invitations', 'post /invitations', 'post /invitations/{}/revoke']),
      ...v1(['look', 'accept'].map((act) => `post /invitations/${act}`)),
      ...v1(['get /session', 'get /sessions', 'post /sessions/{}/revoke']),
      ...v1(['post /sessions/revoke_others', 'post /setup', 'post /password/reset']),
      ...v1(['get /stream', 'get /messages/counts', 'post /messages/resolve']),
      ...v1(['outline', '{}/outline'].map((of) => `post /series/${of}`)),
      ...v1([
        'get /series/code',
        'post /series/code/plan',
        'post /series/code/apply',
        'delete /series/code/{}',
      ]),
      ...v1(['step_counts', 'steps/{}/people', 'diff'].map((of) => `get /series/{}/${of}`)),
      ...v1(['timezones', 'countries', 'holidays'].map((list) => `get /${list}`)),
      'post /api/v1/identity/verify',
      ...v1(['get /audit', 'get /audit/export']),
      ...v1(['get /imports', 'post /imports', 'get /imports/{}', 'get /imports/{}/report']),
      ...v1(['pause', 'resume', 'cancel'].map((act) => `post /imports/{}/${act}`)),
      ...v1(['post /imports/look', 'get /export']),
      ...v1(
        ['users', 'companies', 'events', 'messages', 'suppressions', 'list_members'].map(
          (kind) => `get /exports/${kind}`,
        ),
      ),
      ...v1(['get /keys', 'post /keys', 'post /keys/{}/rotate', 'post /keys/{}/revoke']),
      ...v1(['get /settings', 'patch /settings', 'get /test_clock', 'post /test_clock/advance']),
    ]),
  );
});

test('the page that shows it is there', async () => {
  const page = await server.send({ path: '/api/explorer' });
  expect(page.status).toBe(200);
  expect(page.headers['content-type']).toMatch(/^text\/html/);
});

describe('each path answers as it says', async () => {
  const seriesId = await activeSeries(server);
  const userId = await newUser(server);
  await enroll(server, { userId, seriesId });
  await advance(server, '2025-03-24T08:00:00.000Z');
  const messages = await server.v1('GET', '/messages');
  const NEWS = {
    name: 'News',
    email: { subject: 'News', html: '<p>News</p>' },
    audience: { everybody: true },
  };
  /** A broadcast in the state from which it can be acted upon. */
  const broadcastFor = async (act: string): Promise<string> => {
    const { body } = await server.v1('POST', '/broadcasts', NEWS);
    const path = `/broadcasts/${body.id}`;
    if (['pause', 'resume', 'cancel'].includes(act)) {
      await server.v1('POST', `${path}/schedule`, { at: '2025-06-01T09:00:00Z' });
    }
    if (act === 'resume') await server.v1('POST', `${path}/pause`);
    return body.id as string;
  };
  const key = await server.v1('POST', '/keys', { kind: 'widget' });
  await server.sdk('/companies/identify', { company_id: 'acme', user_id: userId });
  await server.sdk('/events', { user_id: userId, events: [{ event_type: 'bought' }] });
  const list = await server.v1('POST', '/lists', { name: 'News', kind: 'opt_in' });
  const suppression = await server.v1('POST', '/suppressions', { email: 'gone@example.com' });
  await server.v1('POST', `/lists/${list.body.id}/subscribers`, { user_ids: [userId] });
  const ada = await signIn(server, { role: 'viewer', email: 'ada@tidewater.example' });
  const owner = await signIn(server, { role: 'owner' });
  const invite = (email: string) => owner.call('POST', '/invitations', { email, role: 'viewer' });
  const invitation = await invite('revoked@tidewater.example');
  const { body: accepted } = await invite('accepted@tidewater.example');
  const invited = { token: new URL(accepted.link).hash.slice('#token='.length) };
  const leaving = await signIn(server, { role: 'viewer' });
  const { body: signedIn } = await leaving.call('GET', '/sessions');
  const TEMPLATE = { kind: 'template', name: 'Frame', html: '<p>Hello</p>' };
  const template = await server.v1('POST', '/templates', TEMPLATE);
  const framed = { id: 'a', type: 'email', subject: 'Framed', template_id: template.body.id };
  await activeSeries(server, { steps: [framed] });
  const inbox = await server.v1('POST', '/inboxes', { address: 'bounces@tidewater.example' });
  const SMTP = { kind: 'smtp', settings: { url: 'smtp://127.0.0.1:1' } };
  const transport = await server.v1('POST', '/transports', { ...SMTP, is_enabled: false });
  const sender = await server.v1('POST', '/senders', { address: 'ada@tidewater.example' });
  const domain = await server.v1('POST', '/sender_domains', { domain: 'unused.invalid' });
  // Nobody listens there.
  const HOOK = { url: 'https://127.0.0.1:1/', event_types: ['user.created'] };
  const webhook = await server.v1('POST', '/webhooks', HOOK);
  const delivery = await server.v1('POST', `/webhooks/${webhook.body.id}/test`, {});
  const file = '/imports?kind=users&format=jsonl';
  const imported = await server.v1('POST', file, { user_id: 'imported-before' });
  await until(async () => {
    const { body } = await server.v1('GET', `/imports/${imported.body.id}`);
    expect(body.state).toBe('done');
  });
  const saved = await server.v1('POST', '/filters', { name: 'Everybody' });
  const idOf: Record<string, string> = {
    filters: saved.body.id,
    lists: list.body.id,
    suppressions: suppression.body.id,
    series: seriesId,
    broadcasts: await broadcastFor('read'),
    users: userId,
    companies: 'acme',
    messages: messages.body.data[0].id,
    keys: key.body.id,
    templates: template.body.id,
    inboxes: inbox.body.id,
    transports: transport.body.id,
    senders: sender.body.id,
    sender_domains: domain.body.id,
    webhooks: webhook.body.id,
    reports: seriesId,
    imports: imported.body.id,
    members: ada.id,
    invitations: invitation.body.id,
    sessions: signedIn.data[0].id,
    confirmations: await newQuestion(server, server.test.secretKey),
    '{token}': inbox.body.post_url.split('/').at(-1),
  };
  const bodies: Record<string, unknown> = {
    '/api/sdk/series': { action: 'enroll', user_id: userId, series_id: seriesId },
    '/api/sdk/users/identify': { user_id: userId, traits: { timezone: 'Nowhere' } },
    '/api/sdk/users/update': { users: [{ user_id: userId }, { user_id: '' }] },
    '/api/sdk/companies/identify': { company_id: 'acme', user_id: userId, traits: { plan: 'pro' } },
    '/api/sdk/events': { user_id: userId, events: [{ event_type: 'bought' }] },
    '/api/sdk/beacon': { calls: [{ path: '/users/identify', body: { user_id: userId } }] },
    '/api/schedule/preview': { at: '2026-03-28T01:30:00Z', timezone: 'Europe/Berlin' },
    '/api/v1/series': { name: 'x', steps: [] },
    '/api/v1/series/{id}': { name: 'x', steps: TWO_EMAILS },
    '/api/v1/series/{id}/enroll': { users: [userId, { user_id: 'nobody' }], dry_run: true },
    '/api/v1/series/{id}/content_update': { steps: { welcome: { subject: 'Hi' } } },
    '/api/v1/series/{id}/remove': { users: [userId, ''] },
    '/api/v1/broadcasts': { name: 'x', subject: 'Hello' },
    '/api/v1/broadcasts/{id}': NEWS,
    '/api/v1/broadcasts/{id}/schedule': { at: '2025-06-01T09:00:00Z' },
    '/api/v1/keys': { kind: 'widget' },
    '/api/v1/lists': { name: 'Offers', kind: 'opt_out' },
    '/api/v1/lists/{id}': { name: 'Letters' },
    '/api/v1/lists/{id}/subscribers': { user_ids: [userId, 'nobody'] },
    '/api/v1/lists/{id}/subscribers/remove': { user_ids: [userId] },
    '/api/v1/lists/{id}/subscribers/import': { csv: `user_id\n${userId}`, dry_run: true },
    '/api/v1/users/search': { sort: 'email', limit: 5 },
    '/api/v1/users/count': {
      filter: { field: 'user.email', operator: 'is_set' },
    },
    '/api/v1/users/{user_id}': { traits: { plan: 'pro' } },
    '/api/v1/companies/search': { filter: { field: 'company.plan', operator: 'is_set' } },
    '/api/v1/companies/{company_id}': { plan: 'team' },
    '/api/v1/filters': { name: 'x', kind: 'companies' },
    '/api/v1/filters/{id}': { columns: ['user.email'] },
    '/api/v1/users/{user_id}/preferences': { all: 'subscribed' },
    '/api/v1/suppressions': { email: 'gone@example.com', reason: 'complaint' },
    '/api/v1/suppressions/import': { csv: 'one@example.com' },
    '/api/v1/settings': { name: 'x' },
    '/api/v1/test_clock/advance': { by: { hours: 1 } },
    '/api/v1/messages': { to: 'ada@tidewater.example', subject: 'x', html: '<p>x</p>' },
    '/api/v1/messages/{id}/resolve': { decision: 'resend' },
    '/api/v1/messages/resolve': { ids: [messages.body.data[0].id], decision: 'resend' },
    '/api/v1/identity/verify': { token: 'x', user_id: userId },
    '/api/v1/series/outline': { steps: TWO_EMAILS, checks: true },
    '/api/v1/series/code/plan': { slug: 'welcome', series: { name: 'x', steps: TWO_EMAILS } },
    '/api/v1/series/code/apply': { slug: 'welcome', series: { name: 'x', steps: TWO_EMAILS } },
    '/api/v1/series/{id}/preview': { step_id: 'welcome', user_id: userId },
    '/api/v1/series/{id}/test_send': { step_id: 'welcome', to: 'ada@tidewater.example' },
    '/api/v1/broadcasts/{id}/preview': { user_id: userId },
    '/api/v1/broadcasts/{id}/test_send': { to: 'ada@tidewater.example' },
    '/api/v1/templates': { ...TEMPLATE, name: 'Another' },
    '/api/v1/templates/{id}': { name: 'Frame of letters' },
    '/api/v1/templates/{id}/versions': { html: '<p>Hello again</p>' },
    '/api/v1/lists/{id}/confirmation': {
      subject: 'Join?',
      html: '<a href="{{ event.confirm_url }}">Yes</a>',
    },
    '/api/v1/members/{id}': { role: 'editor' },
    '/api/v1/invitations': { email: 'new@tidewater.example', role: 'editor' },
    '/api/v1/invitations/look': invited,
    '/api/v1/invitations/accept': { ...invited, name: 'Eve', password: 'correct horse battery' },
    '/api/v1/setup': { token: 'x', name: 'Eve', email: 'eve@b.example', password: '1234567890' },
    '/api/v1/password/reset': { token: 'x', password: '1234567890' },
    '/api/v1/imports': { user_id: 'imported' },
    '/api/v1/imports/look': { kind: 'users', head: 'user_id,email\na,a@x.example' },
    '/api/v1/webhooks': HOOK,
    '/api/v1/webhooks/{id}': { description: 'For the warehouse' },
    '/api/v1/webhooks/{id}/test': { type: 'message.sent' },
    '/api/v1/webhooks/{id}/replay': { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
    '/api/v1/inboxes': { address: 'returns@tidewater.example', enabled: false },
    '/api/v1/inboxes/{id}': { handled: 'keep' },
    '/api/v1/transports': { ...SMTP, is_enabled: false },
    '/api/v1/transports/{id}': { share: 50 },
    '/api/v1/senders': { name: 'Grace', address: 'grace@tidewater.example' },
    '/api/v1/senders/{id}': { name: 'Ada' },
    '/api/v1/sender_domains': { domain: 'another.invalid' },
    '/api/v1/sender_domains/{id}': { spf_mechanisms: ['ip4:192.0.2.1'] },
    '/api/v1/sender_domains/{id}/rotate': { algorithms: ['ed25519'] },
  };
  /** A mail as it is posted to an inbox. */
  const MAIL = 'From: a@b.example\r\nSubject: not for us\r\n\r\n';
  /** Documented calls that must be refused here, with the status that they then have. */
  const refused: Record<string, number> = {
    // There is an owner, and no such link.
    'post /api/v1/setup': 403,
    'post /api/v1/password/reset': 400,
    'post /api/v1/messages/{id}/resolve': 409,
    'delete /api/v1/series/{id}': 409,
    // Nothing of a test side leaves.
    'post /api/v1/series/{id}/test_send': 409,
    'post /api/v1/broadcasts/{id}/test_send': 409,
    'delete /api/v1/lists/{id}': 409,
    'post /api/v1/series/{id}/activate': 409,
    // It is done.
    'post /api/v1/imports/{id}/pause': 409,
    'post /api/v1/imports/{id}/resume': 409,
    'post /api/v1/imports/{id}/cancel': 409,
    // No email of these has any.
    'get /api/v1/series/{id}/variants': 404,
    'get /api/v1/broadcasts/{id}/variants': 404,
  };
  /** Nouns of paths that are not for keys. */
  const MEMBERS_ONLY = new Set(['session', 'sessions', 'members', 'invitations', 'confirmations']);
  // Reads first: what acts changes what is read, and archiving ends all.
  const rank = ({ method, path }: { method: string; path: string }): number =>
    method === 'get'
      ? 0
      : method === 'delete' || path.endsWith('archive') || path.endsWith('revoke')
        ? 2
        : 1;
  const ordered = operations
    // It answers for as long as somebody listens; it has a test of its own.
    .filter(({ path }) => path !== '/api/v1/stream')
    .toSorted((a, b) => rank(a) - rank(b));

  test.each(ordered.map((each) => [`${each.method} ${each.path}`, each] as const))(
    '%s',
    async (name, { path, method, operation }) => {
      const noun = path.split('/')[3] ?? '';
      const query = path.endsWith('explain')
        ? `?series_id=${seriesId}`
        : name === 'get /api/v1/holidays'
          ? '?country=DE&year=2026'
          : path.endsWith('/people')
            ? '?outcome=passed'
            : name === 'get /api/v1/series/{id}/variants'
              ? '?step_id=welcome'
              : name === 'post /api/v1/imports'
                ? '?kind=users&format=jsonl'
                : name === 'delete /api/v1/suppressions/{id}'
                  ? '?note=x'
                  : '';
      if (name === 'post /api/v1/series/{id}/activate')
        await server.v1('POST', `/series/${seriesId}/pause`);
      if (name === 'post /api/v1/series/{id}/pause')
        await server.v1('POST', `/series/${seriesId}/resume`);
      if (name === 'post /api/sdk/series' || name === 'post /api/v1/series/{id}/enroll')
        await server.v1('POST', `/series/${seriesId}/resume`);
      if (noun === 'confirmations' && method === 'post') {
        idOf[noun] = await newQuestion(server, server.test.secretKey);
      }
      const act = /^post .*\/broadcasts\/\{id\}\/(\w+)$/.exec(name)?.[1];
      if (act !== undefined) idOf['broadcasts'] = await broadcastFor(act);
      if (name === 'delete /api/v1/broadcasts/{id}') {
        idOf['broadcasts'] = await broadcastFor('delete');
      }
      const answer = await server.send({
        method: method.toUpperCase(),
        path:
          path
            .replace('{number}', '1')
            .replace('{step_id}', 'welcome')
            .replace('{slug}', 'welcome')
            .replace('{delivery_id}', delivery.body.id)
            .replace(/\{[^}]+\}/, idOf[noun] ?? '') + query,
        headers: {
          ...(MEMBERS_ONLY.has(noun)
            ? {
                cookie: noun === 'sessions' ? leaving.cookie : owner.cookie,
                'milepost-workspace': server.test.id,
              }
            : { authorization: `Bearer ${server.test.secretKey}` }),
          'content-type': path.startsWith('/inbound') ? 'message/rfc822' : 'application/json',
        },
        ...(path.startsWith('/inbound') ? { body: MAIL } : {}),
        ...(bodies[path] === undefined || method === 'get'
          ? {}
          : { body: JSON.stringify(bodies[path]) }),
      });
      const expected = refused[name];
      if (expected !== undefined) {
        expect([answer.status, answer.text]).toEqual([expected, expect.any(String)]);
        return;
      }
      const response = operation.responses[String(answer.status)];
      expect(response, `${answer.status} ${answer.text}`).toBeDefined();
      expect(answer.status).toBeLessThan(300);
      const schema = response?.content?.['application/json']?.schema;
      const file = ['text/csv', 'application/jsonl'].find((type) => response?.content?.[type]);
      if (file !== undefined) {
        expect(answer.headers['content-type']).toBe(`${file}; charset=utf-8`);
        return;
      }
      if (answer.status === 204) {
        expect(answer.text).toBe('');
        return;
      }
      expect(schema).toBeDefined();
      const validate = ajv.compile(schema!);
      validate(answer.body);
      expect(validate.errors).toBeNull();
      if (answer.body.data !== undefined && !path.endsWith('/{id}/recipients')) {
        expect(answer.body.data.length).toBeGreaterThan(0);
      }
    },
  );
});

describe('health', () => {
  test('/healthz is 200 while the process lives', async () => {
    const answer = await server.send({ path: '/healthz' });
    expect([answer.status, answer.body]).toEqual([200, { status: 'ok' }]);
  });

  test('/readyz is 200 when database, migrations and worker are well', async () => {
    const answer = await server.send({ path: '/readyz' });
    expect([answer.status, answer.body]).toEqual([200, { status: 'ready', reasons: [] }]);
  });

  test('/metrics speaks Prometheus', async () => {
    const answer = await server.send({ path: '/metrics' });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const name of [
      'milepost_workers',
      'milepost_messages_in_doubt',
      'milepost_oldest_due_seconds',
    ]) {
      expect(answer.text).toMatch(new RegExp(`^${name} [\\d.e+]+$`, 'm'));
    }
    for (const line of answer.text.split('\n').filter((each) => each !== '')) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) \S+ .+|[a-zA-Z_:][\w:]*(\{[^}]*\})? (NaN|[+-]Inf|[-+\d.e]+))$/,
      );
    }
    expect(answer.text).toMatch(/^milepost_workers 1$/m);
  });

  test('/readyz is 503 with the reasons without a worker, and with migrations pending', async () => {
    const alone = await startServer({ transport: null });
    const none = await alone.send({ path: '/readyz' });
    expect(none.status).toBe(503);
    expect(none.body).toEqual({
      status: 'not ready',
      reasons: [expect.stringMatching(/^no worker lives/)],
    });
    await alone.db`delete from migrations`;
    const pending = await alone.send({ path: '/readyz' });
    expect(pending.status).toBe(503);
    expect(pending.body.reasons).toEqual(
      expect.arrayContaining([expect.stringMatching(/^migrations are pending/)]),
    );
    expect((await alone.send({ path: '/healthz' })).status).toBe(200);
    await alone.close();
  });
});
