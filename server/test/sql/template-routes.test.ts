import { randomBytes } from 'node:crypto';
import Fastify from 'fastify';
import { afterAll, expect, test } from 'vitest';
import { createSeries, renderHere, seriesEmailRoutes } from '../../src/series/index.ts';
import { templateRoutes } from '../../src/template/index.ts';
import { createSecretBox, createWorkspace, type RequestActor } from '../../src/workspace/index.ts';
import { testDatabase } from '../support/database.ts';
import { addMember } from '../support/sign-in.ts';

/** Goal: shapes on the wire. Method: the routes alone, behind an actor who is taken at its word. */
const { db, drop } = await testDatabase();
const now = new Date('2026-01-01T00:00:00Z');
const box = createSecretBox(randomBytes(32));
const made = await createWorkspace({ pool: db, box }, { name: 'Acme', now });
await addMember(db, { workspaceId: made.test.id, role: 'viewer', email: 'me@acme.org' });
const workspaceId = made.test.id;
const settings = { name: 'Acme', postalAddress: '1 Main Street' };

const app = Fastify();
app.decorateRequest('actor');
app.addHook('onRequest', async (request) => {
  request.actor = { workspaceId, settings } as unknown as RequestActor;
});
const sideNow = async (): Promise<Date> => now;
await app.register(templateRoutes, { db, sideNow });
await app.register(seriesEmailRoutes, {
  db,
  sideNow,
  render: renderHere,
  listState: async () => 'active',
  senderOf: async () => ({ from: 'Acme <hi@acme.org>' }),
  sendNow: async () => ({ transport: 'capture' }),
});
afterAll(async () => {
  await app.close();
  await drop();
});

async function call(method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object) {
  const answer = await app.inject({ method, url, ...(payload === undefined ? {} : { payload }) });
  return { status: answer.statusCode, body: answer.json() };
}

test('templates are made, changed, listed and archived', async () => {
  const body = { kind: 'template', name: 'My First!', html: '<p>x</p>', format: 'plain' };
  const created = await call('POST', '/templates', body);
  const { id } = created.body as { id: string };
  expect(created).toEqual({
    status: 201,
    body: {
      ...body,
      id,
      slug: 'my-first',
      version: 1,
      created_at: now.toISOString(),
      updated_at: now.toISOString(),
      archived_at: null,
    },
  });
  const content = { type: 'doc', content: [{ type: 'paragraph' }] };
  const second = await call('POST', `/templates/${id}/versions`, { content });
  expect(second).toMatchObject({ status: 201, body: { version: 2, content } });
  expect((await call('GET', `/templates/${id}`)).body).toEqual(second.body);
  const versions = await call('GET', `/templates/${id}/versions`);
  expect(versions.body).toMatchObject({ data: [{ number: 2 }, { number: 1 }] });
  const first = await call('GET', `/templates/${id}/versions/1`);
  expect(first.body).toMatchObject({ number: 1, html: '<p>x</p>', format: 'plain' });
  expect((await call('GET', `/templates/${id}/uses`)).body).toEqual({ data: [] });
  const renamed = await call('PATCH', `/templates/${id}`, { name: 'Other' });
  expect(renamed.body).toMatchObject({ name: 'Other', slug: 'my-first' });
  const archived = await call('POST', `/templates/${id}/archive`);
  expect(archived.body).toMatchObject({ archived_at: now.toISOString() });
  expect((await call('GET', '/templates')).body).toEqual({ data: [], next_cursor: null });
  const all = await call('GET', '/templates?archived=true&kind=template');
  expect(all.body).toMatchObject({ data: [{ id }] });
});

test('an email of a series is checked, shown and tried', async () => {
  const step = { id: 'a', type: 'email', subject: 'S', html: '<p>{{ user.name }} {{ usr }}</p>' };
  const { id } = await createSeries(db, { workspaceId, body: { name: 's', steps: [step] }, now });
  const checks = await call('GET', `/series/${id}/checks`);
  expect(checks.body.data).toContainEqual({
    severity: 'warning',
    code: 'tag_unknown',
    step_id: 'a',
    path: 'steps/0/html',
    message: '{{ usr }} is always empty: there is no such name',
  });
  const user = { name: 'Ada' };
  const preview = await call('POST', `/series/${id}/preview`, { step_id: 'a', user });
  expect(preview).toMatchObject({
    status: 200,
    body: { subject: 'S', html: '<p>Ada </p>', text: 'Ada', missing: ['usr'] },
  });
  const sent = await call('POST', `/series/${id}/test_send`, { step_id: 'a', to: 'me@acme.org' });
  expect(sent).toEqual({
    status: 200,
    body: { to: 'me@acme.org', subject: '[Test] S', transport: 'capture' },
  });
});
