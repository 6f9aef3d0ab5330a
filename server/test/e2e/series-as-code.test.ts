import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { milepost, type Ended } from '../support/command.ts';
import { closeBrowser, dashboardDir, openDashboard } from '../support/dashboard.ts';
import { runHere } from '../support/run-here.ts';
import { startServer, type TestWorkspace } from '../support/server.ts';
import { email, enroll, newUser, wait } from '../support/series.ts';

/**
 * Goal: a team keeps its series in Git and nothing surprises it. Method: the real commands on
 * folders, some as processes of their own, against a real server.
 */
const server = await startServer({ dashboardDir: dashboardDir(), hasOwnUrl: true });
const dirs: string[] = [];
afterAll(async () => {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
  await closeBrowser();
  await server.close();
});

/** For tests that start processes, beside others on two cores. */
const PROCESSES_MS = 120_000;

let side: TestWorkspace;
let dir: string;
beforeEach(async () => {
  side = await server.newWorkspace();
  dir = newFolder();
});

function newFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'milepost-code-'));
  dirs.push(made);
  return join(made, 'milepost');
}

const env = () => ({ MILEPOST_URL: server.url, MILEPOST_SECRET_KEY: side.test.secretKey });

const run = (command: string, ...args: string[]): Promise<Ended> =>
  runHere([command, '--dir', dir, ...args], env());

/** A process of its own, as people start it. */
const start = (command: string, ...args: string[]): Promise<Ended> =>
  milepost([command, '--dir', dir, ...args], { env: env() });

async function ran(command: string, ...args: string[]): Promise<string> {
  const { status, out, err } = await run(command, ...args);
  expect(err).toBe('');
  expect(status).toBe(0);
  return out;
}

type Json = Record<string, unknown>;

const v1 = async (method: string, path: string, body?: unknown) => {
  const answer = await server.v1(method, path, body, { key: side.test.secretKey });
  expect([200, 201], answer.text).toContain(answer.status);
  return answer.body;
};

const fileAt = (name: string): string => readFileSync(join(dir, name), 'utf8');

function put(name: string, text: string): void {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), text);
}

const edit = (name: string, from: string, to: string): void => {
  expect(fileAt(name)).toContain(from);
  put(name, fileAt(name).replace(from, to));
};

const WELCOME = `name: Welcome
status: active
# Berlin, because that is where we are.
settings:
  timezone: Europe/Berlin # the office
steps:
  - id: hello
    type: email
    subject: 'Hi {{ user.name | default: "there" }}'
    mjml_file: welcome/hello.mjml
  - id: pause
    type: wait
    delay: { amount: 2, unit: days }
  # The last word.
  - id: tips
    type: email
    subject: Three tips
    html_file: welcome/tips.html
    text_file: welcome/tips.txt
`;
const MJML =
  '<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ user.name }}</mj-text>' +
  '</mj-column></mj-section></mj-body></mjml>\n';

function putWelcome(): void {
  put('series/welcome.yaml', WELCOME);
  put('series/welcome/hello.mjml', MJML);
  put('series/welcome/tips.html', '<p>One, two, three</p>\n');
  put('series/welcome/tips.txt', 'One, two, three\n');
}

const onlySeries = async () => {
  const { data } = await v1('GET', '/series');
  expect(data).toHaveLength(1);
  return v1('GET', `/series/${data[0].id}`);
};

test(
  'files are planned, applied once, and then nothing is left to do',
  async () => {
    putWelcome();
    const first = await start('plan');
    expect(first.status).toBe(2);
    expect(first.out).toContain('+ welcome');
    expect(first.out).toContain('+ step tips (email)');
    expect(first.out).toContain('1 to create');
    expect((await v1('GET', '/series')).data).toEqual([]);

    const refused = await start('apply');
    expect(refused.status).toBe(1);
    expect(refused.err).toContain('--yes');
    expect((await v1('GET', '/series')).data).toEqual([]);

    await ran('apply', '--yes');
    const series = await onlySeries();
    expect(series).toMatchObject({
      name: 'Welcome',
      status: 'active',
      version: 1,
      managed_by: { slug: 'welcome', path: expect.stringMatching(/series\/welcome\.yaml$/) },
    });
    expect(series.steps[0].mjml).toBe(MJML);
    expect(series.steps[2]).toMatchObject({ text: 'One, two, three\n' });

    expect(await ran('plan')).toContain('No change');
    await ran('apply', '--yes');
    const again = await onlySeries();
    expect(again).toEqual(series);
    const { data } = await v1('GET', '/audit?limit=50');
    const applied = data.filter(({ action }: { action: string }) => action === 'series.apply');
    expect(applied.length).toBeGreaterThan(0);
    for (const { actor } of applied) {
      expect(actor).toMatchObject({ kind: 'code', name: 'milepost apply' });
    }
    expect(
      data.filter(({ target }: { target: { kind: string } }) => target.kind === 'series'),
    ).toEqual(applied);
  },
  PROCESSES_MS,
);

