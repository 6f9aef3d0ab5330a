import { lookup } from 'node:dns/promises';

/** An address of a host. */
export interface HostAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a host name, best first. */
export type NameLookup = (host: string) => Promise<readonly HostAddress[]>;

/**
 * The system's resolver works on four threads that everything else shares, and a name whose servers do
 * not answer holds one for many seconds: one thread is always left to others.
 */
const AT_ONCE_MAX = 3;

const systemLookup: NameLookup = (host) => lookup(host, { all: true, order: 'verbatim' });

/**
 * Looks names up as the system does (its hosts file too), a few at a time; calls for the same name that
 * come together share one question. Nothing is remembered after the answer.
 */
export function createNameLookup({
  ask = systemLookup,
  atOnceMax = AT_ONCE_MAX,
}: { ask?: NameLookup; atOnceMax?: number } = {}): NameLookup {
  const asked = new Map<string, Promise<readonly HostAddress[]>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  async function inTurn(host: string): Promise<readonly HostAddress[]> {
    if (running >= atOnceMax) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await ask(host);
    } finally {
      asked.delete(host);
      const next = waiting.shift();
      // Whoever is next takes this place over.
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return (host) => {
    const known = asked.get(host);
    if (known !== undefined) return known;
    const answer = inTurn(host);
    asked.set(host, answer);
    return answer;
  };
}
