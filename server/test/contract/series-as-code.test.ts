import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { chanceOf, type Chance } from '../simulation/random.ts';
import { randomWorld } from '../support/random-series.ts';
import { runHere } from '../support/run-here.ts';
import { startServer, type TestWorkspace } from '../support/server.ts';

/**
 * Goal: files and server say the same, whichever way they go. Method: random series, with texts that
 * YAML, file systems and databases trip over, are pulled, planned, applied to an empty side and pulled
 * from there.
 */
const SERIES = Number(process.env['RANDOM_SERIES'] ?? 200);
const FIRST_SEED = Number(process.env['RANDOM_SEED'] ?? 1);

// Nobody works: what is active stays as it is.
const server = await startServer({ transport: null });
const dirs: string[] = [];
afterAll(async () => {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
  await server.close();
});

type Json = Record<string, unknown>;

const TEXTS = [
  'yes',
  '~',
  '0x1F',
  '1e3',
  '- a: b',
  'a: b # c',
  ' leading and trailing ',
  'tab\there',
  'two\nlines\n',
  '\n\nlines before, none after',
  'ends with blanks  \n  and begins\n',
  '"quoted" \'twice\' \\ back',
  '{{ user.name | default: "there" }}, & *anchor !tag %percent @at `tick`',
  'Grüße, 日本, 🎉, e\u0301',
  '\u2028 and \u00a0 and \u200d and \ufeff',
  '2026-11-23',
  '<<',
  'null',
  '-0',
  '|',
  '>-',
  '---\n...',
  `${'a long word '.repeat(30)}end`,
  'line\r\nwith a return\rin it',
];
const NUMBERS = [0, -1, 0.1, 1e21, 1e-7, 9_007_199_254_740_991, -12.5];
const BODIES = [
  '<p>Hello</p>',
  '<p>a</p>\n',
  '\n<div>\r\n {{ user.name }}\r\n</div>  \n\n',
  '<b>Ü</b>',
];
const MJML =
  '<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>';

/** Something that JSON can say. */
function randomJson(chance: Chance, depth = 0): unknown {
  const kind = chance.below(depth > 2 ? 4 : 6);
  if (kind === 0) return chance.pick(TEXTS);
  if (kind === 1) return chance.pick(NUMBERS);
  if (kind === 2) return chance.pick([true, false]);
  if (kind === 3) return null;
  const parts = Array.from({ length: chance.below(4) }, () => randomJson(chance, depth + 1));
  if (kind === 4) return parts;
  return Object.fromEntries(parts.map((part, index) => [`${chance.pick(TEXTS)}${index}`, part]));
}

const CONTENT = (chance: Chance) => ({
  type: 'doc',
  content: [{ type: 'paragraph', content: [{ type: 'text', text: plainText(chance) }] }],
});
/** No template, and no text of blanks alone. */
const plainText = (chance: Chance): string => chance.pick(TEXTS).replaceAll(/[{}]/g, '-');

/** The email with another body, and more to say. */
function dressed(step: Json, chance: Chance): Json {
  const { html: _, ...rest } = step;
  const subject = `${String(step['subject'])} ${plainText(chance).replaceAll(/\s+/g, ' ')}`;
  const body = chance.pick<Json>([
    { html: chance.pick(BODIES) },
    { html: chance.pick(BODIES), text: chance.pick(TEXTS) },
    chance.isTrue(0.3) ? { mjml: MJML } : { html: `<p>${plainText(chance)}</p>` },
    { content: CONTENT(chance), format: chance.pick(['plain', 'branded']) },
  ]);
  return {
    ...rest,
    ...body,
    subject,
    ...(chance.isTrue(0.3) ? { preheader: plainText(chance) } : {}),
    ...(chance.isTrue(0.2) ? { purpose: 'marketing' } : {}),
    ...(chance.isTrue(0.2) ? { reply_to: null } : {}),
    ...(chance.isTrue(0.2) ? { tracking: { opens: false } } : {}),
  };
}

/** A series of a seed, without faults, and the status that it is brought to. */
function randomSeries(seed: number): { body: Json; status: 'draft' | 'active' | 'paused' } {
  const { series } = randomWorld(seed);
  const chance = chanceOf(seed + 1_000_000);
  const steps = series.steps.map((step) => {
    if (step['type'] === 'email') return dressed(step, chance);
    if (step['type'] !== 'update_user' || step['set'] === undefined) return step;
    const more = randomJson(chance);
    return { ...step, set: { ...(step['set'] as Json), [`more_${seed}`]: more } };
  });
  const name = chance.pick(['Welcome', 'welcome', ...TEXTS.map((text) => text.slice(0, 150))]);
  return {
    body: { name, settings: series.settings, steps },
    status: chance.pick(['draft', 'active', 'paused'] as const),
  };
}

