// Builds `dist`: one JavaScript file with its declarations for each source file, nothing bundled.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
);
const [next, dist] = ['dist.next', 'dist'].map((name) => join(root, name));

rmSync(next, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(1);
// The compiler renames what is imported in JavaScript, but not in declarations.
for (const name of readdirSync(next, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.d.ts')) continue;
  const file = join(next, name);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replaceAll(/\b(from|import\()( ?'\.\.?\/[^']+)\.ts'/g, "$1$2.js'"));
}
// Whole or not at all: whoever reads `dist` meanwhile finds the one before.
rmSync(dist, { recursive: true, force: true });
renameSync(next, dist);
