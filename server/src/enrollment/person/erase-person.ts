import { setTimeout as sleep } from 'node:timers/promises';
import { countEventsOf, deleteEventsOf, deleteUser, lockUser } from '../../audience/index.ts';
import { countConsentOf, eraseConsent, type ConsentDeps } from '../../consent/index.ts';
import {
  addressesOf,
  countMessagesOf,
  doubtsOf,
  eraseMessages,
  isAnyLeased,
  keepUnsubscribes,
} from '../../delivery/index.ts';
import { inTransaction, type Pool, type Transaction } from '../../platform/db.ts';
import { addressSpellings } from '../../platform/email-address.ts';
import { bucketOf, uuidv7In } from '../../platform/ids.ts';
import { pastDeadlocks } from '../../platform/past-deadlocks.ts';
import type { SeriesCatalog } from '../../series/index.ts';
import { eraseKept, recordChange } from '../../workspace/index.ts';
import { eraseBusy } from '../errors.ts';
import { leaveAtLast } from '../remove.ts';
import { resolveDoubt } from '../resolve.ts';
import { sideNow } from '../sql/leave.ts';
import { ADDRESSES_MAX, addressIdsOf, personOf, type Known, type PersonRef } from './person.ts';
import {
  automationsUnderway,
  countPassagesOf,
  deleteSignalsOf,
  erasePassages,
  hasPassages,
} from './sql.ts';

export interface EraseDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  readonly consent: ConsentDeps;
  /** What folders beside this one keep of people. */
  readonly beside: {
    readonly countRecipients: (db: Pool, person: PersonRef) => Promise<number>;
    readonly eraseRecipient: (
      tx: Transaction,
      person: PersonRef & { nobody: string },
    ) => Promise<void>;
    readonly eraseLinks: (
      tx: Transaction,
      links: { workspaceId: string; bodies: readonly string[]; words: readonly string[] },
    ) => Promise<number>;
    /** What others were still to hear of. */
    readonly eraseEvents: (
      tx: Transaction,
      people: { workspaceId: string; userIds: readonly string[]; addresses: readonly string[] },
    ) => Promise<void>;
  };
}

/** How much there is of a person, or was. */
export interface PersonCounts {
  readonly enrollments: number;
  /** Of these, how many are under way: they end. */
  readonly activeEnrollments: number;
  readonly steps: number;
  readonly messages: number;
  readonly messageEvents: number;
  readonly events: number;
  readonly preferences: number;
  readonly consentChanges: number;
  readonly broadcasts: number;
}

/** Rows of one transaction. */
const MESSAGES_AT_ONCE = 200;
const PASSAGES_AT_ONCE = 500;
const EVENTS_AT_ONCE = 5_000;
const DOUBTS_AT_ONCE = 100;
/** A handover that had begun is waited for; most take a tenth of a second. */
const HANDOVER_WAIT_MS = 5_000;
const HANDOVER_POLL_MS = 50;
/** The person may be enrolled again meanwhile. */
const ROUNDS_MAX = 5;

/**
 * How much there is of a person: what erasing would touch.
 *
 * @throws `enrollment.user_not_found`
 */
export async function countPerson(
  { db, beside }: Pick<EraseDeps, 'db' | 'beside'>,
  { workspaceId, userExternalId }: { workspaceId: string; userExternalId: string },
): Promise<PersonCounts> {
  const { ref } = await personOf(db, { workspaceId, userExternalId });
  const [passages, messages, events, consent, broadcasts] = await Promise.all([
    countPassagesOf(db, ref),
    countMessagesOf(db, ref),
    countEventsOf(db, ref),
    countConsentOf(db, ref),
    beside.countRecipients(db, ref),
  ]);
  const { enrollments, active: activeEnrollments, steps } = passages;
  return { enrollments, activeEnrollments, steps, ...messages, events, ...consent, broadcasts };
}

/**
 * Erases a person: their data, events and consent go; what was sent to them, and the series that they
 * passed through, stay as somebody's whom nobody can name, so that the books still add up. Of what
 * they refused a keyed hash stays: a later import of the same address is refused as before.
 *
 * In transactions of a bounded size, and the user last: when it breaks off, the same call goes on. A
 * handover that has begun is waited for.
 *
 * @returns what there was
 * @throws `enrollment.user_not_found`, `enrollment.erase_busy`
 */
export async function erasePerson(
  deps: EraseDeps,
  { workspaceId, userExternalId }: { workspaceId: string; userExternalId: string },
): Promise<PersonCounts> {
  const { db, consent } = deps;
  const { ref, user } = await personOf(db, { workspaceId, userExternalId });
  const counts = await countPerson(deps, { workspaceId, userExternalId });
  const known = new Set(user.email === null ? [] : [user.email]);
  for (let rounds = 0; rounds < ROUNDS_MAX; rounds += 1) {
    const now = await sideNow(db, workspaceId);
    // What was left is known until the first of them is erased: that is the present address.
    for (const address of await addressesOf(db, { ...ref, limit: ADDRESSES_MAX })) {
      known.add(address);
    }
    const addresses = [...known];
    const erasing = { ...ref, nobody: uuidv7In(ref.bucket, now), user, addresses };
    await endAll(deps, ref);
    await pastDeadlocks(() => inTransaction(db, (tx) => keepUnsubscribes(tx, ref)));
    await eraseHistory(deps, erasing);
    await eraseAddresses(deps, erasing);
    await eraseEvents(db, ref);
    await pastDeadlocks(() =>
      inTransaction(db, async (tx) => {
        for (const address of addresses.length === 0 ? [null] : addresses) {
          await eraseConsent(tx, consent.key, { ...ref, address, now });
        }
      }),
    );
    if (await eraseRest(deps, { ...erasing, counts })) return counts;
  }
  throw eraseBusy();
}

