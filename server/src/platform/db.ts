import type { Duplex } from 'node:stream';
import type postgres from 'postgres';
import { presentCause } from './cause.ts';
import { parseDatabaseUrl } from './database-url.ts';
import { driver } from './postgres-driver.ts';

/**
 * The pool or a transaction: whatever a statement can run on.
 *
 * Three things to know about values (postgres.js asks the server for the type of each `$n`):
 * - JSON goes as `${db.json(value)}`. A JSON text goes as `${text}::text::jsonb`; straight to
 *   `::jsonb` it would be encoded twice. Many go as `${texts}::text[]`, cast inside the statement.
 * - Arrays of dates or booleans go as strings with a cast, `${flags.map(String)}::boolean[]`, for a bare
 *   array is taken for one value of its first element's type. Strings and numbers go as they are.
 * - `undefined` is refused; write `null`.
 */
export type Db = postgres.ISql;

/** A transaction in hand; ends with the callback of `pool.begin`. */
export type Transaction = postgres.TransactionSql;

/** All connections of this process to one database. Only a use case opens transactions on it. */
export type Pool = postgres.Sql;

/** What `db.json` takes. */
export type Json = postgres.JSONValue;

const POOL_MAX = 10;
const CONNECT_TIMEOUT_SECONDS = 10;
/** A restarted database is back within a second or two; waiting longer would only hold the queue up. */
const RECONNECT_MAX_SECONDS = 2;
const YEAR_DIGITS = 4;

/**
 * Opens a pool. Connections are made when first needed and made anew when lost.
 *
 * Instants come as `Date`, `bigint` as a number where it is exact (else as text), `numeric` as text.
 * The session's time zone is UTC. Statements are prepared; those without an answer to wait for are
 * pipelined. Only settings that every pooler lets through are sent at the start of a session.
 *
 * @param url as `parseDatabaseUrl` reads it
 * @param max connections at most
 * @param statementTimeoutMs longest a statement may run; not through a pooler in transaction mode
 * @param idleTransactionTimeoutMs longest a transaction may wait for its next statement; likewise
 * @param openSocket gives each connection its stream, where no network is wanted: a simulation
 */
export function connect(
  url: string,
  {
    max = POOL_MAX,
    applicationName = 'milepost',
    statementTimeoutMs,
    idleTransactionTimeoutMs,
    openSocket,
    onNotice = () => {},
  }: {
    max?: number;
    applicationName?: string;
    statementTimeoutMs?: number;
    idleTransactionTimeoutMs?: number;
    openSocket?: () => Duplex;
    onNotice?: (notice: Readonly<Record<string, string>>) => void;
  } = {},
): Pool {
  return driver({
    ...parseDatabaseUrl(url),
    max,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    backoff: (failures: number) =>
      Math.min(RECONNECT_MAX_SECONDS, 0.05 * 2 ** Math.min(failures, 10)),
    onnotice: onNotice,
    connection: {
      application_name: applicationName,
      TimeZone: 'UTC',
      ...(statementTimeoutMs === undefined ? {} : { statement_timeout: statementTimeoutMs }),
      ...(idleTransactionTimeoutMs === undefined
        ? {}
        : { idle_in_transaction_session_timeout: idleTransactionTimeoutMs }),
    },
    types: { bigint, instant, boolean },
    // An option that the driver has and does not declare.
    ...(openSocket === undefined ? {} : ({ socket: openSocket } as object)),
  });
}

// Oid 16 is boolean, 20 bigint, 1082 date, 1114 timestamp, 1184 timestamptz. Source: pg_type.dat.

const bigint = {
  to: 20,
  from: [20],
  serialize: (value: bigint | number | string) => String(value),
  parse: (text: string) => (Number.isSafeInteger(Number(text)) ? Number(text) : text),
};

/** Also takes the words, for lists of flags travel as `${flags.map(String)}::boolean[]`. */
const boolean = {
  to: 16,
  from: [16],
  serialize: (value: boolean | string) => String(value),
  parse: (text: string) => text === 't',
};

