import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './setup-error.ts';

/** One numbered file of server/migrations. */
export interface Migration {
  readonly number: number;
  /** The file's name without `.sql`: `0012_add_delivery_lease`. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the text, in hex; the same whatever the line ends. */
  readonly checksum: string;
  /** Why servers of earlier versions cannot run on what it leaves; null when they can. */
  readonly breaking: string | null;
  /** False for one concurrent index build, which no transaction may hold. */
  readonly transaction: boolean;
}

const FILE = /^(\d{4})_([a-z0-9]+(?:_[a-z0-9]+)*)\.sql$/;
const DUMP = 'schema.sql';
const INDEX_STATEMENT =
  /^(?:create (?:unique )?index concurrently|drop index concurrently|reindex index concurrently)\b[^;]*;?$/i;

/**
 * Reads the migrations of a folder in order of number.
 *
 * @throws SetupError when a file is misnamed, misses its first line, or a number is missing or taken twice
 */
export function readMigrations(dir: string): Migration[] {
  const files = readdirSync(dir).filter((name) => name.endsWith('.sql') && name !== DUMP);
  const migrations = files
    .toSorted()
    .map((file) => parseMigration(file, readFileSync(join(dir, file), 'utf8')));
  migrations.forEach(({ number, name }, index) => {
    if (number === index + 1) return;
    throw new SetupError(`Migration ${name} should have number ${index + 1}: numbers run from 1.`);
  });
  return migrations;
}

/** Reads one migration: its number from the name of the file, its kind from the first lines. */
export function parseMigration(file: string, text: string): Migration {
  const [, digits, words] = FILE.exec(file) ?? [];
  if (digits === undefined || words === undefined) {
    throw new SetupError(
      `Migration ${file} is misnamed; a name looks like 0012_add_delivery_lease.sql.`,
    );
  }
  const sql = text.replaceAll('\r\n', '\n');
  const lines = sql.split('\n');
  const [, kind, why] = /^-- (compatible|breaking)(?:: (\S.*))?$/.exec(lines[0] ?? '') ?? [];
  if (kind === undefined || (kind === 'breaking') !== (why !== undefined)) {
    throw new SetupError(
      `Migration ${file} must begin with the line "-- compatible" or "-- breaking: why".`,
    );
  }
  const transaction = !lines.includes('-- no transaction');
  if (!transaction && !INDEX_STATEMENT.test(statementOf(sql))) {
    throw new SetupError(
      `Migration ${file} says "-- no transaction", which permits one concurrent index statement and nothing else.`,
    );
  }
  return {
    number: Number(digits),
    name: `${digits}_${words}`,
    sql,
    checksum: createHash('sha256').update(sql).digest('hex'),
    breaking: why ?? null,
    transaction,
  };
}

/** The index that a concurrent build makes, or null when the statement makes none. */
export function builtIndexOf({ sql }: Migration): string | null {
  const pattern = /^create (?:unique )?index concurrently (?:if not exists )?("?)(\w+)\1 on\b/i;
  return pattern.exec(statementOf(sql))?.[2] ?? null;
}

/** The text without comment lines, on one line. */
function statementOf(sql: string): string {
  const lines = sql.split('\n').filter((line) => !line.trimStart().startsWith('--'));
  return lines.join(' ').replace(/\s+/g, ' ').trim();
}
