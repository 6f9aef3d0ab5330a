import type { AddressInfo } from 'node:net';
import { Resolver } from 'node:dns/promises';
import dns2 from 'dns2';
import { stringsOf } from '../../src/delivery/senders/dkim-key.ts';

/** What a name holds; `servfail` and `silent` instead of an answer. */
export type ZoneEntry =
  | {
      readonly txt?: readonly string[];
      readonly mx?: readonly (readonly [number, string])[];
      readonly cname?: string;
      readonly a?: readonly string[];
      readonly aaaa?: readonly string[];
    }
  | 'servfail'
  | 'silent'
  | 'refused';

/** A name server on loopback whose zone a test writes, and a resolver that asks it. */
export interface DnsZone {
  readonly names: Map<string, ZoneEntry>;
  /** The questions that came, as `TXT example.com`. */
  readonly asked: string[];
  readonly resolver: Resolver;
  readonly close: () => Promise<void>;
}

const QUERY_TIMEOUT_MS = 250;
const CLASS_IN = 1;
const CHAIN_MAX = 12;

/** Answers as an authoritative server and a resolver in one do: aliases are followed. */
export async function startDnsZone(): Promise<DnsZone> {
  const names = new Map<string, ZoneEntry>();
  const asked: string[] = [];
  const { Packet } = dns2;
  const typeName = new Map<number, string>(
    Object.entries(Packet.TYPE).map(([name, code]) => [code, name]),
  );
  const server = dns2.createUDPServer((request, send) => {
    const [question] = request.questions;
    if (question === undefined) return;
    const type = typeName.get(question.type ?? 0) ?? '';
    asked.push(`${type} ${question.name}`);
    const response = Packet.createResponseFromRequest(request);
    const rcode = answer(names, response.answers, {
      name: question.name.toLowerCase(),
      type,
    });
    if (rcode === 'silent') return;
    (response.header as { rcode: number }).rcode = rcode;
    void send(response);
  });
  await new Promise<void>((resolve) => {
    server.on('listening', () => resolve());
    void server.listen(0, '127.0.0.1');
  });
  const { port } = (server as unknown as { address: () => AddressInfo }).address();
  const resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  return {
    names,
    asked,
    resolver,
    close: async () => {
      resolver.cancel();
      (server as unknown as { close: () => void }).close();
    },
  };
}

const NOERROR = 0;
const SERVFAIL = 2;
const NXDOMAIN = 3;
const REFUSED = 5;

function answer(
  names: ReadonlyMap<string, ZoneEntry>,
  answers: object[],
  { name, type }: { name: string; type: string },
): number | 'silent' {
  let at = name;
  for (let hop = 0; hop < CHAIN_MAX; hop += 1) {
    const entry = names.get(at);
    if (entry === undefined) return hasBelow(names, at) ? NOERROR : NXDOMAIN;
    if (entry === 'silent') return 'silent';
    if (entry === 'servfail') return SERVFAIL;
    if (entry === 'refused') return REFUSED;
    const base = { name: at, class: CLASS_IN, ttl: 60 };
    if (entry.cname !== undefined) {
      answers.push({ ...base, type: dns2.Packet.TYPE.CNAME, domain: entry.cname });
      if (type === 'CNAME') return NOERROR;
      at = entry.cname;
      continue;
    }
    answers.push(...recordsOf(entry, type).map((record) => ({ ...base, ...record })));
    return NOERROR;
  }
  return SERVFAIL;
}

const hasBelow = (names: ReadonlyMap<string, ZoneEntry>, name: string): boolean =>
  [...names.keys()].some((one) => one.endsWith(`.${name}`));

function recordsOf(entry: Exclude<ZoneEntry, string>, type: string): object[] {
  const { TYPE } = dns2.Packet;
  switch (type) {
    case 'TXT':
      return (entry.txt ?? []).map((text) => ({ type: TYPE.TXT, data: stringsOf(text) }));
    case 'MX':
      return (entry.mx ?? []).map(([priority, exchange]) => ({
        type: TYPE.MX,
        exchange,
        priority,
      }));
    case 'A':
      return (entry.a ?? []).map((address) => ({ type: TYPE.A, address }));
    case 'AAAA':
      return (entry.aaaa ?? []).map((address) => ({ type: TYPE.AAAA, address }));
    default:
      return [];
  }
}
