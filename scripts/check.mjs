// npm run check: types, lint, format, dead code and import rules; what fails is shown in full.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/paths.mjs';
import { capture, environment } from './lib/run.mjs';
import { requireScriptsNode, serverNode } from './lib/runtime.mjs';

requireScriptsNode();
await ensureInstalled();
const node = serverNode();

/** As many at a time as a small machine has cores. */
const AT_ONCE = 2;

const tool = (path, ...args) => [join(ROOT, 'node_modules', path), ...args];
const typed = ['server', 'dashboard', 'sdk', 'bench'].filter((dir) =>
  existsSync(join(ROOT, dir, 'tsconfig.json')),
);
const checks = [
  ['lint', tool('oxlint/bin/oxlint', '--quiet')],
  ...typed.map((dir) => [`types of ${dir}`, tool('typescript/bin/tsc', '--noEmit', '-p', dir)]),
  ['dead code', tool('knip/bin/knip.js', '--no-progress', '--no-config-hints')],
  ['format', tool('oxfmt/bin/oxfmt', '--check')],
  ['licences', [join(ROOT, 'scripts/licences.mjs')]],
  ['import rules', tool('vitest/vitest.mjs', 'run', '--project=tidy', '--reporter=dot')],
];

const failures = [];
const waiting = [...checks];
await Promise.all(Array.from({ length: AT_ONCE }, work));

for (const { name, output } of failures) console.log(`\n--- ${name}\n${output.trim()}`);
console.log(
  failures.length === 0
    ? `\nAll ${checks.length} checks passed.`
    : `\n${failures.length} of ${checks.length} checks failed.`,
);
process.exit(failures.length === 0 ? 0 : 1);

async function work() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [name, args] = next;
    const startedMs = Date.now();
    const { status, output } = await capture(node, args, { cwd: ROOT, env: environment });
    const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
    console.log(
      `${status === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(20)} ${seconds.padStart(5)} s`,
    );
    if (status !== 0) failures.push({ name, output });
  }
}
