import { randomBytes } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import {
  createSeries,
  createSeriesCatalog,
  moveSeries,
  readVersion,
  renderHere,
  updateContent,
  type EmailStep,
} from '../../src/series/index.ts';
import { checkBeforePublishing, checkSeries } from '../../src/series/emails/check-series.ts';
import { previewCallOf, previewEmail } from '../../src/series/emails/preview-email.ts';
import { testSend, testSendCallOf, type TestEmail } from '../../src/series/emails/test-send.ts';
import { listUses } from '../../src/template/library/sql.ts';
import {
  addTemplateVersion,
  archiveTemplate,
  createTemplate,
  readTemplateVersion,
} from '../../src/template/library/write-templates.ts';
import { createSecretBox, createWorkspace } from '../../src/workspace/index.ts';
import { testDatabase } from '../support/database.ts';

/**
 * Goal: what an email says is settled when it is published, whatever becomes of the templates and
 * snippets in it. Method: the use cases over a real database.
 */
const { db, drop } = await testDatabase();
const now = new Date('2026-01-01T00:00:00Z');
const box = createSecretBox(randomBytes(32));
const made = await createWorkspace({ pool: db, box }, { name: 'Acme', now });
const workspaceId = made.test.id;
const workspace = { name: 'Acme', postalAddress: '1 Main Street' };
afterAll(drop);

let count = 0;
const make = async (kind: 'template' | 'snippet', body: object, slug = `s-${(count += 1)}`) => {
  const input = { kind, name: slug, slug, ...body };
  return (await createTemplate(db, { workspaceId, input, now })).template;
};
const ref = (id: string) => ({ workspaceId, id, type: 'series' as const });
const change = (id: string, input: object) => addTemplateVersion(db, ref(id), { input, now });
const series = async (step: object): Promise<string> => {
  const steps = [{ id: 'mail', type: 'email', subject: 'Hi', ...step }];
  return (await createSeries(db, { workspaceId, body: { name: 'S', steps }, now })).id;
};
const publish = (id: string, transition: 'activate' | 'publish' = 'activate') =>
  moveSeries(db, ref(id), { transition, now });
const faultsOf = async (doing: Promise<unknown>): Promise<unknown> =>
  doing.then(
    () => [],
    (error: { details: { details: { path: string; message: string }[] } }) =>
      error.details.details.map(({ path, message }) => `${path} ${message}`),
  );
/** As a worker has it, which reads the database alone. */
const sentHtml = async (automationId: string, number: number): Promise<string> => {
  const catalog = createSeriesCatalog(db);
  const version = await catalog.version({ automationId, number, workspaceTimezone: 'UTC' });
  return version.contentOf(version.graph.steps.get('mail') as EmailStep).html;
};

test('a published email keeps the template and the snippets that it was published with', async () => {
  const inner = await make('snippet', { html: '<i>one</i>' });
  const outer = await make('snippet', { html: `<b>{% render '${inner.slug}' %}</b>` });
  const template = await make('template', { html: `<p>A {% render "${outer.slug}" %}</p>` });
  const id = await series({ template_id: template.id });
  await publish(id);
  await change(inner.id, { html: '<i>two</i>' });
  await change(template.id, { html: `<p>B {% render '${outer.slug}' %}</p>` });
  expect(await sentHtml(id, 1)).toBe('<p>A <b><i>one</i></b></p>');
  await publish(id, 'publish');
  expect(await sentHtml(id, 1)).toBe('<p>A <b><i>one</i></b></p>');
  expect(await sentHtml(id, 2)).toBe('<p>B <b><i>two</i></b></p>');
  const { version } = await readVersion(db, { automationId: id, number: 1 });
  expect(version.steps[0]).toMatchObject({
    purpose: 'marketing',
    template_version: 1,
    snippets: { [inner.slug]: 1, [outer.slug]: 1 },
  });
  const uses = await listUses(db, { ...ref(inner.id), limit: 10 });
  expect(uses.map(({ automationVersion, number }) => [automationVersion, number])).toEqual([
    [2, 2],
    [1, 1],
  ]);
});

test('an archived template cannot be published again, and goes on where it is', async () => {
  const template = await make('template', { html: '<p>A</p>', format: 'plain' });
  const id = await series({ template_id: template.id });
  await publish(id);
  await archiveTemplate(db, ref(template.id), now);
  expect(await faultsOf(publish(id, 'publish'))).toEqual([
    'steps/0/template_id names a template that is archived',
  ]);
  const body = { steps: { mail: { subject: 'Corrected' } } };
  await updateContent(db, ref(id), { body, now });
  expect(await sentHtml(id, 1)).toContain('<p>A</p>');
});

test('missing snippets, and those that put each other in, are faults with a path', async () => {
  const a = await make('snippet', { html: '<p>a</p>' });
  const b = await make('snippet', { html: `{% render '${a.slug}' %}` });
  expect(await faultsOf(change(a.id, { html: `{% render '${b.slug}' %}` }))).toEqual([
    'html puts itself in, directly or through another snippet',
  ]);
  const id = await series({ html: "{% render 'nothing' %}" });
  expect(await faultsOf(publish(id))).toEqual(["steps/0/html there is no snippet 'nothing'"]);
  const other = await series({ template_id: '00000000-0000-7000-8000-000000000000' });
  expect(await faultsOf(publish(other))).toEqual([
    'steps/0/template_id names no template of this workspace',
  ]);
  const dynamic = series({ html: '{% render user.name %}' });
  expect(await faultsOf(dynamic)).toEqual([
    "steps/0/html line 1, column 1: render must name one snippet: {% render 'slug' %}",
  ]);
});

