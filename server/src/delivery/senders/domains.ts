import { inTransaction, type Pool, type Transaction } from '../../platform/db.ts';
import { storedIdOf, uuidv7 } from '../../platform/ids.ts';
import type { SecretBox } from '../../workspace/index.ts';
import { isMechanism } from './allowed-servers.ts';
import { makeKeyPair, selectorOf, type DkimAlgorithm, type StoredDkimKey } from './dkim-key.ts';
import {
  senderDomainInUse,
  senderDomainInvalid,
  senderDomainNotFound,
  senderDomainTaken,
  tooManySenderDomains,
} from './errors.ts';
import { nextCheckOf } from './key-change.ts';
import { domainNameOf, type SenderDomain } from './sender-domain.ts';
import {
  deleteDomain,
  findDomain,
  insertDomain,
  lockDomain,
  setNextCheck,
  updateDomain,
} from './sql/domains.ts';
import { insertKey, keysOf } from './sql/keys.ts';
import { sendersIn } from './sql/senders.ts';

export interface DomainDeps {
  readonly db: Pool;
  readonly box: SecretBox;
}

/** What a member says of a domain. What is left out is as it was; null is none. */
export interface DomainInput {
  readonly return_path_host?: string | null | undefined;
  readonly return_path_server?: string | null | undefined;
  readonly spf_mechanisms?: readonly string[] | undefined;
}

/** A domain with its keys, the youngest first. */
export interface KeyedDomain {
  readonly domain: SenderDomain;
  readonly keys: readonly StoredDkimKey[];
}

type Named = { readonly workspaceId: string; readonly id: string };

/** Far over what one side sends from; each is checked every day. */
const DOMAINS_MAX = 100;
const SENDERS_NAMED_MAX = 20;

/**
 * Adds a domain and makes its first keys, which sign nothing before their records were seen.
 *
 * @throws delivery.sender_domain_invalid, delivery.sender_domain_taken,
 *   delivery.too_many_sender_domains
 */
export async function addDomain(
  { db, box }: DomainDeps,
  {
    workspaceId,
    domain: text,
    algorithms,
    now,
    ...input
  }: DomainInput & {
    workspaceId: string;
    domain: string;
    algorithms: readonly DkimAlgorithm[];
    now: Date;
  },
): Promise<KeyedDomain> {
  const name = domainNameOf(text);
  if (name === null) throw senderDomainInvalid('domain', 'must be a domain such as example.com');
  const before = {
    id: uuidv7(now),
    workspaceId,
    domain: name,
    state: 'pending' as const,
    returnPathHost: `bounces.${name}`,
    returnPathServer: null,
    spfMechanisms: [],
    findings: [],
    checkedAt: null,
    createdAt: now,
    updatedAt: now,
  };
  const domain = { ...before, ...changedBy(input, before) };
  const made = await makeKeys(box, { domainId: domain.id, algorithms, now });
  await inTransaction(db, async (tx) => {
    const nextCheckAt = nextCheckOf(made, now);
    const added = await insertDomain(tx, { ...domain, nextCheckAt }, { max: DOMAINS_MAX });
    if (added === 'full') throw tooManySenderDomains(DOMAINS_MAX);
    if (added === 'taken') throw senderDomainTaken(name);
    for (const key of made) await insertKey(tx, key);
  });
  return { domain, keys: await keysOf(db, { domainIds: [domain.id] }) };
}

/** @throws delivery.sender_domain_not_found */
export async function readDomain(db: Pool, { workspaceId, id }: Named): Promise<KeyedDomain> {
  const domain = await findDomain(db, { workspaceId, id: storedIdOf(id) });
  if (domain === null) throw senderDomainNotFound();
  return { domain, keys: await keysOf(db, { domainIds: [domain.id] }) };
}

/** @throws delivery.sender_domain_not_found, delivery.sender_domain_invalid */
export async function changeDomain(
  db: Pool,
  { workspaceId, id, now, ...input }: DomainInput & Named & { now: Date },
): Promise<KeyedDomain> {
  return inTransaction(db, async (tx) => {
    const before = await locked(tx, { workspaceId, id });
    const domain = { ...before, ...changedBy(input, before), updatedAt: now };
    await updateDomain(tx, domain);
    return { domain, keys: await keysOf(tx, { domainIds: [domain.id] }) };
  });
}

