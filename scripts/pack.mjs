// npm pack and npm publish of the server run this before (`prepack`), and with --clean after;
// `--into <folder>` makes the same in a folder of its own.
//
// A package is laid out as a clone is, with `build/` where a clone has `server/`, so that every path that
// the server looks along is the same in both. Node.js strips no types below node_modules: it is compiled.
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDashboard } from './lib/dashboard.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/paths.mjs';
import { capture } from './lib/run.mjs';
import { requireScriptsNode, serverNode } from './lib/runtime.mjs';
import { fail } from './lib/say.mjs';

const SERVER = join(ROOT, 'server');
const { values: options } = parseArgs({
  options: { clean: { type: 'boolean' }, into: { type: 'string' } },
});
const OUT = options.into === undefined ? SERVER : resolve(options.into);
/** Made in the server's folder and removed again; `server/package.json` lists them, and `.gitignore`. */
const MADE = ['build', 'dashboard', 'docs', 'scripts', 'LICENSE', 'README.md'];
/** What `bin/milepost.mjs` needs to find the Node.js that the server runs on. */
const LAUNCHER = ['launch', 'paths', 'run', 'runtime', 'say'];

requireScriptsNode();
async function make() {
  await ensureInstalled();
  const node = serverNode();
  await ensureDashboard(node);
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const compile = [compiler, '-p', 'tsconfig.build.json', '--outDir', join(OUT, 'build')];
  const { status, output } = await capture(node, compile, { cwd: SERVER });
  if (status !== 0) fail(`${output.trim()}\nThe server cannot be compiled.`);

  cpSync(join(SERVER, 'migrations'), join(OUT, 'build/migrations'), { recursive: true });
  keepOnlyIdentity(join(OUT, 'build/package.json'));
  copyBuilt('dashboard/dist');
  if (existsSync(join(ROOT, 'docs/site/dist'))) copyBuilt('docs/site/dist');
  for (const name of LAUNCHER) {
    cpSync(join(ROOT, `scripts/lib/${name}.mjs`), join(OUT, `scripts/lib/${name}.mjs`));
  }
  if (OUT !== SERVER) copyServersOwn();
  for (const name of ['LICENSE', 'README.md']) cpSync(join(ROOT, name), join(OUT, name));
}

const copyBuilt = (path) => cpSync(join(ROOT, path), join(OUT, path), { recursive: true });

/** Without what npm would run once more. */
function copyServersOwn() {
  cpSync(join(SERVER, 'bin'), join(OUT, 'bin'), { recursive: true });
  const { scripts: _scripts, ...own } = JSON.parse(
    readFileSync(join(SERVER, 'package.json'), 'utf8'),
  );
  writeFileSync(join(OUT, 'package.json'), `${JSON.stringify(own, null, 2)}\n`);
}

/** The compiler copies the whole file; the server reads its version from it. */
function keepOnlyIdentity(file) {
  const { name, version, type } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, `${JSON.stringify({ name, version, private: true, type }, null, 2)}\n`);
}

for (const name of MADE) rmSync(join(OUT, name), { recursive: true, force: true });
if (options.clean !== true) await make();
