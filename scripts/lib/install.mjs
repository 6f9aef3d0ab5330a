import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT } from './paths.mjs';
import { capture } from './run.mjs';
import { isMusl } from './runtime.mjs';
import { fail, withProgress } from './say.mjs';

/** Scripts stay off: none is needed, and what one of them links is linked at the start of the database. */
const CI = [
  'ci',
  '--include=dev',
  '--include=optional',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  '--loglevel=error',
];

/** Installs the packages of `dir` unless they are there, exactly as its package-lock.json names them. */
export async function ensureInstalled(dir = ROOT, what = 'dependencies') {
  if (isInstalled(dir)) return;
  const { status, output } = await withProgress(`Installing ${what}`, `Installed ${what}`, () =>
    npm(dir).catch(({ message }) => ({ status: 1, output: `npm cannot be run: ${message}` })),
  );
  if (status !== 0) fail(`${output.trim()}\nnpm ci failed. Mend the above and run the same command again.`);
}

function npm(dir) {
  // Under npm the very same npm, else the one on the PATH.
  const path = process.env.npm_execpath;
  const isNpm = path !== undefined && /npm-cli\.c?js$/.test(path);
  const [program, args] = isNpm ? [process.execPath, [path, ...CI]] : ['npm', CI];
  // An outer `npm --prefix` or `npx` must not send the install elsewhere.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(config_(prefix|local_prefix)|package_|lifecycle_)/.test(name)),
  );
  return capture(program, args, { cwd: dir, env });
}

/** Compares what npm wrote down after the last install with what the lock file asks for. */
function isInstalled(dir) {
  const recorded = join(dir, 'node_modules/.package-lock.json');
  if (!existsSync(recorded)) return false;
  const wanted = packagesOf(join(dir, 'package-lock.json'));
  const found = packagesOf(recorded);
  return Object.entries(wanted).every(
    ([path, entry]) =>
      !path.startsWith('node_modules/') ||
      found[path]?.version === entry.version ||
      (entry.optional === true && found[path] === undefined && !fits(entry)),
  );
}

const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages ?? {};

/** Whether a package is meant for this system; npm leaves the others out. */
function fits({ os, cpu, libc }) {
  const allows = (list, value) => list === undefined || list.includes(value);
  return (
    allows(os, process.platform) &&
    allows(cpu, process.arch) &&
    allows(libc, isMusl() ? 'musl' : 'glibc')
  );
}
