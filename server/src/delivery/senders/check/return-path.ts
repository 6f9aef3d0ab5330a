import { isIP } from 'node:net';
import type { Finding } from '../sender-domain.ts';
import { aliasesOf, circleAt, type Dns, type MxRecord } from './dns.ts';
import { draftOf, findingOf, shown, type Draft } from './finding.ts';

const REASONS = [
  'Bounces come back to this domain; without them addresses that do not exist are written to again',
];
/** Servers whose addresses are looked up: one that can be reached is enough. */
const SERVERS_TRIED_MAX = 3;

/** Whether bounces can be delivered. @param server what its MX should be; null for any */
export async function checkReturnPath(
  dns: Dns,
  { host, server }: { host: string; server: string | null },
): Promise<Finding> {
  const draft = draftOf({ record: 'return_path_mx', name: host });
  const answer = await dns.mx(host);
  if (answer.kind === 'failed') {
    const circle = await circleAt(dns, host);
    draft.notes.push(
      circle === null
        ? { verdict: 'unknown', text: `Could not be checked: ${answer.why}` }
        : { verdict: 'wrong', text: circle },
    );
  } else if (answer.kind === 'found') {
    const servers = answer.records.toSorted((one, other) => one.priority - other.priority);
    draft.found = servers.map(({ priority, exchange }) => `${priority} ${exchange || '.'}`);
    await judge(dns, draft, { servers, server });
    await noteAliases(dns, draft);
  } else {
    await noteMissing(dns, draft, { isUnknown: answer.kind === 'no_name', server });
  }
  return findingOf(draft, REASONS);
}

async function noteMissing(
  dns: Dns,
  draft: Draft,
  { isUnknown, server }: { isUnknown: boolean; server: string | null },
): Promise<void> {
  const { notes, name } = draft;
  draft.expected = server === null ? null : `10 ${server}`;
  const { names } = await aliasesOf(dns, name);
  const chain = shown(names.join(', then '));
  if (names.length > 0) {
    const text = `${name} is an alias (CNAME) of ${chain}, which has no MX record`;
    notes.push({ verdict: 'missing', text });
  } else if (isUnknown) {
    const text = `The name ${name} does not exist: add an MX record that names the server of your inbox`;
    notes.push({ verdict: 'missing', text });
  } else if ((await dns.addresses(name)).kind === 'found') {
    const text = `There is no MX record; bounces go to the address of ${name} itself (RFC 5321 section 5.1)`;
    notes.push({ verdict: 'warning', text });
  } else {
    const text = `There is no MX record at ${name}: bounces reach nobody`;
    notes.push({ verdict: 'missing', text });
  }
}

async function noteAliases(dns: Dns, { notes, name }: Draft): Promise<void> {
  const { names } = await aliasesOf(dns, name);
  if (names.length === 0) return;
  const text = `${name} is an alias (CNAME) of ${shown(names.join(', then '))}`;
  notes.push({ verdict: 'ok', text });
}

async function judge(
  dns: Dns,
  draft: Draft,
  { servers, server }: { servers: readonly MxRecord[]; server: string | null },
): Promise<void> {
  const wrong = (text: string): void => {
    draft.notes.push({ verdict: 'wrong', text });
    draft.expected = server === null ? null : `10 ${server}`;
  };
  const names = servers.map(({ exchange }) => exchange.replace(/\.$/, '').toLowerCase());
  if (names.every((name) => name === '')) {
    return wrong('The MX record says that no mail is taken (a null MX, RFC 7505)');
  }
  const literal = names.find((name) => isIP(name) !== 0);
  if (literal !== undefined)
    return wrong(`An MX record has to name a server; ${literal} is an address`);
  if (server !== null && !names.includes(server)) {
    return wrong(`Bounces go to ${shown(names.join(', '))} instead of ${server}`);
  }
  const answers = await Promise.all(
    names.slice(0, SERVERS_TRIED_MAX).map((name) => dns.addresses(name)),
  );
  const failed = answers.find((answer) => answer.kind === 'failed');
  if (answers.some((answer) => answer.kind === 'found')) return;
  if (failed?.kind === 'failed') {
    const text = `Whether the server can be reached could not be checked: ${failed.why}`;
    draft.notes.push({ verdict: 'unknown', text });
    return;
  }
  wrong(`${shown(names.join(', '))} has no address: bounces reach nobody`);
}
