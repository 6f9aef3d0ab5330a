import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { userIdOf } from '../../src/platform/ids.ts';
import { decideVariants } from '../../src/series/index.ts';
import { variantFor } from '../../src/series/variants.ts';
import type { EmailStep } from '../../src/series/index.ts';
import { startServer } from '../support/server.ts';
import {
  activeSeries,
  advance,
  draftSeries,
  email,
  newUser,
  seriesCall,
} from '../support/series.ts';

/** Goal: emails with variants do what docs/emails.md says: who gets which, what came of it, who wins. */
const server = await startServer();
afterAll(async () => {
  // The books know nothing of them.
  await server.db`delete from messages where user_external_id = 'made up'`;
  await server.close();
});

const USERS = 60;
const TWO = [
  { name: 'A', weight: 50 },
  { name: 'B', weight: 50, subject: 'Another {{ user.name }}', html: '<p>Other</p>' },
];

interface Sent {
  readonly user_id: string;
  readonly subject: string;
  readonly variant: string | null;
  readonly id: string;
}
const messagesOf = async (seriesId: string): Promise<Sent[]> =>
  (await server.v1('GET', `/messages?series_id=${seriesId}&limit=100`)).body.data;

async function enrolled(seriesId: string, count: number): Promise<string[]> {
  const userIds: string[] = [];
  for (let made = 0; made < count; made += 1) userIds.push(await newUser(server));
  const answer = await server.v1('POST', `/series/${seriesId}/enroll`, {
    users: userIds.map((user_id) => ({ user_id })),
  });
  expect(answer.body.counts, answer.text).toEqual({ enrolled: count });
  return userIds;
}

const resultsOf = async (seriesId: string) =>
  (await server.v1('GET', `/series/${seriesId}/variants?step_id=hello`)).body;

test('each person gets a variant, always the same', async () => {
  const step = email('hello', { variants: TWO });
  const again = { reenrollment: { enabled: true } };
  const seriesId = await activeSeries(server, { steps: [step], settings: again });
  const userIds = await enrolled(seriesId, USERS);
  await advance(server, 'end');
  const messages = await messagesOf(seriesId);
  expect(messages).toHaveLength(USERS);
  const workspaceId = server.test.id;
  for (const { user_id: id, variant, subject } of messages) {
    const userId = userIdOf(workspaceId, id);
    const who = { userId, automationId: seriesId, winner: null };
    expect(variant).toBe(variantFor(step as unknown as EmailStep, who)?.name);
    expect(subject).toMatch(variant === 'A' ? /^Subject of hello$/ : /^Another/);
  }
  expect(new Set(messages.map(({ variant }) => variant))).toEqual(new Set(['A', 'B']));
  const first = messages.find(({ user_id: id }) => id === userIds[0]);
  await seriesCall(server, 'enroll', { userId: userIds[0]!, seriesId });
  await advance(server, 'end');
  const second = (await messagesOf(seriesId)).filter(({ user_id: id }) => id === userIds[0]);
  expect(second.map(({ variant }) => variant)).toEqual([first?.variant, first?.variant]);
  const whole = (await server.v1('GET', `/messages/${first?.id}`)).body;
  expect(whole.variant).toBe(first?.variant);
  expect(whole.html).toContain(first?.variant === 'A' ? 'Body of hello' : 'Other');
  expect(whole.events[0]).toMatchObject({ kind: 'accepted', detail: { variant: first?.variant } });
});

test('results tell of each variant what became of it, and a winner is sent to everybody after', async () => {
  const winner = { metric: 'opened', after: 100 };
  const steps = [email('hello', { variants: TWO, winner })];
  const seriesId = await activeSeries(server, { steps });
  const before = await resultsOf(seriesId);
  expect(before.variants[0]).toEqual({
    name: 'A',
    weight: 50,
    sent: 0,
    delivered: 0,
    opened: { count: 0, rate: null, confidence: null },
    clicked: { count: 0, rate: null, confidence: null },
    bounced: 0,
    unsubscribed: 0,
  });
  await fillIn(seriesId, { A: 60, B: 80 }, { A: 6, B: 60 });
  expect(await decideVariants({ db: server.db })).toBe(1);
  const results = await resultsOf(seriesId);
  expect(results).toMatchObject({
    truncated: false,
    variants: [
      { name: 'A', sent: 60, opened: { count: 6, rate: 0.1, confidence: null } },
      { name: 'B', sent: 80, opened: { count: 60, rate: 0.75 }, clicked: { confidence: null } },
    ],
    winner: { metric: 'opened', after: 100, confidence: 0.95, name: 'B' },
  });
  expect(results.variants[1].opened.confidence).toBeGreaterThan(0.999);
  expect(results.winner.why).toContain('B was opened more often than every other');
  // Nobody looks again.
  expect(await decideVariants({ db: server.db })).toBe(0);
  await sleep(1_100);
  const userIds = await enrolled(seriesId, 12);
  await advance(server, 'end');
  const sent = (await messagesOf(seriesId)).filter(({ user_id: id }) => userIds.includes(id));
  expect(sent.map(({ variant }) => variant)).toEqual(Array.from({ length: 12 }, () => 'B'));
});

