import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT } from './paths.mjs';
import { capture } from './run.mjs';
import { fail, withProgress } from './say.mjs';

const SOURCES = [
  'dashboard',
  'sdk/src',
  'sdk/package.json',
  'package-lock.json',
  'tsconfig.base.json',
];
const NOT_SOURCES = new Set(['dist', 'node_modules']);
const STAMP = join(ROOT, 'dashboard/dist/.sources');

/** Builds the dashboard unless what is there was built from the sources as they are. */
export async function ensureDashboard(node) {
  if (!existsSync(join(ROOT, 'dashboard/index.html'))) return;
  const hash = hashOfSources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return;
  const { status, output } = await withProgress(
    'Building the dashboard',
    'Built the dashboard',
    () =>
      capture(node, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel=warn'], {
        cwd: join(ROOT, 'dashboard'),
        env: { ...process.env, NODE_ENV: 'production' },
      }),
  );
  if (status !== 0) fail(`${output.trim()}\nThe dashboard cannot be built.`);
  writeFileSync(STAMP, hash);
}

function hashOfSources() {
  const hash = createHash('sha256');
  for (const path of SOURCES.flatMap((source) => filesIn(source)).toSorted()) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesIn(path) {
  const full = join(ROOT, path);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full)
    .filter((name) => !NOT_SOURCES.has(name))
    .flatMap((name) => filesIn(join(path, name)));
}
