import { inTransaction, type Pool } from '../../platform/db.ts';
import { storedIdOf } from '../../platform/ids.ts';
import type { SecretBox } from '../../workspace/index.ts';
import { kindOf, valuesOf } from '../outlets/transport.ts';
import { listTransports } from '../sql/transports.ts';
import { mechanismOf } from './allowed-servers.ts';
import { checkDomain, type CheckOf } from './check/check-domain.ts';
import { dnsFor, type NameResolver } from './check/dns.ts';
import { readDomain, type KeyedDomain } from './domains.ts';
import { senderDomainNotFound } from './errors.ts';
import { domainStateOf, keyChangesOf, nextCheckOf } from './key-change.ts';
import type { Finding, SenderDomain } from './sender-domain.ts';
import { claimDueDomains, lockDomain, updateChecked } from './sql/domains.ts';
import { keysOf, updateKey } from './sql/keys.ts';
import { sendersIn } from './sql/senders.ts';

export interface CheckDeps {
  readonly db: Pool;
  readonly box: SecretBox;
  readonly now: () => Date;
  readonly resolver: NameResolver;
  /** The SMTP server of sides that have no transports of their own; null for none. */
  readonly smtpUrl: string | null;
}

const SENDERS_READ_MAX = 200;
/** A button that is pressed twice asks the DNS once. */
const REST_MS = 5_000;

/** What SPF has to allow for the mail of a domain: what its owner says, and the ways out of the side. */
export async function mechanismsFor(
  { db, box, smtpUrl }: Pick<CheckDeps, 'db' | 'box' | 'smtpUrl'>,
  { workspaceId, spfMechanisms }: Pick<SenderDomain, 'workspaceId' | 'spfMechanisms'>,
): Promise<string[]> {
  const rows = await listTransports(db, { workspaceId });
  const enabled = rows.filter(({ isEnabled }) => isEnabled);
  const ways =
    enabled.length > 0
      ? enabled.map((row) => ({ kind: kindOf(row).name, smtpUrl: valuesOf(row, box)['url'] }))
      : smtpUrl === null
        ? []
        : [{ kind: 'smtp', smtpUrl }];
  const known = ways.map(mechanismOf).filter((one) => one !== null);
  return [...new Set([...spfMechanisms, ...known])];
}

/**
 * Looks at the records of a domain now, and does with its keys what follows from it. Within five seconds
 * of the last check the answer is that one's.
 *
 * @throws delivery.sender_domain_not_found
 */
export async function checkNow(
  deps: CheckDeps,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<KeyedDomain> {
  const known = await readDomain(deps.db, { workspaceId, id });
  const { checkedAt, updatedAt } = known.domain;
  const changedAt = [updatedAt, ...known.keys.map(({ createdAt }) => createdAt)];
  const isFresh =
    checkedAt !== null &&
    deps.now().getTime() - checkedAt.getTime() < REST_MS &&
    changedAt.every((at) => at <= checkedAt);
  if (isFresh) return known;
  return check(deps, known);
}

async function check(deps: CheckDeps, { domain, keys }: KeyedDomain): Promise<KeyedDomain> {
  const { db, resolver, now } = deps;
  const { workspaceId, id } = domain;
  const limit = SENDERS_READ_MAX;
  const senders = await sendersIn(db, { workspaceId, domain: domain.domain, limit });
  const of: CheckOf = {
    domain,
    keys,
    mechanisms: await mechanismsFor(deps, domain),
    from: [...new Set(senders.map((sender) => sender.domain))],
  };
  const { findings, sightings } = await checkDomain(dnsFor(resolver), of);
  return inTransaction(db, async (tx) => {
    const before = await lockDomain(tx, { workspaceId, id });
    if (before === null) throw senderDomainNotFound();
    // As they are by now: a rotation may have gone on meanwhile.
    const present = await keysOf(tx, { domainIds: [id] });
    const checkedAt = now();
    for (const change of keyChangesOf(present, { sightings, now: checkedAt })) {
      await updateKey(tx, change);
    }
    const after = await keysOf(tx, { domainIds: [id] });
    const state = domainStateOf(
      before.state,
      after.map((key) => key.state),
    );
    const nextCheckAt = nextCheckOf(after, checkedAt);
    const checked = { ...before, state, checkedAt, findings: mergedOf(before.findings, findings) };
    await updateChecked(tx, { ...checked, nextCheckAt });
    return { domain: checked, keys: after };
  });
}

/** What could not be looked at this time keeps what was found there before, beside the failure. */
function mergedOf(before: readonly Finding[], now: readonly Finding[]): Finding[] {
  return now.map((finding) => {
    if (finding.verdict !== 'unknown' || finding.found.length > 0) return finding;
    const last = before.find((one) => one.record === finding.record && one.name === finding.name);
    return { ...finding, found: last?.found ?? [], expected: last?.expected ?? null };
  });
}

/** One claim holds no more than are checked within its time. */
const CLAIMED_MAX = 5;
/** After this long a domain whose worker died is claimed by another. */
const PUT_OFF_SECONDS = 600;

/**
 * A worker's duty: checks the domains whose time has come. One statement when there are none.
 *
 * @returns a function that gives the number of domains it checked
 */
export function createDomainChecker(
  deps: CheckDeps & { readonly onFault: (error: unknown, domainId: string) => void },
): () => Promise<number> {
  return async () => {
    const due = await claimDueDomains(deps.db, {
      limit: CLAIMED_MAX,
      putOffSeconds: PUT_OFF_SECONDS,
    });
    for (const { id, workspaceId } of due) {
      try {
        await check(deps, await readDomain(deps.db, { workspaceId, id: storedIdOf(id) }));
      } catch (error) {
        // One domain must not keep the others from being checked; it comes back after its time.
        deps.onFault(error, id);
      }
    }
    return due.length;
  };
}
