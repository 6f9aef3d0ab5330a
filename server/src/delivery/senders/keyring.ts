import { createCache } from '../../platform/cache.ts';
import type { Db } from '../../platform/db.ts';
import { parseAddress } from '../../platform/email-address.ts';
import type { DkimKey } from '../../transport/index.ts';
import type { SecretBox } from '../../workspace/index.ts';
import { domainOfAddress, withParents } from './sender-domain.ts';
import { signingKeys } from './sql/keys.ts';

/** The keys that sign the mail of all sides. */
export interface DkimKeyring {
  /**
   * What mail from an address is signed with: the active keys of its domain, or of the nearest domain
   * above it. Nothing for a domain that is not here, or of which no record was seen.
   *
   * @param of.fromAddress with or without a name
   */
  readonly keysFor: (of: {
    workspaceId: string;
    fromAddress: string;
  }) => Promise<readonly DkimKey[]>;
}

/** A key that stops signing has a record that stays for a week, so nothing depends on this time. */
const KNOWN_MS = 5_000;
const DOMAINS_KEPT_MAX = 5_000;

/**
 * Private keys are opened here, for a few seconds, and nowhere else.
 *
 * @param db for reading in the midst of a batch
 */
export function createDkimKeyring({ db, box }: { db: Db; box: SecretBox }): DkimKeyring {
  const cache = createCache({
    ttlMs: KNOWN_MS,
    entriesMax: DOMAINS_KEPT_MAX,
    load: async (key: string): Promise<readonly DkimKey[]> => {
      const [workspaceId = '', domain = ''] = key.split(' ');
      const keys = await signingKeys(db, { workspaceId, domains: withParents(domain) });
      return keys.map((one) => ({
        domain: one.domain,
        selector: one.selector,
        key: box.open(one.sealed, one.id),
      }));
    },
  });
  return {
    keysFor: async ({ workspaceId, fromAddress }) => {
      const address = parseAddress(fromAddress)?.address;
      return address === undefined ? [] : cache.get(`${workspaceId} ${domainOfAddress(address)}`);
    },
  };
}
