import { defineConfig } from 'vitest/config';

/** Pictures need the same server, database and world as tests do, and are none. */
export default defineConfig({
  test: {
    include: ['server/test/screenshots/take.ts'],
    globalSetup: 'server/test/support/global-setup.ts',
    testTimeout: 900_000,
    hookTimeout: 60_000,
    reporters: ['dot'],
  },
});
