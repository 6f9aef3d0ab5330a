import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { version } from '../platform/version.ts';
import { roleNeeded } from './role.ts';

const DESCRIPTION = `Self-hosted lifecycle email. Browsers and backends call \`/api/sdk\` with a
widget key; backends call everything with a secret key.`;

/** Where calls can be tried; the documentation (docs-pages.ts) is what is read. */
export const EXPLORER = '/api/explorer';

/**
 * `/api/openapi.json`, made from the schemas of the routes, and a page to try calls. A call that
 * members make too says what they must be: `x-role`.
 */
export async function describeApi(app: FastifyInstance, publicUrl: () => string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Milepost', version, description: DESCRIPTION },
      servers: [{ url: publicUrl() }],
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'mp_wk_… or mp_sk_…' },
        },
      },
      security: [{ key: [] }],
    },
    transform: ({ schema, url, route }) => {
      const query = asCallersSee(schema.querystring);
      const seen = query === undefined ? schema : { ...schema, querystring: query };
      const isForMembers = url.startsWith('/api/v1/') && schema.tags?.includes('session') !== true;
      if (!isForMembers) return { schema: seen, url };
      const role = roleNeeded([route.method].flat()[0] ?? 'GET', route.config?.role);
      return { schema: { ...seen, 'x-role': role }, url };
    },
  });
  await app.register(swaggerUi, {
    routePrefix: EXPLORER,
    uiConfig: { docExpansion: 'list', deepLinking: true },
    staticCSP: true,
  });
  app.get('/api/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply
      .header('content-type', 'application/json; charset=utf-8')
      .send({ ...app.swagger(), servers: [{ url: publicUrl() }] }),
  );
}

interface QuerySchema {
  readonly properties?: Readonly<Record<string, { readonly default?: unknown }>>;
  readonly required?: readonly string[];
}

/** What has a default is always there for the route, and need not be given by who calls. */
function asCallersSee(query: unknown): QuerySchema | undefined {
  if (query === undefined) return undefined;
  const { properties = {}, required = [] } = query as QuerySchema;
  const needed = required.filter((name) => properties[name]?.default === undefined);
  return { ...(query as QuerySchema), required: needed };
}
