import { hash } from 'node:crypto';
import type { Automation } from './series.ts';

/** 96 bits: nobody looks for two drafts of one series that share them. */
const LENGTH = 16;

/**
 * What a draft says, in one short word: two readings with the same one have the same name, settings and
 * steps. Of the content, not of a counter: what is saved twice, or changed back, is no change.
 */
export const etagOf = ({ name, draft }: Pick<Automation, 'name' | 'draft'>): string =>
  hash('sha256', JSON.stringify([name, sorted(draft)]), 'base64url').slice(0, LENGTH);

/** With members in one order: the database has its own, and a body the one it was written in. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([one], [other]) => (one < other ? -1 : 1));
  return members.map(([name, member]) => [name, sorted(member)]);
}
