import type { Finding, RecordKind } from '../sender-domain.ts';
import type { Dns } from './dns.ts';
import { ALL_SENDERS, BULK_SENDERS, draftOf, findingOf, shown, type Draft } from './finding.ts';
import {
  isSpfRecord,
  parseSpf,
  saysTheSame,
  spfRecordOf,
  withMechanisms,
  type SpfTerm,
} from './spf-record.ts';

/** RFC 7208 section 4.6.4: a record that needs more counts as broken. */
const LOOKUPS_MAX = 10;
/** Counting goes on past the limit to say how far over it is, but not for ever. */
const LOOKUPS_COUNTED_MAX = 30;
const REASONS = [BULK_SENDERS, ALL_SENDERS];

/** Everything a record leads to. */
interface Walk {
  lookups: number;
  readonly terms: SpfTerm[];
  /** Includes that cannot be followed, in words. */
  readonly broken: string[];
  /** Of names that gave no answer. */
  readonly unanswered: string[];
}

/**
 * Whether the servers that mail leaves by may send for a domain.
 *
 * @param mechanisms what the record has to hold, itself or in what it includes
 */
export async function checkSpf(
  dns: Dns,
  {
    record,
    name,
    mechanisms,
  }: {
    record: Extract<RecordKind, 'spf' | 'return_path_spf'>;
    name: string;
    mechanisms: readonly string[];
  },
): Promise<Finding> {
  const draft = draftOf({ record, name });
  const answer = await dns.txt(name);
  if (answer.kind === 'failed') {
    draft.notes.push({ verdict: 'unknown', text: `Could not be checked: ${answer.why}` });
    return findingOf(draft, REASONS);
  }
  const texts = answer.kind === 'found' ? answer.records : [];
  const records = texts.filter(isSpfRecord);
  draft.found = records;
  const [first] = records;
  if (first === undefined) {
    draft.expected = mechanisms.length === 0 ? null : spfRecordOf(mechanisms);
    draft.notes.push({
      verdict: 'missing',
      text: missingText({ answer: answer.kind, texts, name }),
    });
  } else if (records.length > 1) {
    const text = `${records.length} SPF records stand there; with more than one none counts. Make one of them`;
    draft.expected = mergedOf(records, mechanisms);
    draft.notes.push({ verdict: 'wrong', text });
  } else {
    await judge(dns, draft, { record: first, mechanisms });
  }
  return findingOf(draft, REASONS);
}

function missingText({
  answer,
  texts,
  name,
}: {
  answer: string;
  texts: readonly string[];
  name: string;
}) {
  const close = texts.find((text) => /^\W*(?:v\s*=\s*)?spf[12]?\b|^spf2\.0/i.test(text));
  if (close !== undefined) {
    return `No SPF record at ${name}: "${shown(close)}" does not begin with "v=spf1 "`;
  }
  return answer === 'no_name'
    ? `There is no SPF record: the name ${name} does not exist`
    : `There is no SPF record (a TXT record that begins with v=spf1) at ${name}`;
}

function mergedOf(records: readonly string[], mechanisms: readonly string[]): string {
  const words = records.flatMap((record) => parseSpf(record).terms);
  const kept = words.filter(({ name }) => name !== 'all' && !name.endsWith('='));
  const all = [...kept.map(({ text }) => text), ...mechanisms];
  return spfRecordOf([...new Set(all)]);
}

