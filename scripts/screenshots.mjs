// npm run screenshots [-- <folder>] [--docs]: every page of the dashboard, at three widths, light and dark.
import { join, resolve } from 'node:path';
import process from 'node:process';
import { ensureDashboard } from './lib/dashboard.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/paths.mjs';
import { environment, runInstead } from './lib/run.mjs';
import { requireScriptsNode, serverNode } from './lib/runtime.mjs';

requireScriptsNode();
await ensureInstalled();
const node = serverNode();
await ensureDashboard(node);

const args = process.argv.slice(2);
const isForDocs = args.includes('--docs');
const [folder = '.milepost/screenshots'] = args.filter((arg) => !arg.startsWith('--'));
process.exit(
  await runInstead(
    node,
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      `--root=${ROOT}`,
      `--config=${join(ROOT, 'server/test/screenshots/vitest.config.ts')}`,
    ],
    {
      env: {
        ...environment,
        SCREENSHOTS: isForDocs ? join(ROOT, 'docs') : resolve(ROOT, folder),
        SCREENSHOTS_FOR: isForDocs ? 'docs' : 'eyes',
      },
    },
  ),
);
