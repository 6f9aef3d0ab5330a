import { afterAll, beforeAll, expect, test } from 'vitest';
import { signIn } from '../support/sign-in.ts';
import { newQuestion } from '../support/assistant.ts';
import { startServer, type Answer } from '../support/server.ts';
import {
  activeSeries,
  advance,
  draftSeries,
  email,
  enroll,
  newUser,
  wait,
} from '../support/series.ts';
import { until } from '../support/until.ts';

/**
 * Goal: what belongs to one side of one workspace cannot be seen, changed or told from nothing by
 * another. Method: every route of the OpenAPI document with the ids of another workspace, of the other
 * side, and of nobody; the answers must be the same bytes, and nothing may have changed.
 */
const server = await startServer();
afterAll(server.close);

const NOBODY = '0197c5f0-0000-7000-8000-000000000000';

interface Ids {
  readonly series: string;
  readonly broadcast: string;
  readonly message: string;
  readonly key: string;
  readonly user: string;
  readonly company: string;
  readonly event: string;
  readonly list: string;
  readonly suppression: string;
  readonly template: string;
  readonly inbox: string;
  readonly transport: string;
  readonly sender: string;
  readonly domain: string;
  readonly filter: string;
  readonly webhook: string;
  readonly import: string;
  readonly confirmation: string;
}

/** One of everything, on the side that the key is of. */
async function everything(key: string): Promise<Ids> {
  const who = { key };
  const series = await activeSeries(server, { key, steps: [email('a'), wait('b', 9, 'days')] });
  const user = await newUser(server, {}, who);
  await enroll(server, { userId: user, seriesId: series }, who);
  const company = `company-of-${user}`;
  await server.sdk('/companies/identify', { company_id: company, user_id: user }, who);
  await server.sdk('/events', { user_id: user, events: [{ event_type: 'bought' }] }, who);
  const events = await server.v1('GET', '/events', undefined, who);
  const messages = async () => (await server.v1('GET', '/messages', undefined, who)).body.data;
  if (key.includes('_test_')) await advance(server, '2025-03-24T08:00:00.000Z', who);
  await until(async () => expect(await messages()).toHaveLength(1));
  const broadcast = await server.v1('POST', '/broadcasts', { name: 'News' }, who);
  const keys = await server.v1('GET', '/keys', undefined, who);
  const list = await server.v1('POST', '/lists', { name: 'News', kind: 'opt_in' }, who);
  const suppression = await server.v1('POST', '/suppressions', { user_id: 'nobody' }, who);
  const frame = { kind: 'template', name: 'Frame', html: '<p>Hello</p>' };
  const template = await server.v1('POST', '/templates', frame, who);
  const inbox = await server.v1('POST', '/inboxes', { address: 'back@b.example' }, who);
  const smtp = { kind: 'smtp', settings: { url: 'smtp://127.0.0.1:1' }, is_enabled: false };
  const transport = await server.v1('POST', '/transports', smtp, who);
  const sender = await server.v1('POST', '/senders', { address: 'a@b.example' }, who);
  const domain = await server.v1('POST', '/sender_domains', { domain: 'b.example' }, who);
  const file = '/imports?kind=users&format=jsonl&dry_run=true';
  const imported = await server.v1('POST', file, { user_id: 'x' }, who);
  const filter = await server.v1('POST', '/filters', { name: 'Everybody' }, who);
  const hook = { url: 'https://x.example/', event_types: ['sending.paused'] };
  const webhook = await server.v1('POST', '/webhooks', hook, who);
  return {
    webhook: webhook.body.id,
    import: imported.body.id,
    confirmation: await newQuestion(server, key, series),
    filter: filter.body.id,
    series,
    user,
    company,
    event: events.body.data[0].id,
    message: (await messages())[0].id,
    broadcast: broadcast.body.id,
    list: list.body.id,
    suppression: suppression.body.id,
    template: template.body.id,
    inbox: inbox.body.id,
    transport: transport.body.id,
    sender: sender.body.id,
    domain: domain.body.id,
    key: keys.body.data.find(({ kind }: { kind: string }) => kind === 'widget').id,
  };
}

const owners: { name: string; key: string; ids: Ids }[] = [];
let before: string;
beforeAll(async () => {
  const other = await server.newWorkspace();
  const sides = {
    'another workspace': other.test,
    'the live side of another workspace': other.live,
    'the live side of the same workspace': server.live,
  };
  for (const [name, { secretKey: key }] of Object.entries(sides)) {
    owners.push({ name, key, ids: await everything(key) });
  }
  await everything(server.test.secretKey);
  await signIn(server, { role: 'viewer', email: BODY.to });
  before = await contents();
});

