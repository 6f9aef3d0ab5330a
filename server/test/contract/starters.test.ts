import { afterAll, expect, test } from 'vitest';
import { STARTERS } from '../../../dashboard/src/pages/series/starters/starters.ts';
import { startServer } from '../support/server.ts';

/** Each series that the dashboard offers to start from is one that the server activates as it is. */
const server = await startServer();
afterAll(server.close);

test.each(STARTERS)('the starter "$name" can be activated as it is', async ({ series }) => {
  const made = await server.v1('POST', '/series', series);
  expect(made.body).toMatchObject({ id: expect.any(String), status: 'draft' });
  const active = await server.v1('POST', `/series/${made.body.id}/activate?warnings=true`);
  expect(active).toMatchObject({ status: 200, body: { status: 'active' } });
  const severe = active.body.warnings.filter(
    ({ severity }: { severity: string }) => severity === 'error',
  );
  expect(severe).toEqual([]);
});
