import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../../..');
/** What `npm pack` needs of the repository. */
const NEEDED = ['sdk', 'tsconfig.base.json'];

/** The SDK as npm would publish it. */
export interface SdkPackage {
  readonly tarball: Buffer;
  /** A folder in which `@milepost/sdk` is installed, and nothing else. */
  readonly home: string;
  /** Where it is installed. */
  readonly dir: string;
  readonly remove: () => Promise<void>;
}

/** Packs a copy of `sdk/`, so that nobody who reads the repository meanwhile sees it half turned. */
export async function packSdk(): Promise<SdkPackage> {
  const base = await mkdtemp(join(tmpdir(), 'milepost-sdk-'));
  const copy = join(base, 'repository');
  const filter = (path: string): boolean => !/\/(node_modules|dist(\.next)?)$/.test(path);
  for (const name of NEEDED) {
    await cp(join(ROOT, name), join(copy, name), { recursive: true, filter });
  }
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const cwd = join(copy, 'sdk');
  await run('npm', ['pack', '--pack-destination', base], { cwd });
  const { version } = JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8')) as {
    version: string;
  };
  const file = join(base, `milepost-sdk-${version}.tgz`);

  const home = join(base, 'home');
  const dir = join(home, 'node_modules/@milepost/sdk');
  await mkdir(dir, { recursive: true });
  await run('tar', ['-xzf', file, '-C', dir, '--strip-components=1']);
  await writeFile(join(home, 'package.json'), '{"type":"module"}\n');
  return {
    tarball: await readFile(file),
    home,
    dir,
    remove: () => rm(base, { recursive: true, force: true }),
  };
}

/** Run where the bundler is installed: builds the file that it is given into one, and prints that. */
const BUNDLE = `
  import { build } from 'vite';
  const [root, input] = process.argv.slice(1);
  const { output } = await build({
    root, configFile: false, logLevel: 'error',
    build: { write: false, modulePreload: false, rolldownOptions: { input } },
  });
  process.stdout.write(output[0].code);
`;

/** One minified file for browsers, as an application's bundler would make it. */
export async function bundle(home: string, file: string): Promise<string> {
  const { stdout } = await run(
    process.execPath,
    ['--input-type=module', '-e', BUNDLE, home, join(home, file)],
    { cwd: ROOT, maxBuffer: 10_000_000 },
  );
  return stdout;
}
