/** One term of an SPF record. Source: RFC 7208 section 4.6.1. */
export interface SpfTerm {
  readonly qualifier: '+' | '-' | '~' | '?';
  /** `include`, `ip4`, …; `redirect` and `exp` are modifiers. */
  readonly name: string;
  /** What follows the colon, the sign of equality or the slash; empty for nothing. */
  readonly value: string;
  /** As it stands there. */
  readonly text: string;
}

const MECHANISMS: ReadonlySet<string> = new Set([
  'all',
  'include',
  'a',
  'mx',
  'ptr',
  'ip4',
  'ip6',
  'exists',
]);
const TERM = /^([+\-~?])?([a-z][a-z0-9_.-]*)(?:([:=/])(.*))?$/i;
const TERMS_MAX = 100;

export const isSpfRecord = (text: string): boolean => /^v=spf1(?: |$)/i.test(text);

/** The terms of a record, and what cannot be read as one. */
export function parseSpf(record: string): { terms: SpfTerm[]; faults: string[] } {
  const terms: SpfTerm[] = [];
  const faults: string[] = [];
  for (const text of record
    .split(/ +/)
    .slice(1, TERMS_MAX)
    .filter((word) => word !== '')) {
    const [, qualifier = '+', name = '', sign = '', value = ''] = TERM.exec(text) ?? [];
    const isModifier = sign === '=';
    if (name === '' || (!isModifier && !MECHANISMS.has(name.toLowerCase()))) {
      faults.push(text);
      continue;
    }
    const needsValue = ['include', 'ip4', 'ip6', 'exists', 'redirect'].includes(name.toLowerCase());
    if (needsValue && value === '') {
      faults.push(text);
      continue;
    }
    const whole = sign === '/' ? `/${value}` : value;
    terms.push({
      qualifier: qualifier as SpfTerm['qualifier'],
      name: isModifier ? `${name.toLowerCase()}=` : name.toLowerCase(),
      value: whole.toLowerCase(),
      text,
    });
  }
  return { terms, faults };
}

/** Whether two terms allow the same, for those that are compared by what they say. */
export const saysTheSame = (term: SpfTerm, mechanism: string): boolean =>
  term.qualifier === '+' && term.text.replace(/^\+/, '').toLowerCase() === mechanism.toLowerCase();

/** A record with more mechanisms: in front of its `all` or `redirect`, where they count. */
export function withMechanisms(record: string, mechanisms: readonly string[]): string {
  const words = record.split(/ +/).filter((word) => word !== '');
  const end = words.findIndex((word) => /^(?:[+\-~?]?all|redirect=.*)$/i.test(word));
  const place = end === -1 ? words.length : end;
  const merged = words.toSpliced(place, 0, ...mechanisms);
  return (end === -1 ? [...merged, '~all'] : merged).join(' ');
}

/** A record of these mechanisms alone. */
export const spfRecordOf = (mechanisms: readonly string[]): string =>
  ['v=spf1', ...mechanisms, '~all'].join(' ');
