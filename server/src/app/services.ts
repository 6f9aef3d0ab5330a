import {
  createCompanyIdentifier,
  createIdentifier,
  createTracker,
  type CompanyIdentifier,
  type Identifier,
  type Tracker,
} from '../audience/index.ts';
import { timedBroadcasts } from '../broadcast/index.ts';
import type { ImportWorkDeps } from '../data/index.ts';
import { systemResolver, type NameResolver } from '../delivery/index.ts';
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
  webhookSecretsOf,
  type Authenticator,
  type RateLimiter,
  type SecretBox,
} from '../workspace/index.ts';
import { mailServicesOf, type MailServices } from './mail-services.ts';

/** What API and worker stand on: made once per process, over one pool. */
export interface Services extends MailServices {
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
  readonly webhooks: {
    readonly privateHosts: PrivateHosts;
    /** The secrets that sign for a side, the present one first. */
    readonly secretsOf: (workspaceId: string) => Promise<string[]>;
    /** After a rotation by this process. */
    readonly forgetSecrets: (workspaceId: string) => void;
    /** Makes the worker of this process look for events to hand over, if there is one. */
    readonly look: { now: () => void };
  };
  readonly sideNow: (workspaceId: string) => Promise<Date>;
  readonly replanUser: (user: { bucket: number; userId: string }) => Promise<number>;
  /** Advancing without a worker's hands, for test sides, of which nothing leaves. */
  readonly testEngine: AdvanceDeps;
  /** Wakes the worker of this process, if there is one. */
  readonly wake: { now: () => void };
  /** Ends what was started; the pools are the caller's. */
  readonly close: () => Promise<void>;
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
  /** As configured; null where mail is captured. */
  readonly smtpUrl?: string | null;
  /** Answers questions about names; that of the host, if left out. */
  readonly resolver?: NameResolver;
  /** Where people reach this server, without a trailing slash. */
  readonly publicUrl: () => string;
  /** Where webhooks may go beside the public internet; nowhere, if left out. */
  readonly webhookPrivateHosts?: PrivateHosts;
}

export async function createServices({
  db,
  lookups = db,
  log,
  encryptionKey,
  from,
  publicUrl,
  smtpUrl = null,
  resolver = systemResolver(),
  webhookPrivateHosts: privateHosts = parsePrivateHosts('false'),
}: ServiceOptions): Promise<Services> {
  const clock = await databaseClock(db);
  const box = createSecretBox(encryptionKey);
  const catalog = createSeriesCatalog(lookups);
  const limiter = createRateLimiter({ db, clock, log });
  const wake = { now: () => {} };
  const onSignalled = (): void => wake.now();
  const identifier = createIdentifier({ db, onSignalled });
  const base = { db, lookups, log, clock, box, catalog, encryptionKey, privateHosts, wake };
  const { closeMail, ...mail } = mailServicesOf({
    ...base,
    from,
    smtpUrl,
    resolver,
    publicUrl,
  });
  return {
    ...mail,
    db,
    log,
    clock,
    box,
    catalog,
    limiter,
    wake,
    identifier,
    authenticator: createAuthenticator({ db, box }),
    companyIdentifier: createCompanyIdentifier({ db, identifier }),
    tracker: createTracker({ db, clock, identifier, onSignalled }),
    enroller: createEnroller({ db, catalog, onEntered: onSignalled }),
    webhooks: webhooksOf({ lookups, box, clock, privateHosts }),
    sideNow: (id) => sideNow(db, id),
    replanUser: (user) => replanUser({ db, catalog }, user),
    testEngine: {
      ...mail,
      db,
      catalog,
      captures: async () => true,
      workerId: '',
      hands: NO_HANDS,
      callers: NO_HANDS,
      timed: timedBroadcasts(mail.broadcasts),
    },
    close: async () => {
      await closeMail();
      await limiter.close();
    },
  };
}

/** What imports are worked with. */
export const importWorkOf = (services: Services): ImportWorkDeps => ({
  db: services.db,
  consent: services.consent,
  log: services.log,
  docsUrl: () => `${services.publicUrl()}/docs`,
  sideNow: services.sideNow,
  replanUser: services.replanUser,
  onSignalled: () => services.wake.now(),
});

/** Of test sides nothing leaves. */
const NO_HANDS = { expect: () => {}, forget: () => {}, offer: () => {} };

function webhooksOf({
  lookups,
  box,
  clock,
  privateHosts,
}: {
  lookups: Pool;
  box: SecretBox;
  clock: DatabaseClock;
  privateHosts: PrivateHosts;
}): Services['webhooks'] {
  const secrets = createCache({
    load: (workspaceId: string) =>
      webhookSecretsOf({ pool: lookups, box }, { workspaceId, now: clock.now() }),
  });
  return {
    privateHosts,
    secretsOf: async (id) => {
      const { secret, previous } = await secrets.get(id);
      return previous === null ? [secret] : [secret, previous.secret];
    },
    forgetSecrets: (id) => secrets.drop(id),
    look: { now: () => {} },
  };
}
