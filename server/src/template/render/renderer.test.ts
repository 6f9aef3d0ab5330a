import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import type { EmailContent, EmailFacts } from '../email.ts';
import { renderInline } from './render-inline.ts';
import type { Renderer, RenderJob } from './render-job.ts';
import { createRenderer, type RendererOptions } from './renderer.ts';

/** Every thread that was started, by Node's own account. */
const started: Worker[] = [];
subscribe('worker_threads', (message) => void started.push((message as { worker: Worker }).worker));

let renderers: Renderer[] = [];
afterEach(async () => {
  await Promise.all(renderers.map((renderer) => renderer.close()));
  renderers = [];
  started.length = 0;
});

function rendererWith(options: Partial<RendererOptions> = {}): Renderer {
  const renderer = createRenderer({ threads: 1, ...options });
  renderers.push(renderer);
  return renderer;
}

function factsOf(user: Record<string, unknown> = {}): EmailFacts {
  return { user, traits: {}, workspace: { name: 'Acme' }, now: '2026-03-01T10:00:00.000Z' };
}

const jobOf = (content: EmailContent, user: Record<string, unknown> = {}): RenderJob => ({
  content,
  facts: factsOf(user),
});

const GREETING: EmailContent = {
  subject: 'Hi {{ user.name }}',
  html: '<p>Hi {{ user.name }}, from {{ workspace.name }}</p>',
};
const greeted = (name: string) => ({
  kind: 'rendered',
  subject: `Hi ${name}`,
  html: `<p>Hi ${name}, from Acme</p>`,
  text: `Hi ${name}, from Acme`,
});
const greetings = (count: number): RenderJob[] =>
  Array.from({ length: count }, (_, i) => jobOf(GREETING, { name: `n${i}` }));
const allGreeted = (count: number) => Array.from({ length: count }, (_, i) => greeted(`n${i}`));

/** Ends by itself after 0.4 s of work: longer than the limit set below. */
const endless = (mark = ''): EmailContent => ({
  subject: 'x',
  html: `${mark}{% if user.spin %}{% for i in (1..1000000) %}{% for j in (1..9) %}{% endfor %}{% endfor %}{% endif %}ok`,
});
const SHORT_MS = 150;
const TOO_LONG = { kind: 'failed', reason: 'took longer than 0.15 s to render' };

/** Facts that take some 100 MB once they are read, and 2 MB on the way. */
const large = () => ({ name: 'large', list: Array.from({ length: 700_000 }, () => ({})) });
const SMALL_MB = 48;
const TOO_MUCH = { kind: 'failed', reason: 'needed more than 48 MB to render' };

test('emails come out in order, the same from threads as in the calling one', async () => {
  const jobs = Array.from({ length: 500 }, (_, i) =>
    jobOf(i % 3 === 0 ? GREETING : { subject: `s${i % 7}`, html: '<b>{{ user.name }}</b>' }, {
      name: `<n${i}>`,
    }),
  );
  const inThreads = await rendererWith({ threads: 2 }).render(jobs);
  expect(inThreads).toEqual(await renderInline().render(jobs));
  expect(inThreads[3]).toMatchObject({
    subject: 'Hi <n3>',
    html: expect.stringContaining('&lt;n3'),
  });
  expect(await rendererWith().render([])).toEqual([]);
});

test('no thread is started before something is to be rendered, and none more than allowed', async () => {
  const renderer = rendererWith({ threads: 2 });
  expect(started).toHaveLength(0);
  expect(await renderer.render(greetings(1))).toEqual([greeted('n0')]);
  expect(started).toHaveLength(1);
  await Promise.all([renderer.render(greetings(300)), renderer.render(greetings(300))]);
  expect(started).toHaveLength(2);
  expect(started[0]?.resourceLimits).toMatchObject({
    maxOldGenerationSizeMb: 112,
    maxYoungGenerationSizeMb: 16,
  });
});

test('threads end when nothing is to do, and start again', async () => {
  const renderer = rendererWith({ idleMs: 50 });
  await renderer.render(greetings(3));
  await once(started[0] as Worker, 'exit');
  expect(started[0]?.threadId).toBe(-1);
  expect(await renderer.render(greetings(3))).toEqual(allGreeted(3));
  expect(started).toHaveLength(2);
});

test('an email whose thread is about to end for idleness is rendered all the same', async () => {
  const renderer = rendererWith({ idleMs: 1 });
  for (let round = 0; round < 10; round += 1) {
    expect(await renderer.render(greetings(2))).toEqual(allGreeted(2));
    await sleep(round % 4);
  }
});

test('a content crosses once, and facts each time', async () => {
  const renderer = rendererWith();
  await renderer.render(greetings(1));
  const sent: string[] = [];
  const [worker] = started as [Worker];
  const post = worker.postMessage.bind(worker);
  worker.postMessage = (message: unknown) => {
    sent.push(JSON.stringify(message));
    post(message);
  };
  expect(await renderer.render([jobOf({ ...GREETING }, { name: 'again' })])).toEqual([
    greeted('again'),
  ]);
  expect(sent).toHaveLength(1);
  expect(sent[0]).toContain('again');
  expect(sent[0]).not.toContain('workspace.name');
});

