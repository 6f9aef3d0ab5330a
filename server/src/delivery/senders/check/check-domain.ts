import { sightingOf, type Sighting } from '../key-change.ts';
import type { StoredDkimKey } from '../dkim-key.ts';
import type { Finding, SenderDomain } from '../sender-domain.ts';
import { checkDkim } from './dkim.ts';
import { checkDmarc } from './dmarc.ts';
import type { Dns } from './dns.ts';
import { checkReturnPath } from './return-path.ts';
import { checkSpf } from './spf.ts';

/** What is known of a domain before its records are looked at. */
export interface CheckOf {
  readonly domain: Pick<SenderDomain, 'domain' | 'returnPathHost' | 'returnPathServer'>;
  readonly keys: readonly StoredDkimKey[];
  /** What SPF has to allow. */
  readonly mechanisms: readonly string[];
  /** Domains of the senders' addresses. */
  readonly from: readonly string[];
}

export interface Checked {
  readonly findings: readonly Finding[];
  /** By key id. */
  readonly sightings: ReadonlyMap<string, Sighting>;
}

/**
 * Looks at every record of a domain. Changes nothing, and never throws for what the DNS answers.
 *
 * The records of keys that retire are not asked for: whether they are still there is shown to nobody.
 */
export async function checkDomain(dns: Dns, of: CheckOf): Promise<Checked> {
  const { domain, keys, mechanisms, from } = of;
  const { domain: name, returnPathHost: host, returnPathServer: server } = domain;
  const signing = keys.filter(({ state }) => state === 'active' || state === 'pending');
  const dkim = await Promise.all(signing.map((key) => checkDkim(dns, name, key)));
  const others = await Promise.all([
    // The envelope's domain is the one whose SPF is looked at.
    checkSpf(dns, { record: 'spf', name, mechanisms: host === null ? mechanisms : [] }),
    checkDmarc(dns, { domain: name, from, returnPath: host ?? name }),
    ...(host === null
      ? []
      : [
          checkReturnPath(dns, { host, server }),
          checkSpf(dns, { record: 'return_path_spf', name: host, mechanisms }),
        ]),
  ]);
  const sightings = signing.map(({ id }, place) => [id, sightingOf(dkim[place])] as const);
  return { findings: [...dkim, ...others], sightings: new Map(sightings) };
}
