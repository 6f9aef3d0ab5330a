import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT } from './paths.mjs';
import { capture } from './run.mjs';
import { isMusl } from './runtime.mjs';
import { fail, withProgress } from './say.mjs';

/**
 * `npm install --no-save` and not `npm ci`: both install what the lock file names and leave it alone,
 * but this one adds only what is missing, and bears a lock file without the binaries of other systems,
 * which some mirrors of the registry do not hold.
 * Scripts stay off: none is needed, and what one of them links is linked when the database starts.
 */
const INSTALL = [
  'install',
  '--no-save',
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
    installInto(dir),
  );
  if (status !== 0)
    fail(
      `${output.trim()}\nThe installation failed. Mend the above and run the same command again.`,
    );
}

/** Installs the packages of `dir`; gives what npm said and its status. */
export const installInto = (dir) =>
  npm(dir).catch(({ message }) => ({ status: 1, output: `npm cannot be run: ${message}` }));

function npm(dir) {
  // Under npm the very same npm, else the one on the PATH.
  const path = process.env.npm_execpath;
  const isNpm = path !== undefined && /npm-cli\.c?js$/.test(path);
  const [program, args] = isNpm ? [process.execPath, [path, ...INSTALL]] : ['npm', INSTALL];
  // An outer `npm --prefix` or `npx` must not send the install elsewhere.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(config_(prefix|local_prefix)|package_|lifecycle_)/.test(name),
    ),
  );
  return capture(program, args, { cwd: dir, env });
}

/**
 * Whether everything is there: compares what npm wrote down after the last install with what the lock
 * file asks for.
 *
 * @public for its test
 */
export function isInstalled(dir) {
  const recorded = join(dir, 'node_modules/.package-lock.json');
  if (!existsSync(recorded)) return false;
  const wanted = packagesOf(join(dir, 'package-lock.json'));
  const found = packagesOf(recorded);
  return Object.entries(wanted).every(
    ([path, entry]) =>
      !path.includes('node_modules/') ||
      found[path]?.version === entry.version ||
      (found[path] === undefined && mayMiss(entry)),
  );
}

const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages ?? {};

/** npm leaves out what is meant for another system, and what only that needs. */
function mayMiss({ optional, os, cpu, libc }) {
  if (optional !== true) return false;
  const isForAny = os === undefined && cpu === undefined;
  const fits =
    (os ?? [process.platform]).includes(process.platform) &&
    (cpu ?? [process.arch]).includes(process.arch) &&
    (libc === undefined || libc.includes(isMusl() ? 'musl' : 'glibc'));
  return isForAny || !fits;
}