test('a change of a file is told with the people it touches, and becomes a version', async () => {
  putWelcome();
  await ran('apply', '--yes');
  const { id } = await onlySeries();
  const userId = await newUser(server, {}, { key: side.test.widgetKey });
  await enroll(server, { userId, seriesId: id }, { key: side.test.widgetKey });
  edit('series/welcome.yaml', 'Three tips', 'Four tips');
  edit('series/welcome/tips.html', 'three', 'three, four');
  edit(
    'series/welcome.yaml',
    '  - id: pause\n    type: wait\n    delay: { amount: 2, unit: days }\n',
    '',
  );
  const { status, out } = await run('plan', '--in-flight', 'migrate');
  expect(status).toBe(2);
  expect(out).toContain('publish version 2');
  expect(out).toContain('- step pause (wait)');
  expect(out).toContain('- "Three tips"');
  expect(out).toContain('+ "Four tips"');
  expect(out).toContain('+ <p>One, two, three, four</p>');
  expect(out).toMatch(/people: 1 in flight are moved to version 2/);
  const told = JSON.parse((await run('plan', '--json')).out);
  expect(told).toMatchObject({
    side: 'test',
    changes: true,
    series: [{ slug: 'welcome', people: 1, does: ['save', 'publish'] }],
  });
  await ran('apply', '--yes', '--in-flight', 'migrate');
  expect(await onlySeries()).toMatchObject({
    version: 2,
    steps: [{ id: 'hello' }, { id: 'tips' }],
  });
  expect(await ran('plan')).toContain('No change');
});

test('what the dashboard changed since is refused until it is pulled, and comments stay', async () => {
  putWelcome();
  await ran('apply', '--yes');
  const { id, name, settings, steps } = await onlySeries();
  const theirs = steps.map((step: { id: string }) =>
    step.id === 'tips' ? { ...step, subject: 'Tips' } : step,
  );
  await v1('PUT', `/series/${id}`, { name, settings, steps: theirs });
  edit('series/welcome.yaml', 'Three tips', 'Four tips');

  expect((await run('plan')).out).toContain('somebody changed what it says');
  const refused = await run('apply', '--yes');
  expect(refused.status).toBe(1);
  expect(refused.err).toContain('series.changed_elsewhere');
  expect((await onlySeries()).steps[2].subject).toBe('Tips');

  const lossy = await run('pull');
  expect(lossy.status).toBe(1);
  expect(lossy.err).toContain('series/welcome.yaml was changed and is not applied');
  expect(fileAt('series/welcome.yaml')).toContain('Four tips');
  expect(await ran('pull', '--force')).toContain('series/welcome.yaml');
  const pulled = fileAt('series/welcome.yaml');
  expect(pulled).toBe(WELCOME.replace('Three tips', 'Tips'));
  edit('series/welcome.yaml', 'subject: Tips', 'subject: Four tips');
  await ran('apply', '--yes');
  expect((await onlySeries()).steps[2].subject).toBe('Four tips');

  await v1('POST', `/series/${id}/pause`);
  const paused = await run('apply', '--yes');
  expect(paused.err).toContain('series.changed_elsewhere');
  await ran('apply', '--yes', '--force');
  expect(await onlySeries()).toMatchObject({ status: 'active' });
});

