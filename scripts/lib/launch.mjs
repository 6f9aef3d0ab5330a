import { join } from 'node:path';
import process from 'node:process';
import { ensureDashboard } from './dashboard.mjs';
import { ensureInstalled } from './install.mjs';
import { ROOT } from './paths.mjs';
import { runInstead } from './run.mjs';
import { requireScriptsNode, serverNode } from './runtime.mjs';

/** Commands that serve the dashboard. */
const SERVING = new Set(['start', 'serve']);

/** Runs `milepost …args` on the right Node.js, after installing and building what is missing. */
export async function launch(args) {
  requireScriptsNode();
  await ensureInstalled();
  const node = serverNode();
  if (SERVING.has(args[0]) && !args.includes('--help')) await ensureDashboard(node);
  const status = await runInstead(node, [join(ROOT, 'server/src/app/main.ts'), ...args], {
    acknowledges: true,
    // Only npm dies without a word to those it started; the parent of a script run by hand may leave.
    watchParent: process.env.npm_lifecycle_event !== undefined,
  });
  process.exit(status);
}
