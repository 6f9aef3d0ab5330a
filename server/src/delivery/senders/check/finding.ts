import type { Finding, Verdict } from '../sender-domain.ts';

export const BULK_SENDERS =
  'Gmail and Yahoo ask everybody who sends 5,000 emails a day or more for SPF, DKIM and DMARC; ' +
  'Outlook.com refuses such mail without them (550 5.7.515)';
export const ALL_SENDERS = 'Gmail and Yahoo ask every sender for SPF or DKIM';

/** A finding that is put together as things are found out. */
export interface Draft extends Pick<Finding, 'record' | 'name' | 'selector'> {
  found: readonly string[];
  expected: string | null;
  readonly notes: { readonly verdict: Verdict; readonly text: string }[];
}

export const draftOf = (
  of: Pick<Finding, 'record' | 'name' | 'selector'>,
  found: readonly string[] = [],
): Draft => ({ ...of, found, expected: null, notes: [] });

/** The worst word of all notes is the verdict. */
const RANK: Record<Verdict, number> = { ok: 0, warning: 1, unknown: 2, missing: 3, wrong: 4 };
/** Of what stands in somebody's DNS, as much as is shown. */
const FOUND_MAX = 10;
const FOUND_LENGTH_MAX = 1_000;

export function findingOf(
  { record, name, selector, found, expected, notes }: Draft,
  reasons: readonly string[],
): Finding {
  const sorted = notes.toSorted((one, other) => RANK[other.verdict] - RANK[one.verdict]);
  const verdict = sorted[0]?.verdict ?? 'ok';
  return {
    record,
    name,
    ...(selector === undefined ? {} : { selector }),
    verdict,
    found: found.slice(0, FOUND_MAX).map(shown),
    expected,
    says: sorted.map(({ text }) => text),
    reasons: verdict === 'ok' ? [] : reasons,
  };
}

/** Foreign text as it may be stored and shown. */
export const shown = (text: string): string =>
  text.slice(0, FOUND_LENGTH_MAX).replaceAll(/[^\x20-\x7e]/g, '?');

/** `a=b; c=d` as tags; of a tag that is there twice the first one. Source: RFC 6376 section 3.2. */
export function tagsOf(record: string): Map<string, string> {
  const tags = new Map<string, string>();
  for (const part of record.split(';')) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    if (at > 0 && !tags.has(name)) tags.set(name, part.slice(at + 1).trim());
  }
  return tags;
}
