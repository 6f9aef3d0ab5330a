import { Type, type Static } from 'typebox';
import { Instant, isoOf, Nullable } from '../../platform/http.ts';
import {
  daysInUse,
  DKIM_ALGORITHMS,
  dkimNameOf,
  dkimRecordOf,
  isRotationDue,
  type StoredDkimKey,
} from './dkim-key.ts';
import type { KeyedDomain } from './domains.ts';
import type { DnsRecord } from './records.ts';
import type { SenderDomain } from './sender-domain.ts';
import type { StoredSender } from './stored-sender.ts';

const MECHANISMS_MAX = 20;
const Host = Type.String({ minLength: 1, maxLength: 253 });
const Verdict = Type.Enum(['ok', 'warning', 'missing', 'wrong', 'unknown']);
const RecordKind = Type.Enum(['dkim', 'spf', 'dmarc', 'return_path_mx', 'return_path_spf']);
const State = Type.Enum(['pending', 'verified', 'failing']);
const Algorithms = Type.Array(Type.Enum([...DKIM_ALGORITHMS]), {
  minItems: 1,
  maxItems: DKIM_ALGORITHMS.length,
});

const domainOptions = {
  return_path_host: Type.Optional(
    Nullable(
      Type.String({
        minLength: 1,
        maxLength: 253,
        description: 'Domain of the return-path; null when that is the domain itself',
      }),
    ),
  ),
  return_path_server: Type.Optional(Nullable(Host)),
  spf_mechanisms: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 255 }), {
      maxItems: MECHANISMS_MAX,
      description: 'What SPF has to allow, such as ip4:192.0.2.1 or include:_spf.example.net',
    }),
  ),
};

export const NewDomainBody = Type.Object(
  { domain: Host, algorithms: Type.Optional(Algorithms), ...domainOptions },
  { additionalProperties: false },
);
export const ChangeDomainBody = Type.Object(domainOptions, { additionalProperties: false });
export const RotateBody = Nullable(
  Type.Object({ algorithms: Type.Optional(Algorithms) }, { additionalProperties: false }),
);

export const DomainView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  domain: Type.String(),
  state: State,
  return_path_host: Nullable(Type.String()),
  return_path_server: Nullable(Type.String()),
  spf_mechanisms: Type.Array(Type.String()),
  rotation: Type.Enum(['none', 'under_way', 'due'], {
    description: 'due: a key has signed for more than 180 days',
  }),
  checked_at: Nullable(Instant),
  created_at: Instant,
  updated_at: Instant,
});

export const FullDomainView = Type.Object({
  ...DomainView.properties,
  keys: Type.Array(
    Type.Object({
      id: Type.String({ format: 'uuid' }),
      selector: Type.String(),
      algorithm: Type.Enum([...DKIM_ALGORITHMS]),
      state: Type.Enum(['pending', 'active', 'retiring', 'retired']),
      record: Type.Object({ name: Type.String(), value: Type.String() }),
      days_in_use: Nullable(Type.Integer()),
      created_at: Instant,
      seen_at: Nullable(Instant),
      activated_at: Nullable(Instant),
      retires_at: Nullable(Instant),
    }),
  ),
  records: Type.Array(
    Type.Object({
      record: RecordKind,
      type: Type.Enum(['TXT', 'MX']),
      name: Type.String(),
      value: Nullable(Type.String()),
      strings: Type.Array(Type.String(), {
        description: 'The value in strings of at most 255 characters, as zone files have it',
      }),
      purpose: Type.String(),
      required: Type.Boolean(),
      verdict: Nullable(Verdict),
    }),
    { description: 'The DNS records to set' },
  ),
  findings: Type.Array(
    Type.Object({
      record: RecordKind,
      name: Type.String(),
      selector: Nullable(Type.String()),
      verdict: Verdict,
      found: Type.Array(Type.String()),
      expected: Nullable(Type.String()),
      says: Type.Array(Type.String()),
      reasons: Type.Array(Type.String()),
    }),
    { description: 'What the last check found' },
  ),
});

