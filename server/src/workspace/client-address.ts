import { isIPv6 } from 'node:net';

const MAPPED = '::ffff:';
/** One subscriber usually has a whole /64 of IPv6 addresses: four groups of 16 bits. */
const GROUPS_KEPT = 4;
const GROUPS = 8;

/**
 * What stands for one client in a rate limit: an IPv4 address, or the /64 of an IPv6 address.
 *
 * @param address as the socket or the trusted proxy gives it; anything else stands for itself
 */
export function clientOf(address: string): string {
  const plain = address.toLowerCase().startsWith(MAPPED) ? address.slice(MAPPED.length) : address;
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.toLowerCase().split('%', 1)[0]?.split('::') ?? [];
  const first = groupsOf(head);
  const last = tail === undefined ? [] : groupsOf(tail);
  const zeros = Array<string>(Math.max(0, GROUPS - first.length - last.length)).fill('0');
  const groups = [...first, ...zeros, ...last].slice(0, GROUPS_KEPT);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
