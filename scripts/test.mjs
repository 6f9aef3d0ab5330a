// npm test: all tests, or those whose path or title the arguments name (as Vitest takes them).
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const dir = mkdtempSync(join(tmpdir(), 'milepost-summary-'));
const summary = join(dir, 'counts.json');
const status = await runInstead(
  node,
  [
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    `--root=${ROOT}`,
    '--reporter=default',
    `--reporter=${join(ROOT, 'scripts/lib/summary-reporter.mjs')}`,
    ...process.argv.slice(2),
  ],
  { env: { ...environment, TEST_SUMMARY_FILE: summary } },
);
const { passed, failed, skipped } = readCounts();
rmSync(dir, { recursive: true });

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(status === 0 && (failed > 0 || passed === 0) ? 1 : status);

/** A run that broke off before it could count is one failure. */
function readCounts() {
  try {
    const counts = JSON.parse(readFileSync(summary, 'utf8'));
    return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
