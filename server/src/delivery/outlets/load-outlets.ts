import { createCache } from '../../platform/cache.ts';
import type { Db } from '../../platform/db.ts';
import type { Log } from '../../platform/log.ts';
import type { PrivateHosts, Transport } from '../../transport/index.ts';
import type { SecretBox } from '../../workspace/index.ts';
import {
  listTransports,
  slowedProviders,
  type StoredLimits,
  type TransportRow,
} from '../sql/transports.ts';
import type { Outlet, OutletLimits } from './outlet.ts';
import { wayOutOf } from './transport.ts';

/** The transports of sides, made of their rows and kept while those do not change. */
export interface OutletStore {
  readonly load: (workspaceId: string) => Promise<readonly Outlet[]>;
  readonly close: () => Promise<void>;
}

const DAY_MS = 86_400_000;
/** Pools of connections that one process keeps; the ones unused for longest are closed first. */
const TRANSPORTS_KEPT_MAX = 200;

export function createOutletStore({
  db,
  box,
  log,
  now,
  connections,
  privateHosts,
}: {
  db: Db;
  box: SecretBox;
  log: Log;
  now: () => Date;
  connections: number;
  /** What a side may name beside servers of the public internet. */
  privateHosts: PrivateHosts;
}): OutletStore {
  const made = new Map<string, { version: number; transport: Transport }>();
  const slowed = createCache({ load: (id: string) => slowedProviders(db, id) });

  const close = (transport: Transport): void => {
    transport.close().catch((err: unknown) => log.warn({ err }, 'a transport did not close'));
  };

  function transportOf(row: TransportRow): Transport {
    const version = row.updatedAt.getTime();
    const known = made.get(row.id);
    made.delete(row.id);
    if (known !== undefined && known.version === version) {
      made.set(row.id, known);
      return known.transport;
    }
    // What is under way through the old one ends there.
    if (known !== undefined) close(known.transport);
    const transport = wayOutOf(row, box, { now, connections, privateHosts });
    made.set(row.id, { version, transport });
    const [oldest] = made;
    if (made.size > TRANSPORTS_KEPT_MAX && oldest !== undefined) {
      made.delete(oldest[0]);
      close(oldest[1].transport);
    }
    return transport;
  }

  return {
    load: async (workspaceId) => {
      const rows = await listTransports(db, { workspaceId });
      const enabled = rows.filter(({ isEnabled }) => isEnabled);
      return Promise.all(
        enabled.map(async (row) => ({
          id: row.id,
          transport: transportOf(row),
          position: row.position,
          share: row.share,
          limits: limitsOf(row.limits, now()),
          slowed: new Set(await slowed.get(row.id)),
        })),
      );
    },
    close: async () => {
      await Promise.all([...made.values()].map(({ transport }) => transport.close()));
      made.clear();
    },
  };
}

/** The limits of today. After its last day a warm-up is over. */
export function limitsOf(limits: StoredLimits, now: Date): OutletLimits {
  const { per_second: perSecond = null, per_provider: perProvider = {}, warmup } = limits;
  const day =
    warmup === undefined
      ? -1
      : Math.floor((now.getTime() - Date.parse(`${warmup.from}T00:00:00Z`)) / DAY_MS);
  // Before its first day nothing has been allowed yet but that day's number.
  const perDay = warmup === undefined ? null : (warmup.per_day[Math.max(0, day)] ?? null);
  return { perSecond, perProvider, perDay };
}
