import process from 'node:process';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/lib/longest-first.mjs';

/** Two cores are what a small machine has, and what the time limits below are meant for. */
const WORKERS_MAX = 2;

/** A limit is there to end what hangs, not to measure: a machine that does much else is ten times slower. */
const BUSY_MS = 180_000;

/** `npm run test:long` also looks at what a machine may lack, such as a mail server that is not ours. */
const isLongRun = process.env['POSTFIX'] !== undefined;

/** Looks at how much its process has come to hold, so it has one for itself. */
const MEASURES_MEMORY = 'server/src/template/render/hostile.test.ts';

export default defineConfig({
  test: {
    maxWorkers: WORKERS_MAX,
    sequence: { sequencer: LongestFirst },
    // Rejects a forgotten `test.only` wherever it runs.
    allowOnly: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['server/src/**/*.test.ts', 'dashboard/**/*.test.{ts,tsx}', 'sdk/**/*.test.ts'],
          // No module is stood in for here either: a process loads what is tested once, not once a file.
          isolate: false,
          exclude: ['**/node_modules/**', '**/dist/**', MEASURES_MEMORY],
          testTimeout: 30_000,
        },
      },
      // About the code itself: import rules, lists.
      { test: { name: 'tidy', include: ['server/test/*.test.ts'] } },
      {
        test: {
          name: 'server',
          // A process loads the server once, not once a file: nothing is mocked here, and each file has
          // a database of its own.
          isolate: false,
          include: ['server/test/{contract,sql}/**/*.test.ts'],
          globalSetup: 'server/test/support/global-setup.ts',
          testTimeout: BUSY_MS,
          hookTimeout: BUSY_MS,
        },
      },
      // Some of these stand in for a part of the server, such as its clock or its random numbers.
      {
        test: {
          name: 'apart',
          include: [
            `server/test/{simulation,schedule${isLongRun ? ',long' : ''}}/**/*.test.ts`,
            MEASURES_MEMORY,
          ],
          globalSetup: 'server/test/support/global-setup.ts',
          testTimeout: BUSY_MS,
          hookTimeout: BUSY_MS,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['server/test/e2e/**/*.test.ts'],
          globalSetup: 'server/test/support/global-setup.ts',
          testTimeout: BUSY_MS,
          hookTimeout: BUSY_MS,
          // Pages and processes beside other tests on two cores; what fails twice is wrong.
          retry: 1,
        },
      },
    ],
  },
});
