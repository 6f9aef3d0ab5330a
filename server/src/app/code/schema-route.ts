import type { FastifyPluginAsync } from 'fastify';
import { fileSchema, SCHEMA_PATH } from './file-schema.ts';

/** The schema of series in files, for editors: anybody may read it. */
export const schemaRoute: FastifyPluginAsync = async (app) => {
  let text: string | null = null;
  app.get(SCHEMA_PATH, { schema: { hide: true } }, async (_request, reply) => {
    text ??= JSON.stringify(fileSchema());
    return reply
      .header('content-type', 'application/schema+json; charset=utf-8')
      .header('access-control-allow-origin', '*')
      .header('cache-control', 'public, max-age=3600')
      .send(text);
  });
};