/**
 * Makes new keys beside those that sign. They take over once their records are seen; until then nothing
 * changes, and calling again makes no others.
 *
 * @param algorithms those in use, when left out; others are added
 * @throws delivery.sender_domain_not_found
 */
export async function rotateKeys(
  { db, box }: DomainDeps,
  {
    workspaceId,
    id,
    algorithms,
    now,
  }: Named & { algorithms?: readonly DkimAlgorithm[] | undefined; now: Date },
): Promise<KeyedDomain> {
  const { domain, keys } = await readDomain(db, { workspaceId, id });
  const inUse = keys.filter(({ state }) => state === 'active' || state === 'pending');
  const wanted = algorithms ?? inUse.map(({ algorithm }) => algorithm);
  const waiting = new Set(keys.filter(isWaiting).map(({ algorithm }) => algorithm));
  const lacking = [...new Set(wanted)].filter((algorithm) => !waiting.has(algorithm));
  const made = await makeKeys(box, { domainId: domain.id, algorithms: lacking, now });
  await inTransaction(db, async (tx) => {
    await locked(tx, { workspaceId, id });
    for (const key of made) await insertKey(tx, key);
    if (made.length > 0) {
      await setNextCheck(tx, { id: domain.id, nextCheckAt: nextCheckOf(made, now) });
    }
  });
  return readDomain(db, { workspaceId, id });
}

/**
 * Removes a domain and its keys: nothing is signed with them any more.
 *
 * @throws delivery.sender_domain_not_found, delivery.sender_domain_in_use
 */
export async function removeDomain(db: Pool, { workspaceId, id }: Named): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { domain, id: storedId } = await locked(tx, { workspaceId, id });
    const senders = await sendersIn(tx, { workspaceId, domain, limit: SENDERS_NAMED_MAX });
    if (senders.length > 0) throw senderDomainInUse(senders);
    await deleteDomain(tx, { workspaceId, id: storedId });
  });
}

async function locked(tx: Transaction, { workspaceId, id }: Named): Promise<SenderDomain> {
  const domain = await lockDomain(tx, { workspaceId, id: storedIdOf(id) });
  if (domain === null) throw senderDomainNotFound();
  return domain;
}

/** A key that waits to be seen for the first time, or again. */
const isWaiting = ({ state }: StoredDkimKey): boolean => state === 'pending';

/** New keys, their private halves sealed for their rows. */
async function makeKeys(
  box: SecretBox,
  {
    domainId,
    algorithms,
    now,
  }: { domainId: string; algorithms: readonly DkimAlgorithm[]; now: Date },
): Promise<(StoredDkimKey & { readonly sealed: Uint8Array })[]> {
  return Promise.all(
    [...new Set(algorithms)].map(async (algorithm) => {
      const id = uuidv7(now);
      const { publicKey, privateKey } = await makeKeyPair(algorithm);
      return {
        id,
        domainId,
        selector: selectorOf(id),
        algorithm,
        publicKey,
        state: 'pending' as const,
        misses: 0,
        createdAt: now,
        seenAt: null,
        activatedAt: null,
        retiresAt: null,
        sealed: box.seal(privateKey, id),
      };
    }),
  );
}

function changedBy(
  { return_path_host: host, return_path_server: server, spf_mechanisms: spf }: DomainInput,
  before: SenderDomain,
): Pick<SenderDomain, 'returnPathHost' | 'returnPathServer' | 'spfMechanisms'> {
  const mechanisms = (spf ?? before.spfMechanisms).map((one) => one.trim().toLowerCase());
  const fault = mechanisms.findIndex((one) => !isMechanism(one));
  if (fault !== -1) {
    const message = 'must be an SPF mechanism such as include:_spf.example.net or ip4:192.0.2.1';
    throw senderDomainInvalid(`spf_mechanisms/${fault}`, message);
  }
  return {
    returnPathHost: hostOf('return_path_host', host, before.returnPathHost),
    returnPathServer: hostOf('return_path_server', server, before.returnPathServer),
    spfMechanisms: [...new Set(mechanisms)],
  };
}

function hostOf(
  path: string,
  text: string | null | undefined,
  before: string | null,
): string | null {
  if (text === undefined || text === null) return text === null ? null : before;
  const name = domainNameOf(text);
  if (name === null)
    throw senderDomainInvalid(path, 'must be a host name such as mail.example.com');
  return name;
}