async function make(side: TestWorkspace, seed: number): Promise<void> {
  const { body, status } = randomSeries(seed);
  const options = { key: side.test.secretKey };
  const made = await server.v1('POST', '/series', body, options);
  expect(made.status, `seed ${seed}: ${made.text}`).toBe(201);
  if (status === 'draft') return;
  for (const act of status === 'paused' ? ['activate', 'pause'] : ['activate']) {
    const answer = await server.v1('POST', `/series/${made.body.id}/${act}`, undefined, options);
    expect(answer.status, `seed ${seed}: ${answer.text}`).toBe(200);
  }
}

function newFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'milepost-code-'));
  dirs.push(dir);
  return join(dir, 'milepost');
}

/** Every file of a folder but what is written down of the pulls, by its place. */
function filesIn(dir: string): Record<string, string> {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  const paths = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return Object.fromEntries(
    paths
      .map((path) => [relative(dir, path), readFileSync(path, 'utf8')] as const)
      .filter(([path]) => path !== 'milepost.lock.json'),
  );
}

async function run(side: TestWorkspace, dir: string, ...args: string[]): Promise<string> {
  const env = { MILEPOST_URL: server.url, MILEPOST_SECRET_KEY: side.test.secretKey };
  const { status, out, err } = await runHere([...args, '--dir', dir], env);
  expect(err, out).toBe('');
  expect(status, out).toBe(0);
  return out;
}

const versionsOf = (side: TestWorkspace) => server.db`
  select a.id, a.draft, a.status, a.version, a.updated_at from automations a
   where a.workspace_id = ${side.test.id} order by a.id
`;

test(`${SERIES} random series go into files, to an empty side, and come back the same`, async () => {
  const [one, other] = [await server.newWorkspace(), await server.newWorkspace()];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SERIES; seed += 1) await make(one, seed);
  const [dir, back] = [newFolder(), newFolder()];
  await run(one, dir, 'pull');
  const files = filesIn(dir);
  expect(Object.keys(files).filter((path) => path.endsWith('.yaml'))).toHaveLength(SERIES);
  await run(one, dir, 'pull');
  expect(filesIn(dir)).toEqual(files);
  const before = await versionsOf(one);
  expect(await run(one, dir, 'plan')).toContain('No change');
  await run(one, dir, 'apply', '--yes');
  expect(await versionsOf(one)).toEqual(before);

  await run(other, dir, 'apply', '--yes');
  const applied = await versionsOf(other);
  expect(applied).toHaveLength(SERIES);
  expect(await run(other, dir, 'plan')).toContain('No change');
  await run(other, dir, 'apply', '--yes');
  expect(await versionsOf(other)).toEqual(applied);
  await run(other, back, 'pull');
  expect(filesIn(back)).toEqual(files);
  // Or all of it would be true of nothing.
  const endings = new Set(Object.keys(files).map((path) => path.split('.').at(-1)));
  expect([...endings].toSorted()).toEqual(['html', 'json', 'mjml', 'txt', 'yaml']);
}, 300_000);

test('whatever a plan or an apply is asked, it is refused in words or answered', async () => {
  const side = await server.newWorkspace();
  const whole: Json = {
    slug: 'welcome',
    path: 'milepost/series/welcome.yaml',
    id: null,
    pulled: { fingerprint: 'x', status: 'active' },
    status: 'draft',
    in_flight: 'stay',
    force: false,
    series: { name: 'x', steps: [{ id: 'a', type: 'email', subject: 'x', html: '<p>x</p>' }] },
  };
  const strange = [0, '', 'x y', [], {}, true, 'ü'.repeat(600), [null], { steps: 1 }];
  for (const act of ['plan', 'apply']) {
    for (const name of Object.keys(whole)) {
      for (const value of strange) {
        const body = { ...whole, [name]: value };
        const answer = await server.v1('POST', `/series/code/${act}`, body, {
          key: side.test.secretKey,
        });
        const told = `${act} ${name} ${JSON.stringify(value)}: ${answer.text}`;
        expect([200, 400, 404, 409], told).toContain(answer.status);
        if (answer.status !== 200) expect(answer.body.code, told).toMatch(/^series\./);
      }
    }
  }
});
