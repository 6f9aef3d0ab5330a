import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { operationTypesOf } from '../../../sdk/generate/operation-types.ts';
import { startServer } from '../support/server.ts';

/** The SDK's types are made from the server's OpenAPI document; with -u this test writes them. */
const server = await startServer();
afterAll(server.close);

const FILE = join(import.meta.dirname, '../../../sdk/src/operations.ts');

test('the types of the SDK are those of the OpenAPI document', async () => {
  const { body } = await server.send({ path: '/api/openapi.json' });
  await expect(operationTypesOf(body, '/api/v1')).toMatchFileSnapshot(FILE);
});