async function judge(
  dns: Dns,
  draft: Draft,
  { record, mechanisms }: { record: string; mechanisms: readonly string[] },
): Promise<void> {
  const { notes, name } = draft;
  const { terms, faults } = parseSpf(record);
  for (const fault of faults) {
    const text = `"${shown(fault)}" is no part of SPF; receivers take the whole record for broken`;
    notes.push({ verdict: 'wrong', text });
  }
  judgeEnd(draft, terms);
  if (terms.some((term) => term.name === 'ptr')) {
    const text = 'ptr is slow and not to be used (RFC 7208 section 5.5); take it out';
    notes.push({ verdict: 'warning', text });
  }
  const walk: Walk = { lookups: 0, terms: [], broken: [], unanswered: [] };
  await follow(dns, walk, { terms, path: [name] });
  for (const text of walk.broken) notes.push({ verdict: 'wrong', text });
  for (const text of walk.unanswered) notes.push({ verdict: 'unknown', text });
  if (walk.lookups > LOOKUPS_MAX) {
    const count =
      walk.lookups >= LOOKUPS_COUNTED_MAX ? `${LOOKUPS_COUNTED_MAX} or more` : walk.lookups;
    const text =
      `The record needs ${count} DNS look-ups; past ${LOOKUPS_MAX} receivers take it for broken ` +
      '(RFC 7208 section 4.6.4). Take out includes that you do not need';
    notes.push({ verdict: 'wrong', text });
  }
  const lacking = mechanisms.filter((one) => !walk.terms.some((term) => saysTheSame(term, one)));
  if (lacking.length > 0) {
    draft.expected = withMechanisms(record, lacking);
    const verdict = walk.unanswered.length > 0 ? 'unknown' : 'wrong';
    notes.push({ verdict, text: `The record does not allow ${lacking.join(' ')}; add it` });
  }
}

/** What becomes of everybody who is not named. */
function judgeEnd({ notes }: Draft, terms: readonly SpfTerm[]): void {
  const all = terms.find((term) => term.name === 'all');
  if (all === undefined) {
    if (terms.some((term) => term.name === 'redirect=')) return;
    const text = 'The record has no end: add ~all, so that it says something about everybody else';
    notes.push({ verdict: 'warning', text });
  } else if (all.qualifier === '+') {
    const text = '+all lets everybody in the world send for this domain; write ~all';
    notes.push({ verdict: 'wrong', text });
  } else if (all.qualifier === '?') {
    const text = '?all says nothing about everybody else; write ~all';
    notes.push({ verdict: 'warning', text });
  }
}

const LOOKUP_NAMES: ReadonlySet<string> = new Set([
  'include',
  'a',
  'mx',
  'ptr',
  'exists',
  'redirect=',
]);

async function follow(
  dns: Dns,
  walk: Walk,
  { terms, path }: { terms: readonly SpfTerm[]; path: readonly string[] },
): Promise<void> {
  const hasAll = terms.some((term) => term.name === 'all');
  for (const term of terms) {
    walk.terms.push(term);
    // A redirect beside an `all` is not looked at: RFC 7208 section 6.1.
    if (!LOOKUP_NAMES.has(term.name) || (term.name === 'redirect=' && hasAll)) continue;
    if (walk.lookups >= LOOKUPS_COUNTED_MAX) return;
    walk.lookups += 1;
    if (term.name !== 'include' && term.name !== 'redirect=') continue;
    // Macros depend on the mail in hand.
    if (term.value.includes('%')) continue;
    await followTo(dns, walk, { term, path });
  }
}

async function followTo(
  dns: Dns,
  walk: Walk,
  { term, path }: { term: SpfTerm; path: readonly string[] },
): Promise<void> {
  const target = term.value.replace(/\.$/, '');
  if (path.includes(target)) {
    walk.broken.push(`${shown(term.text)} leads round in a circle`);
    return;
  }
  const answer = await dns.txt(target);
  if (answer.kind === 'failed') {
    walk.unanswered.push(
      `${shown(target)}, which the record includes, could not be read: ${answer.why}`,
    );
    return;
  }
  const records = answer.kind === 'found' ? answer.records.filter(isSpfRecord) : [];
  const [record] = records;
  if (record === undefined || records.length > 1) {
    const what = record === undefined ? 'no SPF record' : `${records.length} SPF records`;
    walk.broken.push(
      `${shown(term.text)} leads to ${what}; receivers take the whole record for broken`,
    );
    return;
  }
  await follow(dns, walk, { terms: parseSpf(record).terms, path: [...path, target] });
}
