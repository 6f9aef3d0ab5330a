import { createCache } from '../../platform/cache.ts';
import type { Handover, Transport } from '../../transport/index.ts';
import { NO_LIMITS, SERVER_OUTLET, chosenOf, inOrderFor, type Outlet } from './outlet.ts';
import { createOutletHealth, isOutletsOwn } from './outlet-health.ts';
import type { ProviderOf } from './provider.ts';
import { asksToSlowDown, paceOf, providerKey, type Pace } from './throttle.ts';

/** The ways out of all sides, as one process knows them. */
export interface Outlets {
  /** How many handovers may go on at the same time, over all of them. */
  readonly concurrency: () => number;
  /** The way out for a message, as things are. */
  readonly choose: (ask: { workspaceId: string; messageId: string }) => Promise<Outlet>;
  /** What a handover that way has to keep to. */
  readonly paceOf: (
    outlet: Outlet,
    ask: { to: string; workspaceId: string; automationId: string },
  ) => Promise<Pace | null>;
  /** Whether mail of a live side is kept and shown instead of handed over. */
  readonly captures: (workspaceId: string) => Promise<boolean>;
  /**
   * Takes notice of what became of a handover.
   *
   * @returns whether the same message may go another way at once: nothing of it left
   */
  readonly note: (outlet: Outlet, handover: Handover, ask: Noted) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

interface Noted {
  readonly workspaceId: string;
  readonly messageId: string;
  readonly to: string;
}

export interface OutletsDeps {
  /** What the configuration names. */
  readonly server: Transport;
  /** A side's own ways out, made ready; none where it has none. */
  readonly load: (workspaceId: string) => Promise<readonly Outlet[]>;
  /** Providers that asked the server's own way out to slow down. */
  readonly loadSlowed: (outletId: string) => Promise<ReadonlySet<string>>;
  readonly slowDown: (key: string, restMs: number) => Promise<void>;
  readonly providerOf: ProviderOf;
  readonly monotonicMs: () => number;
}

/** As many sockets and answers as one process keeps its eyes on. */
const CONCURRENCY_MAX = 64;
const REST_MIN_MS = 1_000;
const REST_MAX_MS = 600_000;

export function createOutlets(deps: OutletsDeps): Outlets {
  const { server, providerOf } = deps;
  const health = createOutletHealth(deps.monotonicMs);
  const seen = new Map<string, Transport>([[SERVER_OUTLET, server]]);
  const serverOutlet = createCache({
    load: async (id: string): Promise<Outlet> => ({
      id,
      transport: server,
      position: 0,
      share: 1,
      limits: NO_LIMITS,
      slowed: await deps.loadSlowed(id),
    }),
  });
  const own = createCache({ load: deps.load });

  async function outletsOf(workspaceId: string): Promise<readonly Outlet[]> {
    const outlets = await own.get(workspaceId);
    for (const { id, transport } of outlets) seen.set(id, transport);
    return outlets.length > 0 ? outlets : [await serverOutlet.get(SERVER_OUTLET)];
  }

  return {
    concurrency: () => {
      const all = [...seen.values()].reduce((sum, { concurrency }) => sum + concurrency, 0);
      return Math.min(CONCURRENCY_MAX, all);
    },
    choose: async ({ workspaceId, messageId }) =>
      chosenOf(await outletsOf(workspaceId), { messageId, isDown: health.isDown }),
    paceOf: (outlet, ask) => paceOf(outlet, { ...ask, providerOf }),
    captures: async (workspaceId) =>
      (await outletsOf(workspaceId)).every(({ transport }) => transport.name === 'capture'),
    note: async (outlet, handover, { workspaceId, messageId, to }) => {
      health.note(outlet.id, handover);
      if (asksToSlowDown(handover) && !isOutletsOwn(handover)) {
        const asked = handover.kind === 'deferred' ? (handover.retryAfterMs ?? 0) : 0;
        const restMs = Math.min(REST_MAX_MS, Math.max(REST_MIN_MS, asked));
        await deps.slowDown(providerKey(outlet.id, await providerOf(to)), restMs);
      }
      if (!isOutletsOwn(handover)) return false;
      const others = inOrderFor(await outletsOf(workspaceId), messageId);
      return others.some(({ id }) => id !== outlet.id && !health.isDown(id));
    },
    close: async () => {
      await Promise.all([...new Set(seen.values())].map((transport) => transport.close()));
    },
  };
}
