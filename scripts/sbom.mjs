// npm run sbom [-- <file>]: what the server is made of, as CycloneDX, from the lock file.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/paths.mjs';
import { capture } from './lib/run.mjs';
import { requireScriptsNode } from './lib/runtime.mjs';
import { fail } from './lib/say.mjs';

requireScriptsNode();
await ensureInstalled();
const args = [
  'sbom',
  '--sbom-format=cyclonedx',
  '--omit=dev',
  '--package-lock-only',
  '--workspace=server',
];
// Only its answer: warnings are on standard error.
const { status, output } = await capture('sh', ['-c', `npm ${args.join(' ')} 2>/dev/null`], {
  cwd: ROOT,
});
if (status !== 0)
  fail('npm sbom failed. Run it by hand to see why: npm sbom --sbom-format=cyclonedx');
const bill = JSON.parse(output);
// npm names it after the folder that the repository happens to be in.
const { name, version } = JSON.parse(readFileSync(join(ROOT, 'server/package.json'), 'utf8'));
const about = bill.metadata.component;
const purl = `pkg:npm/${name}@${version}`;
Object.assign(about, { type: 'application', name, version, purl });
const [file = 'sbom.json'] = process.argv.slice(2);
writeFileSync(resolve(ROOT, file), `${JSON.stringify(bill, null, 2)}\n`);
console.log(`${bill.components.length} components in ${file}`);
