// npm run format: writes every file as the formatter wants it.
import { join } from 'node:path';
import process from 'node:process';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/paths.mjs';
import { runInstead } from './lib/run.mjs';
import { requireScriptsNode, serverNode } from './lib/runtime.mjs';

requireScriptsNode();
await ensureInstalled();
process.chdir(ROOT);
const oxfmt = join(ROOT, 'node_modules/oxfmt/bin/oxfmt');
process.exit(await runInstead(serverNode(), [oxfmt, ...process.argv.slice(2)]));
