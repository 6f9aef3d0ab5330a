import { test } from 'vitest';
import './seeded-crypto.ts';
import { startPgliteServer } from '../support/pglite-server.ts';
import { runHistory } from './history.ts';
test('a', async () => {
  process.stderr.write('a\n');
  const s = await startPgliteServer();
  process.stderr.write('c\n');
  const o = await runHistory(s, { seed: 1, settings: 0, userCount: 2, workerCount: 1, cutsPerMille: 0, script: [{ afterMs: 5, kind: 'enroll', user: 0 }] });
  process.stderr.write(JSON.stringify(o.messageStates)+o.statementCount+'\n');
  await s.close();
});
