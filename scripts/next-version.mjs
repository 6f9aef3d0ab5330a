// npm run next-version: takes the changesets in. They give the packages their next version, and their texts
// go to CHANGELOG.md, which is the product's; packages have no change logs of their own.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { textOfChangeset, withRelease } from './lib/changelog.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/paths.mjs';
import { capture } from './lib/run.mjs';
import { requireScriptsNode, serverNode } from './lib/runtime.mjs';
import { fail } from './lib/say.mjs';

requireScriptsNode();
await ensureInstalled();
const dir = join(ROOT, '.changeset');
const changes = readdirSync(dir)
  .filter((name) => name.endsWith('.md') && name !== 'README.md')
  .toSorted()
  .map((name) => textOfChangeset(readFileSync(join(dir, name), 'utf8')));
if (changes.length === 0)
  fail('There is no changeset: nothing to release. `npx changeset` writes one.');

const tool = join(ROOT, 'node_modules/@changesets/cli/bin.js');
const { status, output } = await capture(serverNode(), [tool, 'version'], { cwd: ROOT });
process.stdout.write(output);
if (status !== 0) fail('The versions were not changed.');

const { version } = JSON.parse(readFileSync(join(ROOT, 'server/package.json'), 'utf8'));
const file = join(ROOT, 'CHANGELOG.md');
const date = new Date().toISOString().slice(0, 10);
writeFileSync(file, withRelease(readFileSync(file, 'utf8'), { version, date, changes }));
// The lock file repeats the versions of the workspaces.
const lockFile = join(ROOT, 'package-lock.json');
const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
for (const name of ['server', 'sdk']) lock.packages[name].version = version;
writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`);
// What `kubectl apply -k` brings.
const cluster = join(ROOT, 'deploy/kubernetes/kustomization.yaml');
writeFileSync(
  cluster,
  readFileSync(cluster, 'utf8').replace(/^( *newTag: ).+$/m, (_line, key) => `${key}${version}`),
);
console.log(`${version}: see what changed in CHANGELOG.md, and commit it all.`);