const instant = {
  to: 1184,
  from: [1082, 1114, 1184],
  // PostgreSQL wants years past 9999 without the sign that ISO 8601 gives them in JavaScript.
  serialize: (value: Date | string) =>
    (value instanceof Date ? value : new Date(value)).toISOString().replace(/^\+0*/, ''),
  parse: (text: string) => new Date(isoOf(text)),
};

/** `2026-01-02 03:04:05.678901+00` as ISO 8601, which parses in a third of the time. */
function isoOf(text: string): string {
  const digits = text.indexOf('-');
  const date = digits > YEAR_DIGITS ? `+${text.padStart(text.length + 6 - digits, '0')}` : text;
  const [day = '', time] = date.split(' ');
  if (time === undefined) return day;
  return `${day}T${time.replace(/[+-]00$/, '')}Z`;
}

/**
 * Runs `work` in one transaction: committed when it returns, rolled back when it throws. Who caused it is
 * written into it, for the audit log; where nobody did, that costs nothing.
 *
 * When this throws, `work` has ended, and nothing of it goes on behind the caller's back. When the
 * connection was lost on the way, whether it was committed is unknown.
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const lost = { isLost: false };
  const cause = presentCause();
  let ended: Promise<unknown> = Promise.resolve();
  try {
    // Wrapped, because postgres.js would await each element of an array that `work` returns.
    const { value } = await pool.begin<{ value: T }>(async (transaction) => {
      const working = caused(guarded(transaction, lost), cause, work);
      ended = working.catch(() => {});
      try {
        return { value: await leavingAlone(lost, working) };
      } catch (error) {
        // It may be another connection's; when it is ours, `begin` throws in this very turn.
        if (isUnavailable(error)) await new Promise((resolve) => setImmediate(resolve));
        return leavingAlone(lost, Promise.reject(error as Error));
      }
    });
    return value;
  } catch (error) {
    lost.isLost = true;
    await ended;
    throw error;
  }
}

async function caused<T>(
  transaction: Transaction,
  cause: string | null,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  if (cause !== null) await transaction`select set_config('milepost.cause', ${cause}, true)`;
  return work(transaction);
}

/** Runs `work` in the transaction in hand, or in one of its own where there is none. */
export async function withinTransaction<T>(
  db: Pool | Transaction,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  return 'savepoint' in db ? work(db) : inTransaction(db, work);
}

/**
 * Once its connection is lost, `begin` throws, and so must never be told how the work ended: postgres.js
 * 3.4 would send a commit or a rollback to a socket that is not there, which ends the process, or to
 * whoever has the connection by then.
 */
async function leavingAlone<T>(lost: { isLost: boolean }, ending: Promise<T>): Promise<T> {
  try {
    return await ending;
  } finally {
    if (lost.isLost) await new Promise<never>(() => {});
  }
}

/** The transaction, until its connection is lost; for the same reason. */
function guarded(transaction: Transaction, lost: { isLost: boolean }): Transaction {
  return new Proxy(transaction, {
    apply: (target, self, args: unknown[]) => {
      const isStatement = Array.isArray((args[0] as { raw?: unknown } | undefined)?.raw);
      if (!lost.isLost || !isStatement) return Reflect.apply(target, self, args) as unknown;
      const refused = Promise.reject(new Error('the connection of this transaction is lost'));
      // Whoever awaits it hears of it; nobody needs to.
      refused.catch(() => {});
      return refused;
    },
  });
}

/**
 * What the database said no with, or null when `error` is not an answer of the database.
 *
 * Decide by `sqlState` and `constraint`; never by the message.
 */
export function refusalOf(error: unknown): { sqlState: string; constraint: string | null } | null {
  if (!(error instanceof driver.PostgresError)) return null;
  return { sqlState: error.code, constraint: error.constraint_name ?? null };
}

/** SQLSTATE classes 08 (connection), 53 (resources), 57P (shutdown, crash): the database, not the statement. */
const UNAVAILABLE_SQL_STATE = /^(08|53|57P)/;
const UNAVAILABLE_CODES = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
]);

/** Whether the database could not be reached or was going down: worth trying again later. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof driver.PostgresError) return UNAVAILABLE_SQL_STATE.test(error.code);
  return 'code' in error && typeof error.code === 'string' && UNAVAILABLE_CODES.has(error.code);
}
