import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { addPreviewRoutes, type EmailRouteDeps } from '../series/index.ts';
import { readBroadcast } from './change-broadcast.ts';
import { checkableOf } from './draft.ts';

/** Previews and test sends of a broadcast's email. Registered inside the authenticated scope. */
export const broadcastEmailRoutes: FastifyPluginAsyncTypebox<EmailRouteDeps> = async (
  app,
  deps,
) => {
  addPreviewRoutes(app, deps, {
    noun: 'broadcasts',
    type: 'broadcast',
    savedEmail: async (ref) => checkableOf((await readBroadcast(deps.db, ref)).draft),
  });
};