/** All that the owners have, for seeing that nobody has changed it. */
async function contents(): Promise<string> {
  const ids = owners.flatMap(({ ids }) => [ids.series, ids.broadcast]);
  const rows = await server.db`
    select (select jsonb_agg(a order by a.id) from automations a where a.id = any(${ids}::uuid[])) as automations,
           (select jsonb_agg(k order by k.id) from api_keys k where k.workspace_id <> ${server.test.id}) as keys,
           (select jsonb_agg(e order by e.id) from enrollments e where e.workspace_id <> ${server.test.id}) as enrollments,
           (select jsonb_agg(r order by r.enrollment_id) from recipients r where r.workspace_id <> ${server.test.id}) as recipients,
           (select jsonb_agg(m order by m.id) from messages m where m.workspace_id <> ${server.test.id}) as messages,
           (select jsonb_agg(l order by l.id) from lists l where l.workspace_id <> ${server.test.id}) as lists,
           (select jsonb_agg(p order by p.user_id) from preferences p where p.workspace_id <> ${server.test.id}) as preferences,
           (select jsonb_agg(s order by s.id) from suppressions s where s.workspace_id <> ${server.test.id}) as suppressions,
           (select jsonb_agg(t order by t.id) from templates t where t.workspace_id <> ${server.test.id}) as templates,
           (select count(*) from template_versions) as template_versions,
           (select jsonb_agg(f order by f.id) from saved_filters f where f.workspace_id <> ${server.test.id}) as filters,
           (select jsonb_agg(i order by i.id) from inboxes i where i.workspace_id <> ${server.test.id}) as inboxes,
           (select jsonb_agg(t order by t.id) from transports t where t.workspace_id <> ${server.test.id}) as transports,
           (select jsonb_agg(s order by s.id) from senders s where s.workspace_id <> ${server.test.id}) as senders,
           (select jsonb_agg(d order by d.id) from sender_domains d where d.workspace_id <> ${server.test.id}) as domains,
           (select jsonb_agg(k order by k.id) from dkim_keys k) as dkim_keys,
           (select jsonb_agg(w order by w.id) from webhooks w where w.workspace_id <> ${server.test.id}) as webhooks,
           (select count(*) from webhook_deliveries) as deliveries,
           (select jsonb_agg(c order by c.id) from confirmations c where c.workspace_id <> ${server.test.id}) as confirmations,
           (select count(*) from audit_entries a where a.workspace_id <> ${server.test.id}) as audit,
           (select jsonb_agg(u order by u.id) from users u where u.workspace_id <> ${server.test.id}) as users,
           (select jsonb_agg(y order by y.id) from companies y where y.workspace_id <> ${server.test.id}) as companies,
           (select jsonb_agg(e order by e.id) from events e where e.workspace_id <> ${server.test.id}) as events
  `;
  return JSON.stringify(rows);
}

