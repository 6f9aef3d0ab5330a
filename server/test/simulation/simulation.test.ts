import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPgliteServer, type PgliteServer } from '../support/pglite-server.ts';
import { runHistory } from './history.ts';
import { anyPlan, type Plan } from './plan.ts';

/**
 * Goal: whatever people do, whatever the mail server answers, and whenever a worker dies, stands still
 * or loses its database, no email leaves twice, early, outside its window or after a removal was
 * answered, and none is forgotten. Method: the real claim, advance, send, settle and reap code on an
 * in-process PostgreSQL, with time, chance and every interleaving drawn from a seed. A failing history
 * prints its plan and seed, replays from them, and shrinks to few actions.
 */
const RUNS = Number(process.env['SIMULATION_RUNS'] ?? 500);
const SEED = process.env['SIMULATION_SEED'];
/** A history takes about a quarter of a second. */
const TIMEOUT_MS = Math.max(600_000, RUNS * 2_000);

let server: PgliteServer;

beforeAll(async () => {
  server = await startPgliteServer();
});

afterAll(() => server.close());

test(
  'histories of faults: at most one handover each, nothing lost, the books exact',
  { timeout: TIMEOUT_MS },
  async () => {
    const states = new Set<string>();
    let statements = 0;
    await fc.assert(
      fc.asyncProperty(anyPlan, async (plan) => {
        const outcome = await runHistory(server, plan);
        statements += outcome.statementCount;
        for (const state of Object.keys(outcome.messageStates)) states.add(state);
      }),
      { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
    );
    // The histories met what they are about: work was done, and ended in more than one way.
    expect(statements).toBeGreaterThan(RUNS);
    expect(states.size).toBeGreaterThan(1);
  },
);

test('a history replays from its plan, to the letter', async () => {
  const plan: Plan = {
    seed: 20_261_123,
    settings: 0,
    userCount: 3,
    workerCount: 2,
    cutsPerMille: 10,
    script: [
      { afterMs: 0, kind: 'enroll', user: 0 },
      { afterMs: 5, kind: 'enroll', user: 1 },
      { afterMs: 400, kind: 'kill', worker: 0 },
      { afterMs: 100, kind: 'enroll', user: 2 },
      { afterMs: 60_000, kind: 'remove', user: 1 },
    ],
  };
  const first = await runHistory(server, plan);
  const second = await runHistory(server, plan);
  // Connections are counted through all histories.
  const lines = (trace: readonly string[]) => trace.map((line) => line.replaceAll(/#\d+/g, '#'));
  expect(lines(second.trace)).toEqual(lines(first.trace));
  expect(first.trace.length).toBeGreaterThan(50);
});
