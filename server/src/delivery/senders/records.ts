import { dkimNameOf, dkimRecordOf, stringsOf, type StoredDkimKey } from './dkim-key.ts';
import { dmarcNameOf, dmarcRecordOf } from './check/dmarc.ts';
import { spfRecordOf } from './check/spf-record.ts';
import type { RecordKind, SenderDomain, Verdict } from './sender-domain.ts';

/** A record that the owner of a domain sets, to be copied as it is. */
export interface DnsRecord {
  readonly record: RecordKind;
  readonly type: 'TXT' | 'MX';
  readonly name: string;
  /** Null where only the owner knows it: `purpose` says what it is. */
  readonly value: string | null;
  /** The value in the strings of at most 255 characters that some providers ask for. */
  readonly strings: readonly string[];
  readonly purpose: string;
  readonly required: boolean;
  /** As the last check found it; null before. */
  readonly verdict: Verdict | null;
}

/**
 * The records of a domain. What is there already and can stay is proposed as it is; an SPF record that
 * lacks something, with it.
 *
 * @param mechanisms what SPF has to allow
 */
export function recordsOf(
  domain: Pick<SenderDomain, 'domain' | 'returnPathHost' | 'returnPathServer' | 'findings'>,
  { keys, mechanisms }: { keys: readonly StoredDkimKey[]; mechanisms: readonly string[] },
): DnsRecord[] {
  const { domain: name, returnPathHost: host, findings } = domain;
  const known = (record: RecordKind, at: string) =>
    findings.find((finding) => finding.record === record && finding.name === at);
  const row = (
    of: Pick<DnsRecord, 'record' | 'name' | 'purpose' | 'required'>,
    proposed: string | null,
    type: DnsRecord['type'] = 'TXT',
  ): DnsRecord => {
    const finding = known(of.record, of.name);
    const stands = finding?.expected ?? finding?.found[0];
    const value = of.record === 'dkim' ? proposed : (stands ?? proposed);
    const strings = value === null ? [] : stringsOf(value);
    return { ...of, type, value, strings, verdict: finding?.verdict ?? null };
  };
  const spf = spfFor(mechanisms);
  return [
    ...keys
      .filter(isShown)
      .map((key) => dkimRow(name, key))
      .map(({ value, ...of }) => row(of, value)),
    row(
      {
        record: 'spf',
        name,
        purpose: `Says which servers may send for ${name}. ${SPF_HINT}`,
        required: host === null,
      },
      spf,
    ),
    row(
      {
        record: 'dmarc',
        name: dmarcNameOf(name),
        purpose:
          'Says what becomes of mail that only pretends to be from the domain, and where reports go: ' +
          'put in an address that somebody reads. Bulk senders need it',
        required: true,
      },
      dmarcRecordOf(name),
    ),
    ...(host === null
      ? []
      : returnPathRows(domain, host).map(({ value, type, ...of }) =>
          row(of, type === 'MX' ? value : spf, type),
        )),
  ];
}

/** Records of keys that are long gone are nobody's business any more. */
const isShown = ({ state }: StoredDkimKey): boolean => state !== 'retired';

const SPF_HINT =
  'One record only: where there is one already, add what is new to it. Not needed for a domain that ' +
  'is in no return-path, and never harmful';

/** What may be said when nobody knows by which servers mail leaves. */
const spfFor = (mechanisms: readonly string[]): string | null =>
  mechanisms.length === 0 ? null : spfRecordOf(mechanisms);

function dkimRow(
  domain: string,
  key: StoredDkimKey,
): Pick<DnsRecord, 'record' | 'name' | 'purpose' | 'required'> & { value: string } {
  const until = key.retiresAt?.toISOString().slice(0, 10) ?? '';
  const purposes: Record<StoredDkimKey['state'], string> = {
    pending:
      'The public key: as soon as it is seen, mail of the domain is signed with its other half',
    active: 'The public key by which receivers know our signature',
    retiring: `A key that signs no more: leave its record until ${until}, for mail on its way`,
    retired: 'A key that is not used any more: its record may be removed',
  };
  return {
    record: 'dkim',
    name: dkimNameOf(key.selector, domain),
    purpose: purposes[key.state],
    required: key.state === 'pending' || key.state === 'active',
    value: dkimRecordOf(key),
  };
}

function returnPathRows(
  { returnPathServer: server }: Pick<SenderDomain, 'returnPathServer'>,
  host: string,
): (Pick<DnsRecord, 'record' | 'type' | 'name' | 'purpose' | 'required'> & {
  value: string | null;
})[] {
  return [
    {
      record: 'return_path_mx',
      type: 'MX',
      name: host,
      value: server === null ? null : `10 ${server}`,
      purpose:
        'Where bounces go: the server that takes the mail of your inbox for bounces, with a priority. ' +
        'A CNAME to a name that has such a record does as well',
      required: true,
    },
    {
      record: 'return_path_spf',
      type: 'TXT',
      name: host,
      value: null,
      purpose: `Says which servers may send with ${host} in the return-path: this is what SPF is about`,
      required: true,
    },
  ];
}
