// npm run licences: what we depend on, and what that asks of us. Part of `npm run check`.
import { join } from 'node:path';
import { licenceFaultsIn } from './lib/licences.mjs';
import { ROOT } from './lib/paths.mjs';
import { fail } from './lib/say.mjs';

const faults = ['.', 'bench', 'docs/site'].flatMap((dir) =>
  licenceFaultsIn(join(ROOT, dir)).map((fault) => `${dir}/package-lock.json: ${fault}`),
);
if (faults.length > 0) {
  fail(
    `${faults.join('\n')}\nTake another package, or say in scripts/lib/licences.mjs why it may be used.`,
  );
}
console.log('Every licence is allowed.');
