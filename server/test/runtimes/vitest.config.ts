import { defineConfig } from 'vitest/config';

/** Needs what tests need, and runtimes that are installed for it alone: `npm run test:runtimes`. */
export default defineConfig({
  test: {
    include: ['server/test/runtimes/runtimes.ts'],
    globalSetup: 'server/test/support/global-setup.ts',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['verbose'],
  },
});
