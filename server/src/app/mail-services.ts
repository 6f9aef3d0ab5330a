import type { BroadcastDeps } from '../broadcast/index.ts';
import { createConsentKey, findList, type ConsentDeps, type ConsentKey } from '../consent/index.ts';
import {
  createDkimKeyring,
  createSenderBook,
  withdrawLeases,
  type DkimKeyring,
  type MailKit,
  type NameResolver,
  type Sender,
  type SenderBook,
} from '../delivery/index.ts';
import { requestConfirmations } from '../enrollment/index.ts';
import { createCache } from '../platform/cache.ts';
import type { DatabaseClock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import { storedIdOf } from '../platform/ids.ts';
import { createLinkSigner, type LinkSigner } from '../platform/link-token.ts';
import type { Log } from '../platform/log.ts';
import type { ListState, SeriesCatalog } from '../series/index.ts';
import {
  createRenderer,
  type EmailContent,
  type EmailFacts,
  type RenderedEmail,
} from '../template/index.ts';
import {
  createLinkTracker,
  createVisitQueue,
  recordVisits,
  type LinkTracker,
  type VisitQueue,
} from '../tracking/index.ts';
import type { PrivateHosts } from '../transport/index.ts';
import { readWorkspace, type SecretBox } from '../workspace/index.ts';
import { inboundOf, type Inbound } from './inbound.ts';
import { mailKitOf } from './mail-kit.ts';

/** What composing, following and answering mail stands on. */
export interface MailServices {
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
  readonly senderOf: (workspaceId: string) => Promise<Sender>;
  /** Keys that sign the mail of sides. */
  readonly keyring: DkimKeyring;
  readonly resolver: NameResolver;
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
}

/** What it is made of. */
export interface MailBase {
  readonly db: Pool;
  readonly lookups: Pool;
  readonly log: Log;
  readonly clock: DatabaseClock;
  readonly box: SecretBox;
  readonly catalog: SeriesCatalog;
  readonly encryptionKey: Uint8Array;
  readonly privateHosts: PrivateHosts;
  readonly wake: { now: () => void };
  readonly from: string;
  readonly smtpUrl: string | null;
  readonly resolver: NameResolver;
  readonly publicUrl: () => string;
}

/** One core renders some thousand emails a second; the other one is for everything else. */
const RENDER_THREADS = 2;

/** @returns also `closeMail`, which ends threads and writes what is still to be written */
export function mailServicesOf(base: MailBase): MailServices & { closeMail: () => Promise<void> } {
  const { db, lookups, log, clock, box, catalog, encryptionKey, wake, publicUrl } = base;
  const consentKey = createConsentKey(encryptionKey);
  const signer = createLinkSigner(encryptionKey);
  const { render, close: closeRenderer } = createRenderer({ threads: RENDER_THREADS });
  const links = createLinkTracker({ signer, publicUrl, db });
  const visits = createVisitQueue({ write: (batch) => recordVisits({ db }, batch), log });
  const consent = consentOf(base, { consentKey, signer });
  const inbound = inboundOf({ ...base, consent, now: () => clock.now() });
  const book = createSenderBook({ db: lookups });
  const senders = createCache({ load: (id: string) => loadSender(base, { id, book }) });
  const { returnOf } = inbound;
  return {
    consentKey,
    consent,
    signer,
    publicUrl,
    links,
    visits,
    inbound,
    senderOf: (id) => senders.get(id),
    keyring: createDkimKeyring({ db: lookups, box }),
    resolver: base.resolver,
    smtpUrl: base.smtpUrl,
    kit: mailKitOf({ db: lookups, signer, publicUrl, render, links, returnOf, book }),
    broadcasts: {
      db,
      catalog,
      consentKey,
      onQueued: () => wake.now(),
      monotonicMs: () => clock.monotonicMs(),
    },
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
    closeMail: async () => {
      await visits.close();
      await closeRenderer();
    },
  };
}

function consentOf(
  { db, lookups, catalog, publicUrl, wake }: MailBase,
  { consentKey: key, signer }: { consentKey: ConsentKey; signer: LinkSigner },
): ConsentDeps {
  const confirming = { catalog, lookups, key, signer, publicUrl, onEntered: () => wake.now() };
  return {
    db,
    key,
    withdraw: async (users) => {
      await withdrawLeases(db, users);
    },
    onPending: async (pending, tx) => {
      await requestConfirmations(confirming, tx, pending);
    },
  };
}

async function loadSender(
  { lookups, from }: MailBase,
  { id: workspaceId, book }: { id: string; book: SenderBook },
): Promise<Sender> {
  const { name, settings } = await readWorkspace(lookups, { workspaceId });
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
