// Builds the documentation, which the server shows under /docs. `--aside` says nothing, and stops with
// the script that started it.
import process from 'node:process';
import { ensureDocs } from './lib/docs.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { requireScriptsNode, serverNode } from './lib/runtime.mjs';
import { fail, withProgress } from './lib/say.mjs';

requireScriptsNode();
const isAside = process.argv.includes('--aside');
if (isAside) {
  // The group is that of this process alone: everything it started ends with it.
  process.once('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
} else await ensureInstalled();

const build = () => ensureDocs(serverNode());
const fault = isAside
  ? await build()
  : await withProgress('Building the documentation', 'Looked after the documentation', build);
if (fault !== null && !isAside) fail(fault);
process.exit(fault === null ? 0 : 1);