/** An answer without the one part that differs from call to call. */
const exact = ({ status, text }: Answer) => [status, text.replace(/"request_id":"[^"]+"/, '')];

const BODY = {
  name: 'x',
  subject: 'x',
  html: '<a href="{{ event.confirm_url }}">x</a>',
  step_id: 'a',
  to: 'ada@tidewater.example',
  steps: [],
  decision: 'resend',
  users: [{ user_id: 'x' }],
  user_ids: ['x'],
};

/** Of paths that take no member that they do not know. */
const EXACT: Readonly<Record<string, object>> = {
  '/api/v1/users/{user_id}': { name: 'x' },
  '/api/v1/companies/{company_id}': { name: 'x' },
  '/api/v1/filters/{id}': { name: 'x' },
  '/api/v1/lists/{id}/subscribers/import': { csv: 'x' },
  '/api/v1/inboxes/{id}': { enabled: false },
  '/api/v1/webhooks/{id}': { description: 'x' },
  '/api/v1/webhooks/{id}/test': { type: 'user.created' },
  '/api/v1/webhooks/{id}/replay': { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
  '/api/v1/senders/{id}': { name: 'x' },
  '/api/v1/sender_domains/{id}': { spf_mechanisms: [] },
  '/api/v1/sender_domains/{id}/rotate': { algorithms: ['ed25519'] },
};

/** By the noun of a path. */
const idOf = (ids: Ids): Record<string, string> => ({
  series: ids.series,
  broadcasts: ids.broadcast,
  messages: ids.message,
  keys: ids.key,
  users: ids.user,
  companies: ids.company,
  lists: ids.list,
  suppressions: ids.suppression,
  templates: ids.template,
  inboxes: ids.inbox,
  transports: ids.transport,
  senders: ids.sender,
  sender_domains: ids.domain,
  reports: ids.series,
  filters: ids.filter,
  webhooks: ids.webhook,
  imports: ids.import,
  confirmations: ids.confirmation,
});

test('every path of /api/v1 that names something answers as if nothing of that name were there', async () => {
  const { body: document } = await server.send({ path: '/api/openapi.json' });
  const paths = Object.entries(document.paths as Record<string, Record<string, unknown>>).filter(
    ([path]) =>
      path.startsWith('/api/v1') &&
      path.includes('{') &&
      // Of members and for members: the test of roles has them.
      !/^\/api\/v1\/(members|invitations|sessions)\b/.test(path),
  );
  expect(paths.length).toBeGreaterThan(10);
  let calls = 0;
  for (const [path, methods] of paths) {
    const noun = path.split('/')[3] ?? '';
    for (const method of Object.keys(methods)) {
      for (const { name, ids } of owners) {
        const theirs = idOf(ids)[noun];
        if (theirs === undefined) throw new Error(`no id to try on ${path}`);
        const call = (id: string) => {
          const query = path.endsWith('explain')
            ? `?series_id=${ids.series}`
            : path.endsWith('variants')
              ? '?step_id=a'
              : noun === 'suppressions'
                ? '?note=x'
                : '';
          const url =
            path
              .replace('/api/v1', '')
              .replace('{number}', '1')
              .replace('{step_id}', 'a')
              .replace(/\{[^}]+\}/, id) + query;
          const body = EXACT[path] ?? BODY;
          return server.v1(method.toUpperCase(), url, method === 'get' ? undefined : body);
        };
        const answer = await call(theirs);
        const nothing = await call(
          noun === 'users' || noun === 'companies' ? 'nobody-at-all' : NOBODY,
        );
        expect([name, method, path, ...exact(answer)]).toEqual([
          name,
          method,
          path,
          ...exact(nothing),
        ]);
        expect([method, path, answer.status]).toEqual([method, path, 404]);
        calls += 1;
      }
    }
  }
  expect(calls).toBeGreaterThan(50);
  expect(await contents()).toBe(before);
});

test('lists and filters show nothing of others', async () => {
  const mine = await server.v1('GET', '/series');
  expect(mine.body.data).toHaveLength(1);
  for (const { ids } of owners) {
    for (const path of [
      '/series',
      '/broadcasts',
      '/users',
      '/companies',
      '/events',
      '/messages',
      '/keys',
      '/lists',
      '/suppressions',
      '/templates',
      '/inboxes',
      '/transports',
      '/senders',
      '/sender_domains',
      '/audit',
      '/filters',
      '/webhooks',
      '/imports',
      '/confirmations',
    ]) {
      const { text } = await server.v1('GET', `${path}?limit=200`);
      for (const id of Object.values(ids)) expect(text).not.toContain(id);
    }
    for (const path of [
      '/overview',
      '/upcoming',
      '/series?with=counts',
      '/series/code',
      '/reports/messages?group=step',
      '/reports/messages.csv?group=step',
      '/export',
      ...['users', 'companies', 'events', 'messages', 'suppressions', 'list_members'].map(
        (kind) => `/exports/${kind}`,
      ),
    ]) {
      const { status, text } = await server.v1('GET', path);
      expect(status).toBe(200);
      for (const id of Object.values(ids)) expect(text).not.toContain(id);
    }
    for (const query of [`user_id=${ids.user}`, `series_id=${ids.series}`]) {
      const answer = await server.v1('GET', `/messages?${query}`);
      expect(answer.body.data).toEqual([]);
    }
    const found = await server.v1('POST', '/users/search', { q: ids.user });
    expect(found.body).toEqual({ data: [], next_cursor: null });
    const firms = await server.v1('POST', '/companies/search', { q: ids.company });
    expect(firms.body).toEqual({ data: [], next_cursor: null });
    const events = await server.v1('GET', `/events?user_id=${ids.user}`);
    expect(events.body.data).toEqual([]);
    const own = mine.body.data[0].id;
    for (const list of ['enrollments', 'recipients']) {
      const answer = await server.v1('GET', `/series/${own}/${list}?user_id=${ids.user}`);
      expect(answer.body.data).toEqual([]);
    }
  }
});

test('a cursor of another workspace shows nothing of it', async () => {
  const { key } = owners[0]!;
  await draftSeries(server, { key });
  const theirs = await server.v1('GET', '/series?limit=1', undefined, { key });
  const cursor = theirs.body.next_cursor;
  expect(cursor).not.toBeNull();
  const answer = await server.v1('GET', `/series?cursor=${cursor}`);
  for (const { ids } of owners) expect(answer.text).not.toContain(ids.series);
});

test('users of others cannot be enrolled, and their series not entered', async () => {
  for (const { ids } of owners) {
    const mine = await newUser(server);
    for (const action of ['enroll', 'remove']) {
      const series = { action, user_id: mine, series_id: ids.series };
      expect((await server.sdk('/series', series)).text).toBe('{"error":"Series not found"}');
      const broadcast = { action, user_id: mine, series_id: ids.broadcast };
      expect((await server.sdk('/series', broadcast)).text).toBe('{"error":"Series not found"}');
      const user = { action, user_id: ids.user, series_id: ids.series };
      expect((await server.sdk('/series', user)).text).toBe('{"error":"User not found"}');
    }
  }
});

test('without a session that was signed in there is none, whatever is sent', async () => {
  for (const headers of [
    {},
    { cookie: 'milepost.session_token=x' },
    { 'milepost-workspace': server.test.id },
  ]) {
    for (const path of ['/session', '/series']) {
      const answer = await server.send({ path: `/api/v1${path}`, headers });
      expect([path, answer.status]).toEqual([path, 401]);
    }
  }
});
