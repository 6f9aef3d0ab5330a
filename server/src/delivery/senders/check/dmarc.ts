import { isWithin, withParents, type Finding } from '../sender-domain.ts';
import type { Dns } from './dns.ts';
import { BULK_SENDERS, draftOf, findingOf, shown, tagsOf, type Draft } from './finding.ts';

const REASONS = [BULK_SENDERS];
/** RFC 9989 section 4.10 looks at eight names at most. */
const NAMES_MAX = 8;
const POLICIES: ReadonlySet<string> = new Set(['none', 'quarantine', 'reject']);

const isDmarcRecord = (text: string): boolean => /^v\s*=\s*DMARC1\s*(?:;|$)/.test(text);

/** The record to begin with: it changes nothing but that reports come. */
export const dmarcRecordOf = (domain: string): string =>
  `v=DMARC1; p=none; rua=mailto:dmarc@${domain}`;

export const dmarcNameOf = (domain: string): string => `_dmarc.${domain}`;

/**
 * Whether receivers are told what to do with mail that only says it is from the domain, and whether
 * ours passes: by DKIM, and by SPF too where the return-path allows it.
 *
 * @param from domains of the senders' addresses, which may lie below the domain
 * @param returnPath domain of the envelope's sender
 */
export async function checkDmarc(
  dns: Dns,
  { domain, from, returnPath }: { domain: string; from: readonly string[]; returnPath: string },
): Promise<Finding> {
  const draft = draftOf({ record: 'dmarc', name: dmarcNameOf(domain) });
  for (const at of withParents(domain).slice(0, NAMES_MAX)) {
    const answer = await dns.txt(dmarcNameOf(at));
    if (answer.kind === 'failed') {
      draft.notes.push({ verdict: 'unknown', text: `Could not be checked: ${answer.why}` });
      return findingOf(draft, REASONS);
    }
    const texts = answer.kind === 'found' ? answer.records : [];
    const records = texts.filter(isDmarcRecord);
    if (records.length === 0) {
      if (at === domain) noteAlmost(draft, texts);
      continue;
    }
    draft.found = records;
    judge(draft, records, { at, domain });
    judgeAlignment(draft, { record: records[0] ?? '', domain, from, returnPath });
    return findingOf(draft, REASONS);
  }
  draft.expected = dmarcRecordOf(domain);
  draft.notes.push({ verdict: 'missing', text: `There is no DMARC record at ${draft.name}` });
  return findingOf(draft, REASONS);
}

function noteAlmost(draft: Draft, texts: readonly string[]): void {
  const close = texts.find((text) => /dmarc/i.test(text));
  if (close === undefined) return;
  draft.found = [close];
  const text = `"${shown(close)}" is no DMARC record: it has to begin with "v=DMARC1;"`;
  draft.notes.push({ verdict: 'wrong', text });
}

function judge(
  draft: Draft,
  records: readonly string[],
  { at, domain }: { at: string; domain: string },
): void {
  const { notes } = draft;
  if (records.length > 1) {
    draft.expected = records[0] ?? null;
    const text = `${records.length} DMARC records stand there; with more than one none counts`;
    notes.push({ verdict: 'wrong', text });
    return;
  }
  const tags = tagsOf(records[0] ?? '');
  const policy = (at === domain ? tags.get('p') : (tags.get('sp') ?? tags.get('p')))?.toLowerCase();
  if (policy === undefined) {
    draft.expected = dmarcRecordOf(domain);
    notes.push({ verdict: 'wrong', text: 'The record has no policy: add p=none to begin with' });
  } else if (!POLICIES.has(policy)) {
    draft.expected = dmarcRecordOf(domain);
    const text = `p=${shown(policy)} is no policy; it has to be none, quarantine or reject`;
    notes.push({ verdict: 'wrong', text });
  } else {
    const whose = at === domain ? '' : `, by the record of ${at}`;
    notes.push({
      verdict: 'ok',
      text: `The policy is ${policy}${whose}${POLICY_SAYS[policy] ?? ''}`,
    });
  }
  judgeReports(draft, tags, domain);
}

const POLICY_SAYS: Readonly<Record<string, string>> = {
  none: ': enough for bulk senders; when the reports show nothing strange, go on to quarantine',
};

function judgeReports({ notes }: Draft, tags: ReadonlyMap<string, string>, domain: string): void {
  const rua = tags.get('rua');
  if (rua === undefined) {
    const text = `Nobody gets the reports: add rua=mailto:dmarc@${domain}, an address that somebody reads`;
    notes.push({ verdict: 'warning', text });
  } else if (rua.split(',').some((uri) => !/^mailto:[^\s@]+@[^\s@]+$/i.test(uri.trim()))) {
    const text = `rua=${shown(rua)} names no address that reports can go to; write rua=mailto:…`;
    notes.push({ verdict: 'warning', text });
  }
  const share = tags.get('pct');
  if (share !== undefined && share !== '100') {
    const text = `pct=${shown(share)} holds the policy back for some mail; receivers no longer heed it`;
    notes.push({ verdict: 'warning', text });
  }
}

/** Source: RFC 7489 section 3.1. Our signature names the domain itself. */
function judgeAlignment(
  { notes }: Draft,
  {
    record,
    domain,
    from,
    returnPath,
  }: { record: string; domain: string; from: readonly string[]; returnPath: string },
): void {
  const tags = tagsOf(record);
  const below = from.filter((one) => one !== domain);
  if (tags.get('adkim')?.toLowerCase() === 's' && below.length > 0) {
    const text =
      `adkim=s asks for a signature of the very domain in From: mail from ${below.join(', ')} is ` +
      `signed by ${domain} and fails. Add those domains here, or take adkim=s out`;
    notes.push({ verdict: 'wrong', text });
  }
  const isStrict = tags.get('aspf')?.toLowerCase() === 's';
  const isAligned = isStrict ? returnPath === domain : isRelated(returnPath, domain);
  if (!isAligned) {
    const why = isStrict ? 'aspf=s asks for the very domain in From' : 'it is of another domain';
    const text = `SPF of the return-path ${returnPath} does not count for DMARC: ${why}. DKIM does`;
    notes.push({ verdict: 'warning', text });
  }
}

/** Whether the two belong to one organisation, as far as their names show. */
const isRelated = (one: string, other: string): boolean =>
  isWithin(one, other) || isWithin(other, one) || parentOf(one) === parentOf(other);

/** The name above; of a name of two labels itself, for above it are the registries. */
const parentOf = (name: string): string => {
  const labels = name.split('.');
  return labels.length > 2 ? labels.slice(1).join('.') : name;
};