test('more contents than a thread keeps are all rendered, again and again', async () => {
  const renderer = rendererWith();
  const contents = Array.from({ length: 450 }, (_, i) => ({
    subject: `s${i}`,
    html: `<p>${i}</p>`,
  }));
  for (let round = 0; round < 3; round += 1) {
    const emails = await renderer.render(contents.map((content) => jobOf(content)));
    expect(emails.map((email) => email.kind === 'rendered' && email.subject)).toEqual(
      contents.map(({ subject }) => subject),
    );
  }
});

test('an email that takes too long ends its thread and fails alone', async () => {
  const renderer = rendererWith({ threads: 2, timeLimitMs: SHORT_MS });
  await renderer.render(greetings(1));
  const jobs = greetings(100);
  jobs.splice(37, 0, jobOf(endless(), { spin: true }));
  const [bad] = (await Promise.all([renderer.render(jobs), renderer.render(greetings(200))])).map(
    (emails, i) => {
      const others = i === 0 ? emails.toSpliced(37, 1) : emails;
      expect(others).toEqual(allGreeted(others.length));
      return emails[37];
    },
  );
  expect(bad).toEqual(TOO_LONG);
});

test('an email that needs too much memory fails alone', async () => {
  const renderer = rendererWith({ memoryMb: SMALL_MB, timeLimitMs: 20_000 });
  const jobs = greetings(40);
  jobs.splice(7, 0, jobOf({ subject: 'x', html: '{{ user.name }}' }, large()));
  const emails = await renderer.render(jobs);
  expect(emails[7]).toEqual(TOO_MUCH);
  expect(emails.toSpliced(7, 1)).toEqual(allGreeted(40));
});

test('a content that keeps ending threads fails at once after a while, and others do not', async () => {
  const renderer = rendererWith({ timeLimitMs: SHORT_MS });
  const jobs = Array.from({ length: 30 }, () => jobOf(endless(), { spin: true }));
  const emails = await renderer.render([...jobs, ...greetings(20)]);
  expect(emails.slice(0, 30)).toEqual(jobs.map(() => TOO_LONG));
  expect(emails.slice(30)).toEqual(allGreeted(20));
  expect(started.length).toBeLessThanOrEqual(4);
  const [another] = await renderer.render([jobOf(endless('another'), { spin: false })]);
  expect(another).toMatchObject({ kind: 'rendered' });
});

test('a few people with strange facts do not stop an email that many get', async () => {
  const renderer = rendererWith({ timeLimitMs: SHORT_MS });
  const content = endless('many');
  await renderer.render(Array.from({ length: 100 }, () => jobOf(content)));
  const jobs = Array.from({ length: 60 }, (_, i) => jobOf(content, { spin: i % 20 === 5 }));
  const emails = await renderer.render(jobs);
  expect(emails.filter(({ kind }) => kind === 'failed')).toEqual([TOO_LONG, TOO_LONG, TOO_LONG]);
});

test('a thread that ends for no known reason fails what it was rendering, and the rest is rendered', async () => {
  const renderer = rendererWith();
  await renderer.render(greetings(1));
  const running = renderer.render([jobOf(endless(), { spin: true }), ...greetings(5)]);
  await sleep(30);
  await started[0]?.terminate();
  const [first, ...others] = await running;
  expect(first).toEqual({ kind: 'failed', reason: 'a thread ended with 1' });
  expect(others).toEqual(allGreeted(5));
});

test('with less memory than a thread needs to start there is no renderer', () => {
  expect(() => createRenderer({ threads: 1, memoryMb: 16 })).toThrow('32 MB');
});

test('only what facts own crosses: no prototype, getter or function', async () => {
  class Account {
    readonly plan = 'pro';
    get secret(): string {
      return 'hidden';
    }
  }
  const user = Object.assign(Object.create({ inherited: 'hidden' }) as object, {
    account: new Account(),
    call: () => 'hidden',
    proto: JSON.parse('{"__proto__":{"polluted":"hidden"}}') as unknown,
  });
  const html =
    '{{ user.account.plan }}|{{ user.account.secret }}|{{ user.inherited }}|{{ user.call }}|' +
    '{{ user.proto.polluted }}|{{ user.constructor.name }}|{{ user.account.constructor }}';
  const jobs = [jobOf({ subject: 'x', html }, user)];
  for (const renderer of [rendererWith(), renderInline()]) {
    expect(await renderer.render(jobs)).toMatchObject([{ html: 'pro||||||' }]);
  }
});

test('facts that are no JSON, or far too long, fail their email alone', async () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const jobs = [jobOf(GREETING, circle), jobOf(GREETING, { x: 'y'.repeat(4_000_001) })];
  for (const renderer of [rendererWith(), renderInline()]) {
    expect(await renderer.render([...jobs, ...greetings(1)])).toEqual([
      { kind: 'failed', reason: expect.stringMatching(/too much for an email/) },
      { kind: 'failed', reason: expect.stringMatching(/too much for an email/) },
      greeted('n0'),
    ]);
  }
});

test('closing ends the threads and rejects what was not rendered', async () => {
  const renderer = rendererWith();
  await renderer.render(greetings(1));
  const running = renderer.render([jobOf(endless(), { spin: true }), ...greetings(2_000)]);
  const [outcome] = await Promise.all([running.catch((error: unknown) => error), renderer.close()]);
  expect(outcome).toEqual(new Error('the renderer is closed'));
  expect(started.every(({ threadId }) => threadId === -1)).toBe(true);
  await expect(renderer.render(greetings(1))).rejects.toThrow('the renderer is closed');
});
