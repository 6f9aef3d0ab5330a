// npm run test:runtimes: the scenario of the SDK in Node 20, Bun, Deno and workerd, from the packed package.
import { join } from 'node:path';
import process from 'node:process';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/paths.mjs';
import { environment, runInstead } from './lib/run.mjs';
import { isMusl, requireScriptsNode, serverNode } from './lib/runtime.mjs';
import { fail } from './lib/say.mjs';

requireScriptsNode();
// On other systems the programs have other names: these are what the lock file pins.
if (process.platform !== 'linux' || process.arch !== 'x64' || isMusl()) {
  const system = `${process.platform} ${process.arch}${isMusl() ? ', musl' : ''}`;
  fail(`The runtimes are pinned for Linux on x64 with the GNU C library; this is ${system}.`);
}
await ensureInstalled();
await ensureInstalled(join(ROOT, 'sdk/test/runtimes'), 'Node 20, Bun, Deno and workerd');

process.exit(
  await runInstead(
    serverNode(),
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      `--root=${ROOT}`,
      `--config=${join(ROOT, 'server/test/runtimes/vitest.config.ts')}`,
      ...process.argv.slice(2),
    ],
    { env: environment },
  ),
);
