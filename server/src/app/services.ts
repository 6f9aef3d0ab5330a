import {
  createCompanyIdentifier,
  createIdentifier,
  createTracker,
  type CompanyIdentifier,
  type Identifier,
  type Tracker,
} from '../audience/index.ts';
import type { Sender } from '../delivery/index.ts';
import { createEnroller, replanUser, sideNow } from '../enrollment/index.ts';
import type { AdvanceDeps, Enroller } from '../enrollment/index.ts';
import { createCache } from '../platform/cache.ts';
import { databaseClock, type DatabaseClock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import { createSeriesCatalog, type SeriesCatalog } from '../series/index.ts';
import { parsePrivateHosts, type PrivateHosts } from '../transport/index.ts';
import { createAuthenticator, createRateLimiter, createSecretBox } from '../workspace/index.ts';
import {
  readWorkspace,
  webhookSecretsOf,
  type Authenticator,
  type RateLimiter,
  type SecretBox,
} from '../workspace/index.ts';

/** What API and worker stand on: made once per process, over one pool. */
export interface Services {
  readonly db: Pool;
  readonly log: Log;
  readonly clock: DatabaseClock;
  readonly box: SecretBox;
  readonly authenticator: Authenticator;
  readonly limiter: RateLimiter;
  readonly catalog: SeriesCatalog;
  readonly identifier: Identifier;
  readonly companyIdentifier: CompanyIdentifier;
  readonly tracker: Tracker;
  readonly enroller: Enroller;
  readonly senderOf: (workspaceId: string) => Promise<Sender>;
  readonly webhooks: {
    readonly privateHosts: PrivateHosts;
    /** The secrets that sign for a side, the present one first. */
    readonly secretsOf: (workspaceId: string) => Promise<string[]>;
    /** After a rotation by this process. */
    readonly forgetSecrets: (workspaceId: string) => void;
  };
  readonly sideNow: (workspaceId: string) => Promise<Date>;
  readonly replanUser: (user: { bucket: number; userId: string }) => Promise<number>;
  /** Advancing without a worker's hands, for test sides, of which nothing leaves. */
  readonly testEngine: AdvanceDeps;
  /** Wakes the worker of this process, if there is one. */
  readonly wake: { now: () => void };
}

export interface ServiceOptions {
  readonly db: Pool;
  /**
   * For what is looked up in the middle of a transaction: connections of their own, because those of
   * `db` may all be waiting for a lock which that transaction holds.
   */
  readonly lookups?: Pool;
  readonly log: Log;
  readonly encryptionKey: Uint8Array;
  /** Who sends where neither step nor workspace names anybody. */
  readonly from: string;
  /** Where webhooks may go beside the public internet; nowhere, if left out. */
  readonly webhookPrivateHosts?: PrivateHosts;
}

export async function createServices({
  db,
  lookups = db,
  log,
  encryptionKey,
  from,
  webhookPrivateHosts = parsePrivateHosts('false'),
}: ServiceOptions): Promise<Services> {
  const clock = await databaseClock(db);
  const box = createSecretBox(encryptionKey);
  const catalog = createSeriesCatalog(lookups);
  const senders = createCache({ load: (id: string) => loadSender(lookups, id, from) });
  const senderOf = (id: string): Promise<Sender> => senders.get(id);
  const webhookSecrets = createCache({
    load: (workspaceId: string) =>
      webhookSecretsOf({ pool: lookups, box }, { workspaceId, now: clock.now() }),
  });
  const wake = { now: () => {} };
  const onSignalled = (): void => wake.now();
  const identifier = createIdentifier({ db, onSignalled });
  return {
    db,
    log,
    clock,
    box,
    catalog,
    senderOf,
    webhooks: {
      privateHosts: webhookPrivateHosts,
      secretsOf: async (id) => {
        const { secret, previous } = await webhookSecrets.get(id);
        return previous === null ? [secret] : [secret, previous.secret];
      },
      forgetSecrets: (id) => webhookSecrets.drop(id),
    },
    wake,
    authenticator: createAuthenticator({ db, box }),
    limiter: createRateLimiter({ db, clock, log }),
    identifier,
    companyIdentifier: createCompanyIdentifier({ db, identifier }),
    tracker: createTracker({ db, clock, identifier, onSignalled }),
    enroller: createEnroller({ db, catalog, onEntered: () => wake.now() }),
    sideNow: (id) => sideNow(db, id),
    replanUser: (user) => replanUser({ db, catalog }, user),
    testEngine: {
      db,
      catalog,
      senderOf,
      capturesLive: true,
      workerId: '',
      hands: NO_HANDS,
      callers: NO_HANDS,
    },
  };
}

/** Of test sides nothing leaves. */
const NO_HANDS = { expect: () => {}, forget: () => {}, offer: () => {} };

async function loadSender(db: Pool, workspaceId: string, from: string): Promise<Sender> {
  const { name, settings } = await readWorkspace(db, { workspaceId });
  return { workspaceName: name, from: settings.from ?? from, replyTo: settings.replyTo };
}
