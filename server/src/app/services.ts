import {
  createCompanyIdentifier,
  createIdentifier,
  createTracker,
  type CompanyIdentifier,
  type Identifier,
  type Tracker,
} from '../audience/index.ts';
import { timedBroadcasts, type BroadcastDeps } from '../broadcast/index.ts';
import { createConsentKey, findList, type ConsentDeps, type ConsentKey } from '../consent/index.ts';
import {
  createDkimKeyring,
  createSenderBook,
  systemResolver,
  withdrawLeases,
  type DkimKeyring,
  type MailKit,
  type Sender,
  type SenderBook,
} from '../delivery/index.ts';
import { createEnroller, replanUser, requestConfirmations, sideNow } from '../enrollment/index.ts';
import type { AdvanceDeps, Enroller } from '../enrollment/index.ts';
import { createCache } from '../platform/cache.ts';
import { databaseClock, type DatabaseClock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import { storedIdOf } from '../platform/ids.ts';
import { createLinkSigner, type LinkSigner } from '../platform/link-token.ts';
import type { Log } from '../platform/log.ts';
import {
  createLinkTracker,
  createVisitQueue,
  recordVisits,
  type LinkTracker,
  type VisitQueue,
} from '../tracking/index.ts';
import {
  createRenderer,
  type EmailContent,
  type EmailFacts,
  type RenderedEmail,
} from '../template/index.ts';
import { inboundOf, type Inbound } from './inbound.ts';
import { mailKitOf } from './mail-kit.ts';
import { createSeriesCatalog, type ListState, type SeriesCatalog } from '../series/index.ts';
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
  readonly consentKey: ConsentKey;
  /** Makes and reads the links by which opening and clicking are noticed. */
  readonly links: LinkTracker;
  /** What reading and posting mail comes to. */
  readonly inbound: Inbound;
  /** Sending to audiences. */
  readonly broadcasts: BroadcastDeps;
  /** What recipients did, on its way into the database. */
  readonly visits: VisitQueue;
  readonly consent: ConsentDeps;
  readonly authenticator: Authenticator;
  readonly limiter: RateLimiter;
  readonly catalog: SeriesCatalog;
  readonly identifier: Identifier;
  readonly companyIdentifier: CompanyIdentifier;
  readonly tracker: Tracker;
  readonly enroller: Enroller;
  readonly senderOf: (workspaceId: string) => Promise<Sender>;
  /** Keys that sign the mail of sides. */
  readonly keyring: DkimKeyring;
  readonly resolver: ReturnType<typeof systemResolver>;
  /** The server's own way out, for what senders are told about SPF. */
  readonly smtpUrl: string | null;
  /** What composing needs. */
  readonly kit: MailKit;
  /** Renders one email for somebody who looks at it. */
  readonly renderOne: (content: EmailContent, facts: EmailFacts) => Promise<RenderedEmail>;
  /** Whether a list may be named in an email. */
  readonly listState: ListState;
  /** Signs links of emails. */
  readonly signer: LinkSigner;
  /** Where people reach this server, without a trailing slash. */
  readonly publicUrl: () => string;
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
  webhookPrivateHosts = parsePrivateHosts('false'),
}: ServiceOptions): Promise<Services> {
  const clock = await databaseClock(db);
  const box = createSecretBox(encryptionKey);
  const consentKey = createConsentKey(encryptionKey);
  const catalog = createSeriesCatalog(lookups);
  const book = createSenderBook({ db: lookups });
  const senders = createCache({ load: (id: string) => loadSender(lookups, { id, from, book }) });
  const senderOf = (id: string): Promise<Sender> => senders.get(id);
  const webhookSecrets = createCache({
    load: (workspaceId: string) =>
      webhookSecretsOf({ pool: lookups, box }, { workspaceId, now: clock.now() }),
  });
  const wake = { now: () => {} };
  const onSignalled = (): void => wake.now();
  const identifier = createIdentifier({ db, onSignalled });
  const signer = createLinkSigner(encryptionKey);
  const renderer = createRenderer({ threads: RENDER_THREADS });
  const links = createLinkTracker({ signer, publicUrl, db });
  const visits = createVisitQueue({ write: (batch) => recordVisits({ db }, batch), log });
  const consent: ConsentDeps = {
    db,
    key: consentKey,
    withdraw: async (users) => {
      await withdrawLeases(db, users);
    },
    onPending: async (pending, tx) => {
      const deps = { catalog, lookups, key: consentKey, signer, publicUrl };
      await requestConfirmations({ ...deps, onEntered: () => wake.now() }, tx, pending);
    },
  };
  const inbound = inboundOf({
    db,
    lookups,
    box,
    consent,
    encryptionKey,
    privateHosts: webhookPrivateHosts,
    now: () => clock.now(),
  });
  const { returnOf } = inbound;
  const { render } = renderer;
  const kit = mailKitOf({ db: lookups, signer, publicUrl, render, links, returnOf, book });
  const limiter = createRateLimiter({ db, clock, log });
  const broadcasts: BroadcastDeps = {
    db,
    catalog,
    consentKey,
    onQueued: () => wake.now(),
    monotonicMs: () => clock.monotonicMs(),
  };
  return {
    db,
    log,
    clock,
    box,
    consentKey,
    links,
    visits,
    consent,
    inbound,
    broadcasts,
    catalog,
    senderOf,
    keyring: createDkimKeyring({ db: lookups, box }),
    resolver: systemResolver(),
    smtpUrl,
    kit,
    renderOne: async (content, facts) => {
      const [rendered] = await render([{ content, facts }]);
      if (rendered === undefined) throw new Error('the renderer gave nothing');
      return rendered;
    },
    listState: async ({ workspaceId, listId }) => {
      const list = await findList(lookups, { workspaceId, id: storedIdOf(listId) });
      if (list === null) return 'missing';
      return list.archivedAt === null ? 'active' : 'archived';
    },
    signer,
    publicUrl,
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
    limiter,
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
      kit,
      captures: async () => true,
      consentKey,
      workerId: '',
      hands: NO_HANDS,
      callers: NO_HANDS,
      timed: timedBroadcasts(broadcasts),
    },
    close: async () => {
      await visits.close();
      await renderer.close();
      await limiter.close();
    },
  };
}

/** One core renders some thousand emails a second; the other one is for everything else. */
const RENDER_THREADS = 2;

/** Of test sides nothing leaves. */
const NO_HANDS = { expect: () => {}, forget: () => {}, offer: () => {} };

async function loadSender(
  db: Pool,
  { id: workspaceId, from, book }: { id: string; from: string; book: SenderBook },
): Promise<Sender> {
  const { name, settings } = await readWorkspace(db, { workspaceId });
  const own = await book.defaultOf(workspaceId);
  const { postalAddress, brand, tracking } = settings;
  return {
    workspaceName: name,
    from: own?.from ?? settings.from ?? from,
    replyTo: own?.replyTo ?? settings.replyTo,
    postalAddress,
    brand,
    tracking,
  };
}
