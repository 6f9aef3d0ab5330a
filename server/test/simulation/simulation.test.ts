import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPgliteServer, type PgliteServer } from '../support/pglite-server.ts';
import { runHistory } from './history.ts';
import { anyPlan } from './plan.ts';

const RUNS = Number(process.env['SIMULATION_RUNS'] ?? 500);

let server: PgliteServer;
beforeAll(async () => {
  server = await startPgliteServer();
});
afterAll(() => server.close());

test('x', { timeout: 600_000 }, async () => {
  const t = performance.now();
  let n = 0; let statements = 0; const states: any = {};
  await fc.assert(
    fc.asyncProperty(anyPlan, async (plan) => {
      n += 1;
      const o = await runHistory(server, plan);
      statements += o.statementCount;
      for (const [k, v] of Object.entries(o.messageStates)) states[k] = (states[k] ?? 0) + v;
    }),
    { numRuns: RUNS, endOnFailure: process.env["SHRINK"] === undefined, ...(process.env["SEED"] ? { seed: Number(process.env["SEED"]) } : {}) },
  );
  console.log(n, statements, performance.now() - t, states);
});
