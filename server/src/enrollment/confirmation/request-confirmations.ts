import { isDeepStrictEqual } from 'node:util';
import { addressHash, confirmLink, type ConsentKey } from '../../consent/index.ts';
import type { Pool, Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { uuidv5 } from '../../platform/ids.ts';
import type { LinkSigner } from '../../platform/link-token.ts';
import { draftOf, type SeriesCatalog } from '../../series/index.ts';
import { enterLimited } from '../enter-limited.ts';
import { enterMany, type NewEntry } from '../enter-many.ts';
import { confirmationStep } from './content.ts';
import { pendingFacts, publishConfirmation, takeRequest } from './sql.ts';
import type { Pending, PendingFacts } from './sql.ts';

export interface ConfirmationDeps {
  readonly catalog: SeriesCatalog;
  /** Connections of its own: this is called in the middle of a transaction. */
  readonly lookups: Pool;
  readonly key: ConsentKey;
  readonly signer: LinkSigner;
  /** Where people reach this server, without a trailing slash. */
  readonly publicUrl: () => string;
  /** Called when there is something to send, so that a worker nearby need not wait for its poll. */
  readonly onEntered: () => void;
}

/** Confirmations that one address gets a day: enough for one lost in a spam folder, or a new try. */
const REQUESTS_PER_DAY = 5;

/**
 * Sends people the emails by which they confirm subscriptions that are `pending`: each enters the
 * confirmation of its list, which is an automation of one step, so that everything that holds for an
 * email of a series holds for it.
 *
 * Within the caller's transaction: a subscription is not pending without an email on its way. Whose
 * confirmation is on its way already gets no second one; who has asked too often today gets none.
 *
 * @param db the transaction that makes them pending, or a pool when they are asked once more
 * @returns how many were asked
 */
export async function requestConfirmations(
  deps: ConfirmationDeps,
  db: Pool | Transaction,
  pending: readonly Pending[],
): Promise<number> {
  if (pending.length === 0) return 0;
  const facts = await pendingFacts(db, pending);
  // In one order for all who come together: a count is locked until the transaction ends.
  const asked = facts
    .map((one) => ({ one, hash: addressHash(deps.key, one.address) }))
    .toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  const entries: NewEntry[] = [];
  for (const { one, hash } of asked) {
    const request = { workspaceId: one.workspaceId, addressHash: hash };
    if (!(await takeRequest(db, request, { perDay: REQUESTS_PER_DAY }))) continue;
    entries.push(entryOf(one, { deps, seriesId: await confirmationOf(deps, one), hash }));
  }
  const { catalog, onEntered } = deps;
  const settled = await enterMany({ db, catalog, onEntered }, entries, { enterLimited });
  const refused = settled.find((answer) => answer instanceof DomainError);
  if (refused !== undefined) throw refused;
  return settled.length;
}

function entryOf(
  { workspaceId, side, timezone, userId, listId, list }: PendingFacts,
  { deps, seriesId, hash }: { deps: ConfirmationDeps; seriesId: string; hash: string },
): NewEntry {
  const link = { workspaceId, userId, listId, addressHash: hash };
  return {
    workspace: { id: workspaceId, side, timezone },
    userId,
    seriesId,
    type: 'confirmation',
    source: 'api',
    properties: {
      list,
      confirm_url: confirmLink({ signer: deps.signer, publicUrl: deps.publicUrl() }, link),
    },
  };
}

/** Whoever left an earlier one unanswered is asked anew. */
const SETTINGS = { reenrollment: { enabled: true, after: 'leaving' } };

/** The id of the confirmation of a list, which is made or brought up to date first. */
async function confirmationOf(
  { catalog, lookups }: ConfirmationDeps,
  { workspaceId, listId, list, confirmation }: PendingFacts,
): Promise<string> {
  const id = uuidv5(listId, 'confirmation');
  const ref = { workspaceId, id };
  const steps = [confirmationStep(confirmation)];
  const { name, draft } = draftOf({
    name: `Confirmation of ${list}`.slice(0, 200),
    settings: SETTINGS,
    steps,
  });
  const known = await catalog.automation(ref);
  if (known !== null && isDeepStrictEqual(known.draft, plain(draft))) return id;
  await publishConfirmation(lookups, { ...ref, name, draft });
  catalog.drop(ref);
  return id;
}

/** As it comes back from the database. */
const plain = (draft: object): unknown => JSON.parse(JSON.stringify(draft));
