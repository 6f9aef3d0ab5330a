// npm run test:long: what looks for rare faults by chance, for hours instead of minutes.
import process from 'node:process';

const RUNS = {
  SIMULATION_RUNS: '10000',
  RANDOM_GRAPHS: '20000',
  SIMULATE_COUNT: '5000',
  PROPERTY_RUNS: '50000',
  FILTER_RUNS: '5000',
  ORACLE_RUNS: '20000',
  MIME_RUNS: '200000',
  HOSTILE_RUNS: '3000',
  // A mail server that is not ours, where the machine has one.
  POSTFIX: '1',
};
for (const [name, runs] of Object.entries(RUNS)) process.env[name] ??= runs;
process.argv.push(
  'server/src/template',
  'server/test/simulation',
  'server/test/schedule',
  'server/test/sql',
  'server/test/long',
);
await import('./test.mjs');
