import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPgliteServer, type PgliteServer } from '../support/pglite-server.ts';
import { runHistory } from './history.ts';
import { anyPlan } from './plan.ts';

/**
 * Goal: whatever people do, whatever is changed about series while people are in them, whatever servers
 * answer, and whenever a worker dies, stands still or loses its database: no email leaves twice, early,
 * outside its window, or after a removal, a goal or an exit was accepted; nobody is lost, at two places
 * or deaf to an event; and the books are exact. Method: the real engine on an in-process PostgreSQL,
 * with random series, and with time, chance and every interleaving drawn from a seed. A failing history
 * prints its plan and seed, replays from them, and shrinks to few actions.
 */
const RUNS = Number(process.env['SIMULATION_RUNS'] ?? 500);
const SEED = process.env['SIMULATION_SEED'];
/** A history takes about a fifth of a second. */
const TIMEOUT_MS = Math.max(600_000, RUNS * 2_000);

const REPLAYED = 10;
/** From this many on, each of these has been met: 500 histories meet the rarest some twenty times. */
const MANY = 500;
const MET_BY_MANY = [
  'email passed',
  'email failed rejected',
  'email passed marked_sent',
  'email skipped no_address',
  'wait passed',
  'wait_for_event passed event',
  'wait_for_event passed timeout',
  'condition passed yes',
  'condition passed no',
  'split passed 0',
  'split passed 1',
  'update_user passed',
  'webhook passed',
  'webhook deferred',
  'left as completed finished',
  'left as exited filter',
  'left as goal_reached goal',
  'left as removed removed',
  'entered by api',
  'entered by event',
  'entered by segment_match',
  'entered by user_created',
  'migration done of people',
];

let server: PgliteServer;

beforeAll(async () => {
  server = await startPgliteServer();
});

afterAll(() => server.close());

test(
  'histories of faults: at most one handover each, nothing lost, the books exact',
  { timeout: TIMEOUT_MS },
  async () => {
    const met = new Map<string, number>();
    let statements = 0;
    await fc.assert(
      fc.asyncProperty(anyPlan, async (plan) => {
        const outcome = await runHistory(server, plan);
        statements += outcome.statementCount;
        for (const [what, n] of Object.entries(outcome.met))
          met.set(what, (met.get(what) ?? 0) + n);
      }),
      {
        numRuns: RUNS,
        plugins: [fc.unbiased()],
        ...(SEED === undefined ? {} : { seed: Number(SEED) }),
      },
    );
    // The histories met what they are about: work was done, and ended in many ways.
    expect(statements).toBeGreaterThan(RUNS);
    const told = [...met].toSorted().map(([what, count]) => `${count} ${what}`);
    const missed = RUNS < MANY ? [] : MET_BY_MANY.filter((what) => !met.has(what));
    expect(missed, told.join('\n')).toEqual([]);
  },
);

test('a history replays from its plan, to the letter', { timeout: TIMEOUT_MS }, async () => {
  const plans = fc.sample(anyPlan, { seed: 20_261_123, numRuns: REPLAYED });
  let lineCount = 0;
  for (const plan of plans) {
    const first = await runHistory(server, plan);
    const second = await runHistory(server, plan);
    // Connections are counted through all histories.
    const lines = (trace: readonly string[]) => trace.map((line) => line.replaceAll(/#\d+/g, '#'));
    expect(lines(second.trace)).toEqual(lines(first.trace));
    lineCount += first.trace.length;
  }
  expect(lineCount).toBeGreaterThan(REPLAYED * 50);
});
