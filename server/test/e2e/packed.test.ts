import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until.ts';

/**
 * Goal: the server's package is whole: in an empty folder that has nothing but it and what it declares,
 * it starts, serves and stops. `sdk.test.ts` is about the package of the SDK. Method: what npm packs is unpacked there, and of
 * the repository's packages only those are linked that the manifests name. What the registry gives for
 * those names is a matter of the release workflow.
 */
const ROOT = join(import.meta.dirname, '../../..');
const MODULES = join(ROOT, 'node_modules');

interface Manifest {
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const manifestIn = (dir: string): Manifest =>
  JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as Manifest;

let dir: string;
let app: string;
let server: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'milepost-packed-'));
  // The database of a server that root starts belongs to another user.
  chmodSync(dir, 0o755);
  app = join(dir, 'app');
  server = join(app, 'node_modules/milepost');
  mkdirSync(server, { recursive: true });
  run(process.execPath, [join(ROOT, 'scripts/pack.mjs'), '--into', join(dir, 'made')]);
  run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', dir], {
    cwd: join(dir, 'made'),
  });
  const file = join(dir, `milepost-${manifestIn(join(dir, 'made')).version}.tgz`);
  run('tar', ['-xzf', file, '--strip-components=1', '-C', server]);
  const { dependencies, optionalDependencies } = manifestIn(server);
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) link(name);
}, 120_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(program: string, args: readonly string[], { cwd = ROOT } = {}): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  expect(status, `${program} ${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

/** As the server finds it in the repository: npm keeps what clashes with others in the server's folder. */
function link(name: string): void {
  const own = join(ROOT, 'server/node_modules', name);
  const found = existsSync(join(own, 'package.json')) ? own : join(MODULES, name);
  if (!existsSync(found)) return;
  const place = join(app, 'node_modules', name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(found, place);
}

const filesIn = (path: string): string[] =>
  readdirSync(join(server, path), { recursive: true, encoding: 'utf8' });

test('a package holds what runs and nothing else', () => {
  expect(readdirSync(server).toSorted()).toEqual(
    ['LICENSE', 'README.md', 'bin', 'build', 'dashboard', 'package.json', 'scripts']
      .concat(existsSync(join(ROOT, 'docs/site/dist')) ? ['docs'] : [])
      .toSorted(),
  );
  const built = filesIn('build');
  expect(built).toContain('src/template/render/render-thread.js');
  expect(built.filter((name) => /\.test\.|\.ts$/.test(name))).toEqual([]);
  const migrations = (names: string[]): string[] =>
    names.filter((name) => /^\d+_.*\.sql$/.test(name)).toSorted();
  expect(migrations(filesIn('build/migrations'))).toEqual(
    migrations(readdirSync(join(ROOT, 'server/migrations'))),
  );
  expect(filesIn('dashboard/dist')).toContain('index.html');
});

test('what is published may be, and brings the Node.js that the repository runs on', () => {
  const { private: isPrivate, optionalDependencies } = manifestIn(server);
  expect(isPrivate).toBeUndefined();
  expect(optionalDependencies).toEqual(manifestIn(ROOT).optionalDependencies);
});

test('every package that a file of it loads is one that it declares', () => {
  const declared = new Set(Object.keys(manifestIn(server).dependencies));
  const missing = new Set<string>();
  for (const name of filesIn('build/src').filter((file) => file.endsWith('.js'))) {
    for (const wanted of packagesIn(readFileSync(join(server, 'build/src', name), 'utf8'))) {
      if (!declared.has(wanted)) missing.add(`${name}: ${wanted}`);
    }
  }
  expect([...missing]).toEqual([]);
  expect(packagesIn(`import a from "x/y";\nawait import('@a/b/c');`)).toEqual(['x', '@a/b']);
});

function packagesIn(text: string): string[] {
  const statements = text.matchAll(
    /^(?:import|export) (?:[^'"`=();]*? from )?['"]([^'"\n]+)['"]|\b(?:import|require|resolve)\(['"]([^'"\n]+)['"]\)/gm,
  );
  return [...statements]
    .map(([, one, other]) => one ?? other ?? '')
    .filter((name) => /^@?[a-z]/.test(name) && !isBuiltin(name))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
}

test('in an empty folder `milepost start` gets ready, serves the dashboard, and stops', async () => {
  const bin = join(server, 'bin/milepost.mjs');
  const dataDir = join(app, 'data');
  const args = [bin, 'start', '--port', '0', '--data-dir', dataDir];
  const child = spawn(process.execPath, args, { cwd: app, env: { PATH: process.env['PATH'] } });
  try {
    const url = await readyUrl(child);
    for (const [path, type] of [
      ['/dashboard', /html/],
      ['/healthz', /json/],
      ['/api/openapi.json', /json/],
    ] as const) {
      const answer = await fetch(new URL(path, url));
      expect([answer.status, await answer.text()], path).toEqual([200, expect.any(String)]);
      expect(answer.headers.get('content-type')).toMatch(type);
    }
    await until(async () => expect((await fetch(new URL('/readyz', url))).status).toBe(200));
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    expect((await closed)[0]).toBe(0);
    expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false);
  } finally {
    child.kill('SIGKILL');
  }
});

/** Where it says that it is ready. */
async function readyUrl(child: ChildProcess): Promise<string> {
  let said = '';
  let isOver = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  }
  child.once('close', () => (isOver = true));
  await until(() => {
    if (!isOver) expect(said).toMatch(/ready at \S+/);
  });
  const [, url = ''] = /ready at (\S+)/.exec(said) ?? [];
  expect(url, said).not.toBe('');
  return url;
}
