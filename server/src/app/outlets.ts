import {
  createOutlets,
  createOutletStore,
  createProviderOf,
  slowDown,
  slowedProviders,
  type Outlets,
} from '../delivery/index.ts';
import type { Pool } from '../platform/db.ts';
import type { Transport } from '../transport/index.ts';
import type { Services } from './services.ts';

/** Of each transport of a side, in each worker. */
const CONNECTIONS = 10;

/**
 * The ways out of all sides, for one worker.
 *
 * @param transport what the configuration names; sides without transports of their own use it
 * @param lookups for what is looked up in the middle of a transaction
 */
export function outletsOf(
  { db, box, log, clock, resolver, webhooks }: Services,
  { lookups, transport }: { lookups: Pool; transport: Transport },
): Outlets {
  const store = createOutletStore({
    db: lookups,
    box,
    log,
    now: () => clock.now(),
    connections: CONNECTIONS,
    privateHosts: webhooks.privateHosts,
  });
  const outlets = createOutlets({
    server: transport,
    load: store.load,
    loadSlowed: async (id) => new Set(await slowedProviders(lookups, id)),
    slowDown: (key, restMs) => slowDown(db, { key, restMs }),
    providerOf: createProviderOf((domain) => resolver.resolveMx(domain)),
    monotonicMs: () => clock.monotonicMs(),
  });
  return {
    ...outlets,
    close: async () => {
      await outlets.close();
      await store.close();
    },
  };
}