test('a pull writes over nothing that stands in a file alone, nor outside of the folder', async () => {
  putWelcome();
  // What another file names as well, what none names, and a link that leads out.
  put('series/other.yaml', WELCOME.replace('Welcome', 'Other').replace('active', 'draft'));
  put('series/welcome/pause.html', 'a note of somebody');
  await ran('apply', '--yes');
  const welcome = (await v1('GET', '/series')).data.find((one: Json) => one['name'] === 'Welcome');
  const { id, settings } = welcome;
  const change = async (edited: (step: Json) => Json) => {
    const { steps } = await v1('GET', `/series/${id}`);
    await v1('PUT', `/series/${id}`, { name: 'Welcome', settings, steps: steps.map(edited) });
  };
  await change((step) => {
    if (step['id'] === 'pause') return email('pause', { html: '<p>Pause</p>' });
    return step['id'] === 'tips' ? { ...step, html: '<p>Theirs</p>' } : step;
  });

  // A body alone, a text that is no YAML, one in another encoding.
  for (const [name, text] of [
    ['series/welcome/tips.txt', 'Ours'],
    ['series/welcome.yaml', 'name: [unclosed\n'],
    ['series/welcome.yaml', Buffer.from('name: W\xe9', 'latin1')],
  ] as const) {
    const before = readFileSync(join(dir, name));
    writeFileSync(join(dir, name), text);
    const refused = await run('pull', 'welcome');
    expect([refused.status, refused.err]).toEqual([1, expect.stringContaining('welcome.yaml ')]);
    expect(readFileSync(join(dir, name))).toEqual(Buffer.from(text));
    writeFileSync(join(dir, name), before);
  }

  expect(await ran('pull', 'welcome')).toContain('is drafted further than it is published');
  expect(fileAt('series/welcome/pause.html')).toBe('a note of somebody');
  expect(fileAt('series/welcome/tips.html')).toBe('<p>One, two, three</p>\n');
  expect(fileAt('series/welcome/tips-2.html')).toBe('<p>Theirs</p>');
  expect(await ran('plan', 'other')).toContain('No change');

  await change((step) => (step['id'] === 'tips' ? email('tips', { html: '<p>Again</p>' }) : step));
  const outside = newFolder();
  mkdirSync(outside);
  rmSync(join(dir, 'series/welcome'), { recursive: true });
  symlinkSync(outside, join(dir, 'series/welcome'));
  expect((await run('pull', 'welcome', '--force')).err).toContain('leads out of the folder');
  expect(readdirSync(outside)).toEqual([]);
});

test('a file that is renamed holds the same series, and nobody gets everything twice', async () => {
  putWelcome();
  await ran('apply', '--yes');
  const { id } = await onlySeries();
  renameSync(join(dir, 'series/welcome.yaml'), join(dir, 'series/hello.yaml'));
  expect(await ran('pull')).toContain('Pulled');
  expect(existsSync(join(dir, 'series/welcome.yaml'))).toBe(false);
  edit('series/hello.yaml', 'Three tips', 'Four tips');
  expect((await run('plan', 'hello')).out).toContain('~ hello (welcome before)');
  await ran('apply', '--yes');
  expect(await onlySeries()).toMatchObject({ id, version: 2, managed_by: { slug: 'hello' } });
  expect(await ran('plan')).toContain('No change');

  // One of another name is another series.
  renameSync(join(dir, 'series/hello.yaml'), join(dir, 'series/third.yaml'));
  edit('series/third.yaml', 'name: Welcome', 'name: Third');
  const { out } = await run('plan');
  expect(out).toContain('+ third  ');
  expect(out).toContain('? hello  is kept in a file that is not here');
});

test('a series is managed by code until its file is gone and that is said', async () => {
  putWelcome();
  await ran('apply', '--yes');
  const refused = await run('unmanage', 'welcome');
  expect([refused.status, refused.err]).toEqual([1, expect.stringContaining('delete ')]);
  expect(await onlySeries()).toHaveProperty('managed_by');
  renameSync(join(dir, 'series/welcome.yaml'), join(dir, 'welcome.yaml'));
  expect(await ran('plan')).toContain('? welcome');
  await ran('unmanage', 'welcome');
  const series = await onlySeries();
  expect(series).not.toHaveProperty('managed_by');
  expect(series.status).toBe('active');
  expect(await ran('plan')).not.toContain('? welcome');
  const again = await run('unmanage', 'welcome');
  expect([again.status, again.err]).toEqual([1, 'Series not found\n']);
  // The file comes back: not without a word.
  renameSync(join(dir, 'welcome.yaml'), join(dir, 'series/welcome.yaml'));
  expect((await run('plan')).out).toContain('warning: there is a series of this name');
});

