/** One opening or following as a server sees it. */
export interface SeenRequest {
  readonly kind: 'opened' | 'clicked';
  readonly method: string;
  readonly userAgent: string;
  /** A browser says that it loads ahead of anybody's wish. */
  readonly isPrefetch: boolean;
}

/** Why a visit was a program's: the words that are kept in `detail.reason`. */
export type MachineReason =
  | 'apple_privacy_proxy'
  | 'gmail_prefetch'
  | 'head_request'
  | 'prefetch'
  | 'no_user_agent'
  | 'scanner'
  | 'too_soon'
  | 'all_links_at_once'
  | 'honeypot';

/** Nobody reads and follows faster. From the acceptance by the receiving server. */
const TOO_SOON_MS = 1_500;
/** So many different links of one message within so long: nobody reads like that. */
const BURST_LINKS = 3;
const BURST_MS = 10_000;
/** Two within this time are a program's too. */
const PAIR_MS = 1_000;
/** Whoever follows the hidden link followed the others around it. */
const HONEYPOT_MS = 600_000;

/** Apple Mail's privacy proxy loads pictures when mail arrives, and says no more than this. */
const APPLE_PROXY = /^Mozilla\/5\.0$/;
/** Gmail loads ahead with this, and through its proxy when somebody looks. */
const GMAIL_PREFETCH = /Edge\/12\.246 Mozilla\/5\.0/;
/** Picture proxies of mailboxes: they load when a person looks, so it was the person. */
const IMAGE_PROXIES: readonly (readonly [RegExp, string])[] = [
  [/GoogleImageProxy|ggpht\.com/i, 'gmail'],
  [/YahooMailProxy|YahooCacheSystem/i, 'yahoo'],
];
/** Link checkers of mail gateways, previews of chats, libraries and crawlers. */
const SCANNER = new RegExp(
  [
    'bot\\b|crawl|spider|slurp|scan(?:ner|ning)?\\b|preview|fetcher|monitor|validator|checker',
    'barracuda|proofpoint|mimecast|symantec|messagelabs|fireeye|forcepoint|ironport|trend ?micro',
    'sophos|bitdefender|kaspersky|zscaler|cloudmark|vade(?:secure)?|safelinks|urldefense|virustotal',
    'office existence discovery|ms-?office|bingpreview|google-safety|google-read-aloud|feedfetcher',
    'facebookexternalhit|whatsapp|telegram|slack|discord|skypeuripreview|linkedin|twitter|pinterest',
    'headlesschrome|phantomjs|puppeteer|playwright|selenium|electron/.*scan',
    'curl/|wget/|libwww|lwp::|python|aiohttp|httpx|go-http-client|okhttp|java/|apache-httpclient',
    'axios|node-fetch|undici|got \\(|ruby|php/|guzzle|perl|powershell|winhttp|urlgrabber|nutch',
  ].join('|'),
  'i',
);

/** What the request alone tells of a program; null for a person as far as that goes. */
export function staticReasonOf(request: SeenRequest): MachineReason | null {
  const { kind, method, userAgent, isPrefetch } = request;
  if (method === 'HEAD') return 'head_request';
  if (isPrefetch) return 'prefetch';
  const agent = userAgent.trim();
  if (agent === '') return 'no_user_agent';
  if (APPLE_PROXY.test(agent)) return kind === 'opened' ? 'apple_privacy_proxy' : 'scanner';
  if (GMAIL_PREFETCH.test(agent)) return 'gmail_prefetch';
  if (imageProxyOf(agent) !== null) return null;
  return SCANNER.test(agent) ? 'scanner' : null;
}

/** Through whose picture proxy somebody looked; null when through none. */
export function imageProxyOf(userAgent: string): string | null {
  return IMAGE_PROXIES.find(([pattern]) => pattern.test(userAgent))?.[1] ?? null;
}

/** A visit that is known, or is to be judged. */
export interface Visit {
  readonly id: string;
  readonly kind: 'opened' | 'clicked';
  readonly at: Date;
  /** Null for openings. */
  readonly linkId: string | null;
  /** Why it is a program's, as far as is known. */
  readonly reason: string | null;
  /** As far as is known. */
  readonly isMachine: boolean;
  readonly isTrap: boolean;
}

/**
 * Judges the visits of one message together, those before and the new ones: whoever rushes through all
 * links, or follows the hidden one, shows what the visits around it were. Once a machine's, always a
 * machine's. Pure; the order of the visits does not matter.
 *
 * @param acceptedAt when a server took the message; null while we do not know
 * @param isBeingSent nobody can have it yet
 * @returns by id, why each machine's visit is one
 */
export function judge(
  visits: readonly Visit[],
  { acceptedAt, isBeingSent }: { acceptedAt: Date | null; isBeingSent: boolean },
): Map<string, string> {
  const reasons = new Map<string, string>();
  const clicks = visits.filter(({ kind, isTrap }) => kind === 'clicked' && !isTrap);
  const rushed = rushedAmong(clicks);
  const trapped = visits.filter(({ isTrap }) => isTrap).map(({ at }) => at.getTime());
  for (const visit of visits) {
    const at = visit.at.getTime();
    const isSoon = isBeingSent || (acceptedAt !== null && at - acceptedAt.getTime() < TOO_SOON_MS);
    const isTrapped =
      visit.kind === 'clicked' && trapped.some((trap) => Math.abs(trap - at) <= HONEYPOT_MS);
    if (visit.isMachine && visit.reason !== null) reasons.set(visit.id, visit.reason);
    else if (isTrapped) reasons.set(visit.id, 'honeypot');
    else if (rushed.has(visit.id)) reasons.set(visit.id, 'all_links_at_once');
    else if (isSoon && visit.reason === null) reasons.set(visit.id, 'too_soon');
  }
  return reasons;
}

/** Clicks on many different links within a short time. */
function rushedAmong(clicks: readonly Visit[]): Set<string> {
  const rushed = new Set<string>();
  const sorted = clicks.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  for (const [place, first] of sorted.entries()) {
    const near = sorted
      .slice(place)
      .filter(({ at }) => at.getTime() - first.at.getTime() <= BURST_MS);
    const pair = near.filter(({ at }) => at.getTime() - first.at.getTime() <= PAIR_MS);
    const group = linksOf(near) >= BURST_LINKS ? near : linksOf(pair) >= 2 ? pair : [];
    for (const { id } of group) rushed.add(id);
  }
  return rushed;
}

const linksOf = (clicks: readonly Visit[]): number =>
  new Set(clicks.map(({ linkId }) => linkId)).size;