/** Ends what is under way, waits for what is being handed over, and decides what is in doubt. */
async function endAll({ db, catalog, consent }: EraseDeps, ref: PersonRef): Promise<void> {
  const { workspaceId, bucket, userId } = ref;
  for (const automationId of await automationsUnderway(db, ref)) {
    await leaveAtLast(db, { bucket, userId, workspaceId, automationId });
  }
  await consent.withdraw([{ bucket, userId }]);
  const late = AbortSignal.timeout(HANDOVER_WAIT_MS);
  while (await isAnyLeased(db, ref)) {
    if (late.aborted) throw eraseBusy();
    await sleep(HANDOVER_POLL_MS);
  }
  // A row whose message was being handed over has stayed until now.
  for (const automationId of await automationsUnderway(db, ref)) {
    await leaveAtLast(db, { bucket, userId, workspaceId, automationId });
  }
  for (;;) {
    const ids = await doubtsOf(db, { bucket, userId, limit: DOUBTS_AT_ONCE });
    if (ids.length === 0) return;
    for (const id of ids) {
      await resolveDoubt({ db, catalog }, { workspaceId, id, decision: 'mark_sent' });
    }
  }
}

type Erasing = PersonRef & {
  readonly nobody: string;
  readonly user: Known;
  /** At which the person was written to, the present one first. */
  readonly addresses: readonly string[];
};

/** What is told of nobody else. */
const wordsOf = ({ user: { externalId }, addresses }: Erasing): string[] =>
  [...addresses.flatMap(addressSpellings), ...addresses, externalId].filter((word) => word !== '');

async function eraseHistory({ db, beside }: EraseDeps, erasing: Erasing): Promise<void> {
  const { workspaceId, bucket, userId, nobody } = erasing;
  const ref = { bucket, userId, nobody };
  for (;;) {
    const count = await pastDeadlocks(() =>
      inTransaction(db, async (tx) => {
        const messages = await eraseMessages(tx, { ...ref, limit: MESSAGES_AT_ONCE });
        const bodies = messages.flatMap(({ html, text }) => [html, text]);
        await beside.eraseLinks(tx, { workspaceId, bodies, words: wordsOf(erasing) });
        return messages.length;
      }),
    );
    if (count < MESSAGES_AT_ONCE) break;
  }
  for (;;) {
    const { passages } = await pastDeadlocks(() =>
      inTransaction(db, (tx) => erasePassages(tx, { ...ref, limit: PASSAGES_AT_ONCE })),
    );
    if (passages < PASSAGES_AT_ONCE) return;
  }
}

/** What was sent to the person's addresses without naming them as a user. */
async function eraseAddresses(deps: EraseDeps, erasing: Erasing): Promise<void> {
  const { workspaceId } = erasing;
  for (const userId of addressIdsOf(erasing)) {
    const bucket = bucketOf(userId);
    const ref = { workspaceId, bucket, userId };
    await endAll(deps, ref);
    const now = await sideNow(deps.db, workspaceId);
    await eraseHistory(deps, { ...erasing, ...ref, nobody: uuidv7In(bucket, now) });
  }
}

async function eraseEvents(db: Pool, ref: PersonRef): Promise<void> {
  for (;;) {
    const events = { ...ref, limit: EVENTS_AT_ONCE };
    const count = await inTransaction(db, (tx) => deleteEventsOf(tx, events));
    if (count < EVENTS_AT_ONCE) return;
  }
}

/** The user, once nothing is left of them. @returns false where something has come since */
async function eraseRest(
  { db, beside }: EraseDeps,
  { counts, ...erasing }: Erasing & { counts: PersonCounts },
): Promise<boolean> {
  const { workspaceId, bucket, userId, nobody, user, addresses } = erasing;
  const ref = { bucket, userId };
  return pastDeadlocks(() =>
    inTransaction(db, async (tx) => {
      await lockUser(tx, ref);
      if (await hasPassages(tx, ref)) return false;
      await beside.eraseRecipient(tx, { ...ref, workspaceId, nobody });
      await deleteSignalsOf(tx, ref);
      await deleteEventsOf(tx, { ...ref, limit: EVENTS_AT_ONCE });
      const userIds = [userId, ...addressIdsOf(erasing)];
      const spelled = addresses.flatMap(addressSpellings);
      await beside.eraseEvents(tx, { workspaceId, userIds, addresses: spelled });
      await deleteUser(tx, ref);
      const words = [...spelled, ...addresses, ...(user.name === null ? [] : [user.name])];
      const userExternalId = user.externalId;
      const kept = { workspaceId, userExternalId, internalId: ref.userId, nobody, words };
      await eraseKept(tx, kept);
      const { messages, events } = counts;
      // Who it was, the log must not say.
      await recordChange(tx, {
        workspaceId,
        action: 'user.erase',
        target: { kind: 'user', id: nobody },
        before: null,
        after: { messages, events },
      });
      return true;
    }),
  );
}
