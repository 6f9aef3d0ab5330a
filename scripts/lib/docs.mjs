import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { installInto, isInstalled } from './install.mjs';
import { ROOT } from './paths.mjs';
import { capture } from './run.mjs';

const SITE = join(ROOT, 'docs/site');
/** What this build and the server (app/docs-not-ready.ts) tell each other. */
const DATA = join(SITE, '.data');
const STATE = join(DATA, 'state.json');
const LOCK = join(DATA, 'lock');
const DIST = join(SITE, 'dist');
const NEXT = join(SITE, 'dist.next');
const OLD = join(SITE, 'dist.old');
const STAMP = join(DIST, '.sources');

/** The API reference is made from the server, so the server is a source. */
const SOURCES = [
  'docs',
  'deploy/README.md',
  'server/src',
  'package.json',
  ...['ARCHITECTURE', 'GLOSSARY', 'SECURITY', 'CONTRIBUTING', 'CHANGELOG'].map(
    (name) => `${name}.md`,
  ),
];
const NOT_SOURCES = new Set(['dist', 'dist.next', 'dist.old', 'node_modules', '.data', '.astro']);
const IS_SOURCE = /^(?!.*\.test\.ts$).*\.(md|mjs|ts|astro|css|json|png|svg)$/;

/** What Vite and Vitest tell their children would make a build for development. */
const OF_VITE = /^(DEV|PROD|SSR|MODE|BASE_URL|TEST|VITE_.*|VITEST.*)$/;

const OPENAPI_TIMEOUT_MS = 60_000;
const BUILD_TIMEOUT_MS = 5 * 60_000;
const WAIT_MS = 300;
const MESSAGE_LENGTH_MAX = 4_000;

/**
 * Installs and builds the documentation unless what is there was built from the sources as they are.
 * Who comes while another process does it waits for that one.
 *
 * @returns what went wrong and what to do, or null
 */
export async function ensureDocs(node) {
  mkdirSync(DATA, { recursive: true });
  await takeLock();
  try {
    const hash = hashOfSources();
    if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return null;
    const fault = await build(node, hash);
    if (fault === null) rmSync(STATE, { force: true });
    else say('failed', fault);
    return fault;
  } finally {
    rmSync(LOCK, { force: true });
  }
}

async function build(node, hash) {
  if (!isInstalled(SITE)) {
    say('installing');
    const { status, output } = await installInto(SITE);
    if (status !== 0)
      return `${output.trim().slice(0, MESSAGE_LENGTH_MAX)}\nThe packages of docs/site cannot be installed; this needs a registry of npm.`;
  }
  say('building');
  const described = await capture(node, [join(ROOT, 'server/src/app/main.ts'), 'openapi'], {
    cwd: ROOT,
    timeout: OPENAPI_TIMEOUT_MS,
  });
  if (described.status !== 0) return faultOf(described, 'The API cannot be described.');
  writeFileSync(join(DATA, 'openapi.json'), described.output);
  rmSync(NEXT, { recursive: true, force: true });
  const built = await capture(node, [join(SITE, 'node_modules/astro/bin/astro.mjs'), 'build'], {
    cwd: SITE,
    timeout: BUILD_TIMEOUT_MS,
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_VITE.test(name))),
      ASTRO_TELEMETRY_DISABLED: '1',
      DOCS_OUT: './dist.next',
      NODE_ENV: 'production',
      NO_COLOR: '1',
    },
  });
  if (built.status !== 0) return faultOf(built, 'The documentation cannot be built.');
  writeFileSync(join(NEXT, '.sources'), hash);
  // Readers see the old pages or the new ones.
  rmSync(OLD, { recursive: true, force: true });
  if (existsSync(DIST)) renameSync(DIST, OLD);
  renameSync(NEXT, DIST);
  rmSync(OLD, { recursive: true, force: true });
  return null;
}

const faultOf = ({ output }, what) => `${output.trim().slice(-MESSAGE_LENGTH_MAX)}\n${what}`;

const say = (state, message) => writeFileSync(STATE, JSON.stringify({ state, message }));

/** One build at a time in a folder; the lock of a process that is gone counts for nothing. */
async function takeLock() {
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!isAlive(readLock())) rmSync(LOCK, { force: true });
      else await sleep(WAIT_MS);
    }
  }
}

function readLock() {
  try {
    return Number(readFileSync(LOCK, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
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
  const found = statSync(join(ROOT, path), { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return IS_SOURCE.test(path) ? [path] : [];
  return readdirSync(join(ROOT, path))
    .filter((name) => !NOT_SOURCES.has(name))
    .flatMap((name) => filesIn(join(path, name)));
}
