// npm run bench: measures everything side by side. Its peers are installed apart from the product.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/paths.mjs';
import { runInstead } from './lib/run.mjs';
import { requireScriptsNode, serverNode } from './lib/runtime.mjs';

requireScriptsNode();
await ensureInstalled();
const bench = join(ROOT, 'bench');
if (existsSync(join(bench, 'package-lock.json'))) {
  await ensureInstalled(bench, 'the peers to measure against');
}
process.exit(await runInstead(serverNode(), [join(bench, 'run.ts'), ...process.argv.slice(2)]));