const Address = Type.String({ minLength: 3, maxLength: 254 });
const senderOptions = {
  name: Type.Optional(Type.String({ maxLength: 200 })),
  reply_to: Type.Optional(Nullable(Type.String({ minLength: 3, maxLength: 460 }))),
  is_default: Type.Optional(Type.Boolean()),
};
export const NewSenderBody = Type.Object(
  { address: Address, ...senderOptions },
  { additionalProperties: false },
);
export const ChangeSenderBody = Type.Object(
  { address: Type.Optional(Address), ...senderOptions },
  { additionalProperties: false },
);
export const SenderView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  address: Type.String(),
  reply_to: Nullable(Type.String()),
  is_default: Type.Boolean(),
  domain: Type.Object({
    name: Type.String(),
    id: Nullable(Type.String({ format: 'uuid' })),
    state: Type.Enum(['pending', 'verified', 'failing', 'unknown'], {
      description: 'unknown: neither the domain nor one above it was added',
    }),
  }),
  created_at: Instant,
  updated_at: Instant,
});

/** @param domains of the side */
export function senderViewOf(
  sender: StoredSender,
  domains: ReadonlyMap<string, Pick<SenderDomain, 'id' | 'state'>>,
  parents: readonly string[],
): Static<typeof SenderView> {
  const name = parents.find((one) => domains.has(one));
  const domain = domains.get(name ?? '');
  return {
    id: sender.id,
    name: sender.name,
    address: sender.address,
    reply_to: sender.replyTo,
    is_default: sender.isDefault,
    domain: {
      name: name ?? sender.domain,
      id: domain?.id ?? null,
      state: domain?.state ?? 'unknown',
    },
    created_at: sender.createdAt.toISOString(),
    updated_at: sender.updatedAt.toISOString(),
  };
}

export function domainViewOf({ domain, keys }: KeyedDomain, now: Date): Static<typeof DomainView> {
  return {
    id: domain.id,
    domain: domain.domain,
    state: domain.state,
    return_path_host: domain.returnPathHost,
    return_path_server: domain.returnPathServer,
    spf_mechanisms: [...domain.spfMechanisms],
    rotation: rotationOf(keys, now),
    checked_at: isoOf(domain.checkedAt),
    created_at: domain.createdAt.toISOString(),
    updated_at: domain.updatedAt.toISOString(),
  };
}

function rotationOf(keys: readonly StoredDkimKey[], now: Date): 'none' | 'under_way' | 'due' {
  const isUnderWay = keys.some(
    ({ state, algorithm }) =>
      state === 'pending' &&
      keys.some((other) => other.state === 'active' && other.algorithm === algorithm),
  );
  if (isUnderWay) return 'under_way';
  return isRotationDue(keys, now) ? 'due' : 'none';
}

export function fullDomainViewOf(
  keyed: KeyedDomain,
  { records, now }: { records: readonly DnsRecord[]; now: Date },
): Static<typeof FullDomainView> {
  const { domain, keys } = keyed;
  return {
    ...domainViewOf(keyed, now),
    keys: keys.map((key) => ({
      id: key.id,
      selector: key.selector,
      algorithm: key.algorithm,
      state: key.state,
      record: { name: dkimNameOf(key.selector, domain.domain), value: dkimRecordOf(key) },
      days_in_use: daysInUse(key, now),
      created_at: key.createdAt.toISOString(),
      seen_at: isoOf(key.seenAt),
      activated_at: isoOf(key.activatedAt),
      retires_at: isoOf(key.retiresAt),
    })),
    records: records.map((record) => ({ ...record, strings: [...record.strings] })),
    findings: domain.findings.map((finding) => ({
      record: finding.record,
      name: finding.name,
      selector: finding.selector ?? null,
      verdict: finding.verdict,
      found: [...finding.found],
      expected: finding.expected,
      says: [...finding.says],
      reasons: [...finding.reasons],
    })),
  };
}