test('an apply that ends halfway says how far it came, and the next one goes on', async () => {
  putWelcome();
  put('series/zebra.yaml', WELCOME.replace('Welcome', 'Zebra'));
  let applies = 0;
  const proxy = createServer((request, response) => {
    const path = request.url ?? '';
    if (path.endsWith('/apply') && (applies += 1) === 2) {
      request.destroy();
      return;
    }
    const { method, headers } = request;
    const asked = send(`${server.url}${path}`, { method: method ?? 'GET', headers });
    asked.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(asked);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  const { port } = proxy.address() as AddressInfo;
  const half = await run('apply', '--yes', '--url', `http://127.0.0.1:${port}`);
  proxy.closeAllConnections();
  proxy.close();
  expect([half.status, half.out]).toEqual([1, expect.stringContaining('applied ')]);
  expect(half.err).toMatch(
    /There is no answer from .*\n1 of 2 files are applied; it ended at .*zebra/,
  );
  await onlySeries();
  expect((await run('plan')).out).toContain(
    '1 to create, 0 to change, 0 to archive, 1 as they are',
  );
  await ran('apply', '--yes');
  expect(await ran('plan')).toContain('No change');
});

test('the server itself refuses what somebody changed elsewhere, with a code of its own', async () => {
  putWelcome();
  await ran('apply', '--yes');
  const { id, settings, steps } = await onlySeries();
  await v1('PUT', `/series/${id}`, { name: 'Theirs', settings, steps });
  const body = { slug: 'welcome', series: { name: 'Ours', settings, steps } };
  const answer = await server.v1('POST', '/series/code/apply', body, { key: side.test.secretKey });
  expect(answer.status).toBe(409);
  expect(answer.body.code).toBe('series.changed_elsewhere');
  const other = await server.v1(
    'POST',
    '/series/code/apply',
    { ...body, slug: 'other', id },
    {
      key: side.test.secretKey,
    },
  );
  expect(other.body.code).toBe('series.slug_taken');
});

test('what was made in the dashboard is pulled into files, and is kept in them once applied', async () => {
  const steps = [email('one', { text: 'Hello' }), wait('w', 1, 'days'), email('One')];
  const { id } = await v1('POST', '/series', { name: 'Für Álle!', steps });
  await v1('POST', `/series/${id}/activate`);
  await ran('pull');
  const text = fileAt('series/fur-alle.yaml');
  expect(text).toContain(`# yaml-language-server: $schema=${server.url}/schemas/series.json`);
  expect(text).toContain('html_file: fur-alle/one.html');
  expect(existsSync(join(dir, 'series/fur-alle/One-2.html'))).toBe(true);
  expect(fileAt('series/fur-alle/one.txt')).toBe('Hello');
  expect(await ran('pull')).toContain('The files are as the test side is');
  expect(await ran('plan')).toContain('No change');
  await ran('apply', '--yes');
  expect(await v1('GET', `/series/${id}`)).toMatchObject({
    version: 1,
    managed_by: { slug: 'fur-alle' },
  });
  edit('series/fur-alle.yaml', 'status: active', 'status: archived');
  expect((await run('plan')).out).toContain('archive');
  await ran('apply', '--yes');
  expect(await v1('GET', `/series/${id}`)).toMatchObject({ status: 'archived' });
  expect(await ran('plan')).toContain('No change');
});

test('faults are told with file, line and field, all at once, and nothing is written', async () => {
  putWelcome();
  put('traits.yaml', 'plan: string\n');
  put(
    'series/bad.yaml',
    [
      'name: Bad',
      'stauts: active',
      'steps:',
      '  - id: a',
      '    type: email',
      '    subject: Your {{ user.plam }}',
      '    html_file: bad/none.html',
      '  - id: b',
      '    type: wait',
      '    delay: { amount: 1, unit: moons }',
      '    next: nowhere',
    ].join('\n'),
  );
  put('series/worse.yaml', 'name: [unclosed\n');
  put('series/welcome/tips.html', '<p>{{ user.nothing }}</p>');
  const { status, err } = await run('apply', '--yes');
  expect(status).toBe(1);
  expect(err).toMatch(/bad\.yaml:2 stauts is not a member that there is; did you mean status\?/);
  expect(err).toMatch(
    /bad\.yaml:6 steps\/0\/subject names a trait that is not declared: user\.plam/,
  );
  expect(err).toMatch(/bad\.yaml:7 steps\/0\/html_file cannot be read/);
  expect(err).toMatch(/bad\.yaml:10 steps\/1\/delay\/unit /);
  expect(err).toMatch(/bad\.yaml:11 steps\/1\/next /);
  expect(err).toMatch(/worse\.yaml:\d/);
  expect(err).toMatch(/welcome\/tips\.html steps\/2\/html names a trait .*user\.nothing/);
  expect(err).not.toContain('    at ');
  expect((await v1('GET', '/series')).data).toEqual([]);

  rmSync(join(dir, 'series/bad.yaml'));
  rmSync(join(dir, 'series/worse.yaml'));
  put('series/welcome/tips.html', '<p>{% if %}</p>');
  expect((await run('plan')).err).toMatch(/welcome\/tips\.html steps\/2\/html /);
  put('series/welcome/tips.html', '<p>x</p>');
  edit('series/welcome.yaml', 'type: wait', 'type: wait\n    next: ../../secret');
  edit('series/welcome.yaml', 'welcome/tips.txt', '../../../../etc/passwd');
  expect((await run('plan')).err).toMatch(/welcome\.yaml:\d+ steps\/2\/text_file leads out/);
});

test(
  'a series in TypeScript is applied as one in YAML is',
  async () => {
    const text = `import { defineSeries, defineTraits } from '@milepost/sdk/code';

const days = (amount: number) => ({ amount, unit: 'days' }) as const;

export default defineSeries({
  name: 'Trial',
  status: 'paused',
  traits: defineTraits({ plan: 'string' }),
  steps: [
    { id: 'begin', type: 'email', subject: 'Your {{ user.plan }}', html_file: 'trial/begin.html' },
    { id: 'later', type: 'wait', delay: days(3) },
    { id: 'end', type: 'email', subject: 'Bye', html: '<p>Bye</p>' },
  ],
});
`;
    put('series/trial.ts', text.replace('days(3)', "days(3), nxt: 'end'"));
    put('series/trial/begin.html', '<p>{{ traits.plam }}</p>');
    const { err } = await start('plan');
    expect(err).toMatch(/trial\/begin\.html .*not declared: traits\.plam/);
    expect(err).toMatch(/trial\.ts:11 steps\/1\/nxt .*did you mean next/);
    put('series/trial.ts', text);
    put('series/trial/begin.html', '<p>{{ traits.plan }}</p>');
    expect((await start('apply', '--yes')).err).toBe('');
    expect(await onlySeries()).toMatchObject({ name: 'Trial', status: 'paused', version: 1 });
    expect((await start('plan')).out).toContain('No change');
    expect(await ran('pull')).toContain('TypeScript is yours to write');
  },
  PROCESSES_MS,
);

test('the schema of files is the one that is printed, and anybody may read it', async () => {
  const { out, status } = await runHere(['schema']);
  expect(status).toBe(0);
  const served = await server.send({ path: '/schemas/series.json' });
  expect(served.status).toBe(200);
  expect(JSON.parse(out)).toEqual(JSON.parse(served.text));
});

test('without a key, and without a server, it is said in words', async () => {
  putWelcome();
  const none = await runHere(['plan', '--dir', dir]);
  expect(none.status).toBe(1);
  expect(none.err).toContain('MILEPOST_SECRET_KEY');
  const silent = await run('plan', '--url', 'http://127.0.0.1:1');
  expect(silent.err.trim()).toBe(
    'There is no answer from http://127.0.0.1:1: is a server running there?',
  );
  const wrong = await runHere(['plan', '--dir', dir], {
    ...env(),
    MILEPOST_SECRET_KEY: 'mp_sk_test_x',
  });
  expect(wrong.err).toContain('Invalid API key');
});

test('the dashboard says where a series is kept, and lets it be edited by who says so', async () => {
  putWelcome();
  await ran('apply', '--yes');
  const { id } = await onlySeries();
  const path = '/dashboard/series';
  const { page, close } = await openDashboard(server, { path, workspaceId: side.test.id });
  const row = page.getByRole('row', { name: /Welcome/ });
  await row.getByText('managed by code').waitFor();
  await row.getByRole('link', { name: 'Welcome' }).click();

  await page.getByRole('heading', { name: 'Welcome' }).waitFor();
  const notice = page.getByRole('status').filter({ hasText: 'Managed by code' });
  expect(await notice.textContent()).toContain('series/welcome.yaml');
  expect(await page.getByRole('button', { name: 'Publish changes' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Pause', exact: true }).count()).toBe(1);
  await notice.getByRole('button', { name: 'Edit here anyway' }).click();
  await page.getByText('You edit a series that is kept in a file').waitFor();
  await page.getByRole('button', { name: 'Publish changes' }).waitFor();

  await page.goto(`${server.url}/dashboard/automation/${id}?w=${side.test.id}`);
  await notice.waitFor();
  await close();
});

test(
  'the files of the documents are planned and applied as they stand',
  async () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/series-as-code.md'), 'utf8');
    const files = [...text.matchAll(/^```\w+ file=(\S+)\n(.*?)^```/gms)];
    expect(files).toHaveLength(6);
    for (const [, name = '', content = ''] of files) put(name, content);
    const { status, err } = await start('apply', '--yes');
    expect(err).toBe('');
    expect(status).toBe(0);
    const { data } = await v1('GET', '/series');
    expect(data.map(({ name }: { name: string }) => name).toSorted()).toEqual([
      'Trial ending',
      'Welcome',
    ]);
    for (const one of data) expect(one).toMatchObject({ status: 'active', version: 1 });
  },
  PROCESSES_MS,
);
