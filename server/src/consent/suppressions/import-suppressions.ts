import { isEmail } from '../../platform/email-address.ts';
import { userIdOf } from '../../platform/ids.ts';
import type { ConsentDeps } from '../change-preferences.ts';
import { SUPPRESSION_REASONS, type SuppressionReason } from '../consent.ts';
import { importInvalid } from '../errors.ts';
import { suppressMany, type SuppressionAsk } from '../suppress.ts';
import { parseCsv } from './csv.ts';

/** Lines of one import. */
export const LINES_MAX = 10_000;
/** Lines of one transaction. */
const CHUNK = 1_000;
const USER_ID_LENGTH_MAX = 255;

/** One line as it was sent. */
export interface ImportLine {
  /** From 1: of the file, or the place in the array. */
  readonly line: number;
  readonly email?: string;
  readonly userId?: string;
  readonly reason?: string;
}

/** What became of one line. */
export interface ImportResult {
  readonly line: number;
  readonly result: 'added' | 'present' | 'invalid';
  readonly error: string | null;
}

/**
 * Reads lines of CSV. The first may name the columns `email`, `user_id` and `reason`; without such a
 * line the first column is the address, and the second, if any, the reason.
 *
 * @throws `consent.import_invalid`
 */
export function linesOfCsv(text: string): ImportLine[] {
  const records = parseCsv(text);
  if (records === null) throw importInvalid('csv has a quote that is out of place');
  const names = (records[0]?.fields ?? []).map((field) => field.trim().toLowerCase());
  const isHeader = names.includes('email') || names.includes('user_id');
  const [email, userId, reason] = isHeader
    ? ['email', 'user_id', 'reason'].map((name) => names.indexOf(name))
    : [0, -1, 1];
  return (isHeader ? records.slice(1) : records).map(({ line, fields }) => {
    const field = (at = -1): string => (fields[at] ?? '').trim();
    return {
      line,
      ...(field(email) === '' ? {} : { email: field(email) }),
      ...(field(userId) === '' ? {} : { userId: field(userId) }),
      ...(field(reason) === '' ? {} : { reason: field(reason) }),
    };
  });
}

/**
 * Suppresses what each line names. Good lines count even when others do not.
 *
 * @returns one result for each line, in order
 * @throws `consent.import_invalid`
 */
export async function importSuppressions(
  deps: ConsentDeps,
  { workspaceId, lines, now }: { workspaceId: string; lines: readonly ImportLine[]; now: Date },
): Promise<ImportResult[]> {
  if (lines.length > LINES_MAX) throw importInvalid(`at most ${LINES_MAX} lines at once`);
  const results: ImportResult[] = [];
  for (let from = 0; from < lines.length; from += CHUNK) {
    const chunk = lines.slice(from, from + CHUNK).map((line) => ({
      line: line.line,
      read: readLine(workspaceId, line),
    }));
    const good = chunk.flatMap(({ read }) => (typeof read === 'string' ? [] : [read]));
    const added = await suppressMany(deps, { workspaceId, asks: good, source: 'import', now });
    let place = 0;
    for (const { line, read } of chunk) {
      if (typeof read === 'string') {
        results.push({ line, result: 'invalid', error: read });
        continue;
      }
      results.push({ line, result: added.has(place) ? 'added' : 'present', error: null });
      place += 1;
    }
  }
  return results;
}

/** What a line asks for, or what is wrong with it. */
function readLine(
  workspaceId: string,
  { email, userId, reason = 'import' }: ImportLine,
): SuppressionAsk | string {
  if (!isReason(reason)) return `reason must be one of ${SUPPRESSION_REASONS.join(', ')}`;
  if ((email === undefined) === (userId === undefined)) return 'give email or user_id';
  if (userId !== undefined) {
    if (userId.length > USER_ID_LENGTH_MAX) return 'user_id is too long';
    return { userId: userIdOf(workspaceId, userId), reason };
  }
  if (email === undefined || !isEmail(email)) return 'email is not a valid email address';
  return { address: email, reason };
}

const isReason = (text: string): text is SuppressionReason =>
  (SUPPRESSION_REASONS as readonly string[]).includes(text);