test('a template of another workspace is none', async () => {
  const template = await make('template', { html: '<p>A</p>' });
  const other = { workspaceId: made.live.id, id: template.id };
  await expect(readTemplateVersion(db, other)).rejects.toMatchObject({
    code: 'template.not_found',
  });
  await expect(make('template', { html: 'x' }, template.slug)).rejects.toMatchObject({
    code: 'template.slug_taken',
  });
});

test('a content update builds the email anew in every version', async () => {
  const snippet = await make('snippet', { html: '<i>one</i>' });
  const id = await series({ html: '<p>A</p>', format: 'plain' });
  await publish(id);
  await publish(id, 'publish');
  const html = `<style>p{color:red}</style><p>{% render '${snippet.slug}' %}</p>`;
  await updateContent(db, ref(id), { body: { steps: { mail: { html } } }, now });
  await change(snippet.id, { html: '<i>two</i>' });
  const update = { body: { steps: { mail: { subject: 'Other', preheader: 'P' } } }, now };
  await updateContent(db, ref(id), update);
  for (const number of [1, 2]) {
    expect(await sentHtml(id, number)).toContain('<p style="color: red;"><i>one</i></p>');
  }
  await publish(id, 'publish');
  expect(await sentHtml(id, 3)).toContain('<i>two</i>');
});

test('MJML and rich text are built once, and a worker finds them', async () => {
  const mjml =
    '<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>';
  const first = await series({ mjml });
  await publish(first);
  expect(await sentHtml(first, 1)).toContain('<!doctype html>');
  const broken = await series({ mjml: mjml.replaceAll('mj-text', 'mj-txt') });
  expect(await faultsOf(publish(broken))).toEqual([
    expect.stringMatching(/^steps\/0\/mjml line 1/),
  ]);
  const paragraph = { type: 'paragraph', content: [{ type: 'text', text: 'Hi & bye' }] };
  const second = await series({ content: { type: 'doc', content: [paragraph] } });
  await publish(second);
  expect(await sentHtml(second, 1)).toContain('Hi &amp; bye');
});

const deps = {
  db,
  listState: async () => 'missing' as const,
  senderOf: async () => ({ from: 'Grace <grace@acme.example>' }),
  render: renderHere,
};

test('a list that is not there keeps a series from being published; warnings do not', async () => {
  const listId = '00000000-0000-7000-8000-000000000001';
  const id = await series({ html: '<p>x</p>', list_id: listId });
  const about = { workspace, now, transition: 'activate' } as const;
  expect(await faultsOf(checkBeforePublishing(deps, ref(id), about))).toEqual([
    expect.stringContaining('steps/0/list_id names no list'),
  ]);
  const plain = await series({ html: '<p>x</p>' });
  const warnings = await checkBeforePublishing(deps, ref(plain), about);
  expect(warnings.map(({ code, stepId }) => [code, stepId])).toEqual([
    ['unsubscribe_missing', 'mail'],
    ['postal_address_missing', 'mail'],
  ]);
  expect(await checkSeries(deps, ref(plain), about)).toEqual(warnings);
});

test('a preview shows an email, saved or not, for anybody, and says what is missing', async () => {
  const id = await series({ html: '<p>{{ user.name }} {{ event.plan }}</p>' });
  const shown = (body: object) =>
    previewEmail(deps, ref(id), { call: previewCallOf(body), workspace, now });
  const user = { name: '<Ada>' };
  expect(await shown({ step_id: 'mail', user, event: { plan: 'pro' } })).toMatchObject({
    subject: 'Hi',
    html: '<p>&lt;Ada&gt; pro</p>',
    text: '<Ada> pro',
    from: 'Grace <grace@acme.example>',
    missing: [],
  });
  const step = { subject: 'New', html: '<p>{{ user.plan }}</p>', strict: true, from: 'a@b.org' };
  expect(await shown({ step, user })).toMatchObject({
    subject: 'New',
    from: 'a@b.org',
    missing: ['user.plan'],
  });
  await expect(shown({ step_id: 'mail', user_id: 'nobody' })).rejects.toMatchObject({
    code: 'series.preview_user',
  });
  await expect(shown({ step_id: 'none' })).rejects.toMatchObject({ code: 'series.invalid' });
  expect(await faultsOf(shown({ step: { subject: 'x' } }))).toEqual(['step/html must be a string']);
});

test('a test email is marked, and goes to nobody else', async () => {
  const id = await series({ html: '<p>{{ user.name }}</p>' });
  const sent: TestEmail[] = [];
  const sendNow = async (email: TestEmail) => {
    sent.push(email);
    return { transport: 'capture' };
  };
  const send = (to: string) => {
    const call = testSendCallOf({ step_id: 'mail', to });
    const isMember = async (email: string) => email === 'me@acme.example';
    return testSend({ ...deps, sendNow }, ref(id), {
      call,
      isMember,
      workspace,
      side: 'live',
      now,
    });
  };
  await expect(send('you@acme.example')).rejects.toMatchObject({ code: 'series.test_recipient' });
  expect(await send('me@acme.example')).toMatchObject({
    subject: '[Test] Hi',
    transport: 'capture',
  });
  expect(sent).toMatchObject([{ workspaceId, to: 'me@acme.example', subject: '[Test] Hi' }]);
});