test('what machines open counts for nothing, and without enough nothing is decided', async () => {
  const winner = { metric: 'opened', after: 100, confidence: 0.9 };
  const steps = [email('hello', { variants: TWO, winner })];
  const seriesId = await activeSeries(server, { steps });
  await fillIn(seriesId, { A: 60, B: 60 }, { A: 0, B: 50 }, '{"machine":true}');
  expect(await decideVariants({ db: server.db })).toBe(1);
  const results = await resultsOf(seriesId);
  expect(results.variants[1].opened).toEqual({ count: 0, rate: 0, confidence: null });
  expect(results.winner).toMatchObject({ name: null, decided_at: null });
  expect(results.winner.why).toBe('0 were opened; it is looked at 20');
});

test('variants of MJML and of other bodies are built at publishing, and checked before', async () => {
  const mjml =
    '<mjml><mj-body><mj-section><mj-column><mj-text>M</mj-text></mj-column></mj-section></mj-body></mjml>';
  const variants = [TWO[0], { name: 'M', weight: 1_000_000, mjml }];
  const broken = [TWO[0], { name: 'M', weight: 1, mjml: '<mjml><mj-nothing/></mjml>' }];
  const seriesId = await draftSeries(server, { steps: [email('hello', { variants: broken })] });
  const refused = await server.v1('POST', `/series/${seriesId}/activate`);
  expect(refused.status).toBe(400);
  expect(refused.text).toContain('steps/0/variants/1/mjml');
  const good = await activeSeries(server, { steps: [email('hello', { variants })] });
  await enrolled(good, 3);
  await advance(server, 'end');
  const [one] = (await messagesOf(good)).filter(({ variant }) => variant === 'M');
  const { html } = (await server.v1('GET', `/messages/${one?.id}`)).body;
  expect(html).toContain('<table');
  expect(html).not.toContain('mj-text');
  const call = { step_id: 'hello', variant: 'M' };
  const preview = await server.v1('POST', `/series/${good}/preview`, call);
  expect(preview.body.html, preview.text).toContain('<table');
  // A correction of the email reaches the variant that shares the field.
  const content = { steps: { hello: { subject: 'Mended' } } };
  const mended = await server.v1('POST', `/series/${good}/content_update`, content);
  expect(mended.status, mended.text).toBe(200);
  await sleep(1_100);
  const [user] = await enrolled(good, 1);
  await advance(server, 'end');
  const sent = (await messagesOf(good)).find(({ user_id: id }) => id === user);
  expect(sent).toMatchObject({ variant: 'M', subject: 'Mended' });
});

test('a step without variants has no results', async () => {
  const seriesId = await draftSeries(server);
  const answer = await server.v1('GET', `/series/${seriesId}/variants?step_id=welcome`);
  expect(answer).toMatchObject({ status: 404, body: { code: 'series.no_variants' } });
});

/** Messages as if they had been sent, and opened. */
async function fillIn(
  seriesId: string,
  sent: Readonly<Record<string, number>>,
  opened: Readonly<Record<string, number>>,
  detail = '{}',
): Promise<void> {
  for (const [variant, count] of Object.entries(sent)) {
    const ids = Array.from({ length: count }, () => randomUUID());
    await server.db`
      insert into messages (bucket, id, workspace_id, enrollment_id, seq, automation_id, user_id,
                            user_external_id, step_id, state, transport, from_address, to_address,
                            subject, html, text, headers, message_id, scheduled_for, reasons,
                            created_at, updated_at, variant)
      select 0, id, ${server.test.id}, gen_random_uuid(), 1, ${seriesId}, gen_random_uuid(), 'made up',
             'hello', 'accepted', 'capture', 'a@example.com', 'b@example.com', 's', 'h', 't', '{}',
             'm', '2025-01-01', '[]', '2025-01-01', '2025-01-01', ${variant}
        from unnest(${ids}::uuid[]) as m (id)
    `;
    await server.db`
      insert into message_events (bucket, id, workspace_id, message_id, kind, at, detail)
      select 0, gen_random_uuid(), ${server.test.id}, id, 'opened', now(), ${detail}::text::jsonb
        from unnest(${ids.slice(0, opened[variant] ?? 0)}::uuid[]) as m (id)
    `;
  }
}
