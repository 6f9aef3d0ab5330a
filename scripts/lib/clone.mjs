import { ensureDashboard } from './dashboard.mjs';
import { buildDocsAside } from './docs-aside.mjs';
import { ensureInstalled } from './install.mjs';
import { serverNode } from './runtime.mjs';

/** Commands that serve the dashboard and the documentation. */
const SERVING = new Set(['start', 'serve']);

/**
 * Installs and builds what `milepost …args` needs of a clone.
 *
 * @returns what can wait until the server is ready, and how to end it with the server
 */
export async function prepareClone(args) {
  await ensureInstalled();
  if (!SERVING.has(args[0]) || args.includes('--help')) return {};
  await ensureDashboard(serverNode());
  let end = () => {};
  return { onReady: () => (end = buildDocsAside()), onEnd: () => end() };
}
