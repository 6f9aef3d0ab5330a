import { Resolver } from 'node:dns/promises';

/**
 * What the DNS answered.
 *
 * - `found`: records. - `none`: the name is there, without records of this type.
 * - `no_name`: there is no such name (NXDOMAIN).
 * - `failed`: no answer that says anything; `why` is for people.
 */
export type Answer<T> =
  | { readonly kind: 'found'; readonly records: readonly T[] }
  | { readonly kind: 'none' | 'no_name' }
  | { readonly kind: 'failed'; readonly why: string };

export interface MxRecord {
  readonly exchange: string;
  readonly priority: number;
}

/** What is asked of the DNS during one check. */
export interface Dns {
  /** Each record as one text: its strings belong together. */
  readonly txt: (name: string) => Promise<Answer<string>>;
  readonly mx: (name: string) => Promise<Answer<MxRecord>>;
  readonly cname: (name: string) => Promise<Answer<string>>;
  /** IPv4 or IPv6 addresses. */
  readonly addresses: (name: string) => Promise<Answer<string>>;
}

/** The part of `node:dns/promises` that is used. */
export interface NameResolver {
  resolveTxt(name: string): Promise<string[][]>;
  resolveMx(name: string): Promise<MxRecord[]>;
  resolveCname(name: string): Promise<string[]>;
  resolve4(name: string): Promise<string[]>;
  resolve6(name: string): Promise<string[]>;
}

const QUERY_TIMEOUT_MS = 2_000;
const QUERY_TRIES = 2;
/** Of one check: people wait for it. */
const CHECK_MS = 20_000;
/** Of one check, whatever records lead to: an SPF record alone may ask for ten. */
const QUERIES_MAX = 80;

const WHY: Readonly<Record<string, string>> = {
  ESERVFAIL: 'the name servers of the domain answered that they failed (SERVFAIL)',
  ETIMEOUT: 'no name server answered in time',
  ECONNREFUSED: 'the name server could not be reached',
  EREFUSED: 'the name server refused to answer',
  EBADRESP: 'the name server answered something that cannot be read',
  EBADNAME: 'the name is not one that can be asked for',
};

/** The resolver of this host, with time-outs. */
export const systemResolver = (): NameResolver =>
  new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: QUERY_TRIES });

/**
 * The DNS for one check: the same question is asked once, and neither the number of questions nor the
 * time they take is without end.
 *
 * @param checkMs how long all questions together may take
 */
export function dnsFor(
  resolver: NameResolver,
  { checkMs = CHECK_MS, queriesMax = QUERIES_MAX }: { checkMs?: number; queriesMax?: number } = {},
): Dns {
  const deadline = AbortSignal.timeout(checkMs);
  const asked = new Map<string, Promise<Answer<never>>>();
  const once = <T>(type: string, name: string, ask: () => Promise<readonly T[]>) => {
    const key = `${type} ${name.toLowerCase()}`;
    const known = asked.get(key);
    if (known !== undefined) return known as Promise<Answer<T>>;
    const why = 'this check asks for too many names';
    const answer: Promise<Answer<T>> =
      asked.size >= queriesMax ? Promise.resolve({ kind: 'failed', why }) : answerOf(ask, deadline);
    asked.set(key, answer as Promise<Answer<never>>);
    return answer;
  };
  return {
    txt: (name) =>
      once('TXT', name, async () => {
        const records = await resolver.resolveTxt(name);
        return records.map((strings) => strings.join(''));
      }),
    mx: (name) => once('MX', name, () => resolver.resolveMx(name)),
    cname: (name) => once('CNAME', name, () => resolver.resolveCname(name)),
    addresses: async (name) => {
      const four = await once('A', name, () => resolver.resolve4(name));
      if (four.kind === 'found' || four.kind === 'no_name') return four;
      const six = await once('AAAA', name, () => resolver.resolve6(name));
      return six.kind === 'none' ? four : six;
    },
  };
}

async function answerOf<T>(
  ask: () => Promise<readonly T[]>,
  deadline: AbortSignal,
): Promise<Answer<T>> {
  try {
    const records = await beforeEnd(ask, deadline);
    return records.length === 0 ? { kind: 'none' } : { kind: 'found', records };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENODATA') return { kind: 'none' };
    if (code === 'ENOTFOUND') return { kind: 'no_name' };
    return { kind: 'failed', why: WHY[code] ?? `the question could not be asked (${code})` };
  }
}

function beforeEnd<T>(ask: () => Promise<T>, deadline: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void =>
      reject(Object.assign(new Error('the check took too long'), { code: 'ETIMEOUT' }));
    if (deadline.aborted) return end();
    deadline.addEventListener('abort', end, { once: true });
    void ask()
      .then(resolve, reject)
      .finally(() => deadline.removeEventListener('abort', end));
  });
}

const CHAIN_MAX = 8;

/** Where the aliases of a name lead: the names after it, and whether they come round again. */
export async function aliasesOf(
  dns: Dns,
  name: string,
): Promise<{ names: string[]; isEndless: boolean }> {
  const names: string[] = [];
  for (let at = name; ;) {
    const answer = await dns.cname(at);
    const [next] = answer.kind === 'found' ? answer.records : [];
    if (next === undefined) return { names, isEndless: false };
    const isEndless = next === name || names.includes(next) || names.length >= CHAIN_MAX;
    names.push(next);
    if (isEndless) return { names, isEndless };
    at = next;
  }
}

/** What a name that gives no answer may be suffering from; null for what it is not known to have. */
export async function circleAt(dns: Dns, name: string): Promise<string | null> {
  const { isEndless } = await aliasesOf(dns, name);
  return isEndless ? `${name} is an alias (CNAME) that leads round in a circle` : null;
}
