import type { FastifyPluginAsync } from 'fastify';
import { consentPageRoutes } from '../consent/index.ts';
import { hookedTransportOf } from '../delivery/index.ts';
import { postRoutes, providerHookRoutes, recordReturned, visitRoutes } from '../tracking/index.ts';
import { createCertificateSource, createReplayMemory, getFromSns } from '../transport/index.ts';
import type { Services } from './services.ts';

/** What strangers reach without a key: links of emails, pages for recipients, providers' webhooks. */
export const outsideScope: FastifyPluginAsync<{ services: Services }> = async (
  app,
  { services },
) => {
  const { db, box, clock, log, signer, limiter, sideNow, consent, links, visits } = services;
  await app.register(consentPageRoutes, { ...consent, signer, sideNow, limiter, clock, log });
  await app.register(postRoutes, { db, signer, limiter, clock, ...services.inbound });
  await app.register(visitRoutes, { tracker: links, visits, clock });
  await app.register(providerHookRoutes, {
    limiter,
    clock,
    log,
    transportOf: (id) => hookedTransportOf({ db, box }, id),
    onReturned: async (workspaceId, source, returned) => {
      const now = await sideNow(workspaceId);
      await recordReturned({ db, consent }, workspaceId, returned, { now, source });
    },
    remember: createReplayMemory(() => clock.now()),
    fetchCertificate: createCertificateSource(),
    confirm: getFromSns,
  });
};
