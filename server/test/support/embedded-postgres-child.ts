// A process of its own that uses the embedded PostgreSQL of the data directory it is given: says in
// one line of JSON what it got, then does what it reads: `stop` or `exit`.
import { createInterface } from 'node:readline';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { silentLog } from '../../src/platform/log.ts';

const [, , dataDir = ''] = process.argv;
const progress: string[] = [];
const postgres = await startEmbeddedPostgres({
  dataDir,
  log: silentLog,
  onProgress: (what) => progress.push(what),
});
const { url, pid, adopted } = postgres;
console.log(JSON.stringify({ url, pid, adopted, progress }));

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'stop') await postgres.stop();
  process.exit(0);
}
