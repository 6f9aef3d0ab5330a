import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT } from './paths.mjs';
import { runInstead } from './run.mjs';
import { requireScriptsNode, serverNode } from './runtime.mjs';

/** What a package holds; a clone holds the sources. */
const COMPILED = join(ROOT, 'build/src/app/main.js');

/** Runs `milepost …args` on the right Node.js; in a clone, after installing and building what is missing. */
export async function launch(args) {
  requireScriptsNode();
  const isPackage = existsSync(COMPILED);
  const { onReady = () => {}, onEnd = () => {} } = isPackage ? {} : await prepared(args);
  const main = isPackage ? COMPILED : join(ROOT, 'server/src/app/main.ts');
  const status = await runInstead(serverNode(), [main, ...args], {
    acknowledges: true,
    // Only npm dies without a word to those it started; the parent of a script run by hand may leave.
    watchParent: process.env.npm_lifecycle_event !== undefined,
    onReady,
  });
  onEnd();
  process.exit(status);
}

/** Not in a package, which holds nothing to install or build. */
async function prepared(args) {
  const { prepareClone } = await import('./clone.mjs');
  return prepareClone(args);
}
