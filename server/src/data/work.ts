import type { ConsentDeps } from '../consent/index.ts';
import { inTransaction, isUnavailable, type Pool, type Transaction } from '../platform/db.ts';
import { DomainError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { pastDeadlocks } from '../platform/past-deadlocks.ts';
import { applyLines, type Applied } from './apply.ts';
import { FAULTS_MAX, type Import, type ImportCounts } from './import.ts';
import { createLineReader, type LineReader, type ReadChunk } from './lines.ts';
import {
  claimImport,
  deleteOldImports,
  findChunk,
  insertFaults,
  noteFailure,
  setState,
  settleChunk,
} from './sql/imports.ts';
import {
  deleteFollowUp,
  findLeftFollowUp,
  insertFollowUp,
  type FollowUp,
} from './sql/follow-ups.ts';

/** How long the loop of imports rests when there is nothing to import; it is rung for what comes. */
export const IMPORTS_IDLE_MS = 2_000;
/** A piece that fails as often is not tried again. */
const FAILURES_MAX = 5;
const RECEIVING_HOURS_MAX = 6;
const REPORT_KEPT_DAYS = 30;
const TIDY_BATCH_MAX = 20;

export interface ImportWorkDeps {
  readonly db: Pool;
  readonly consent: ConsentDeps;
  readonly log: Pick<Log, 'error'>;
  readonly docsUrl: () => string;
  readonly sideNow: (workspaceId: string) => Promise<Date>;
  /** Plans anew what waits for somebody whose time zone has changed. */
  readonly replanUser: (user: { bucket: number; userId: string }) => Promise<unknown>;
  /** Series listen to what was written. */
  readonly onSignalled: () => void;
}

/** A piece that was read while the one before it was being written. */
interface Ahead {
  readonly importId: string;
  readonly position: number;
  readonly revision: number;
  readonly reading: Promise<ReadChunk | null>;
}

/**
 * Works imports, a piece at a time, the one first that has waited longest. Each piece is written in one
 * transaction with the place where the import goes on: a worker may end at any point, and nothing is
 * written twice or left out. Any number of workers; one import is worked by one of them at a time.
 *
 * @returns a tick: the number of lines that it handled
 */
export function createImportDuty(deps: ImportWorkDeps): () => Promise<number> {
  const readers = readersOf(deps);
  let ahead: Ahead | null = null;
  return async () => {
    await catchUp(deps);
    const present: { one: Import | null } = { one: null };
    try {
      const done = await pastDeadlocks(() =>
        inTransaction(deps.db, async (tx) => {
          const one = await claimImport(tx);
          present.one = one;
          if (one === null) return null;
          const position = one.nextPosition;
          const chunk = await (isOf(ahead, one)
            ? ahead.reading
            : read(deps, readers(one), { one, position }));
          if (chunk === null) {
            await setState(tx, { id: one.id, state: 'done' });
            return { lines: 1, next: null };
          }
          ahead = readAhead(deps, readers(one), { one, position: position + 1 });
          return workChunk(deps, tx, { one, position, chunk });
        }),
      );
      if (done === null) return 0;
      if (done.next !== null) await followUp(deps, done.next);
      return done.lines;
    } catch (error) {
      ahead = null;
      const { one } = present;
      if (one === null || isUnavailable(error)) throw error;
      deps.log.error({ err: error, import: one.id }, 'a piece of an import could not be written');
      const fault = error instanceof DomainError ? error.message : 'A piece could not be written';
      await noteFailure(deps.db, { id: one.id, failuresMax: FAILURES_MAX, fault });
      return 0;
    }
  };
}

/** Readers of the imports that are being worked. */
function readersOf({ docsUrl }: ImportWorkDeps): (one: Import) => LineReader {
  const readers = new Map<string, LineReader>();
  return (one) => {
    const known = readers.get(one.id);
    if (known !== undefined) return known;
    if (readers.size >= READERS_MAX) readers.clear();
    const reader = createLineReader(one, { docsUrl: docsUrl() });
    readers.set(one.id, reader);
    return reader;
  };
}

const READERS_MAX = 20;

/** @returns null behind the last piece */
async function read(
  { db }: ImportWorkDeps,
  reader: LineReader,
  { one, position }: { one: Import; position: number },
): Promise<ReadChunk | null> {
  const chunk = await findChunk(db, { importId: one.id, position });
  return chunk === null ? null : reader.read(chunk);
}

/** Pieces never change, but for who is erased: then they are read again. */
function readAhead(
  deps: ImportWorkDeps,
  reader: LineReader,
  { one, position }: { one: Import; position: number },
): Ahead {
  const reading = read(deps, reader, { one, position });
  // Whoever awaits it hears of it.
  reading.catch(() => {});
  return { importId: one.id, position, revision: one.revision, reading };
}

const isOf = (ahead: Ahead | null, { id, nextPosition, revision }: Import): ahead is Ahead =>
  ahead?.importId === id && ahead.position === nextPosition && ahead.revision === revision;

/** Undoes a dry run, and brings out what it came to. */
class Undone extends Error {
  readonly applied: Applied;
  constructor(applied: Applied) {
    super('undone on purpose');
    this.applied = applied;
  }
}

async function workChunk(
  { consent, sideNow }: ImportWorkDeps,
  tx: Transaction,
  { one, position, chunk }: { one: Import; position: number; chunk: ReadChunk },
): Promise<{ lines: number; next: Next | null }> {
  const { id, options, counts: before } = one;
  const now = await sideNow(one.workspaceId);
  const work = { consent, one, items: chunk.items, now };
  const applied = options.isDryRun
    ? await undone(tx, (inner) => applyLines(inner, work))
    : await applyLines(tx, work);
  const faults = [...chunk.faults, ...applied.faults];
  const bad = faults.filter(({ isWarning }) => !isWarning).length;
  const counts: ImportCounts = {
    handled: chunk.lineCount,
    created: applied.created,
    changed: applied.changed,
    unchanged: applied.unchanged + chunk.skippedCount,
    bad,
    warned: faults.length - bad,
  };
  const room = FAULTS_MAX - before.bad - before.warned;
  await insertFaults(tx, { id, faults, room });
  await settleChunk(tx, { id, position, counts });
  // Where lines were erased there are fewer: then the end is found when no piece is left.
  const isLast = before.handled + chunk.lineCount >= one.lineCount;
  if (isLast) await setState(tx, { id, state: 'done' });
  if (options.isDryRun) return { lines: chunk.lineCount, next: null };
  const { declined, moved, isSignalled } = applied;
  const next = { importId: id, position, declined, moved, isSignalled };
  if (isAny(next)) await insertFollowUp(tx, { ...next, workspaceId: one.workspaceId });
  return { lines: chunk.lineCount, next };
}

async function undone(
  tx: Transaction,
  work: (inner: Transaction) => Promise<Applied>,
): Promise<Applied> {
  try {
    await tx.savepoint(async (inner) => {
      throw new Undone(await work(inner));
    });
  } catch (error) {
    if (error instanceof Undone) return error.applied;
    throw error;
  }
  throw new Error('a dry run was not undone');
}

/** What follows from a piece, with what need not be kept: whoever dies rings nobody. */
type Next = FollowUp & { readonly isSignalled: boolean };

const isAny = ({ declined, moved }: FollowUp): boolean => declined.length + moved.length > 0;

/** What follows from what has been committed. */
async function followUp(deps: ImportWorkDeps, next: Next): Promise<void> {
  if (isAny(next)) await finish(deps, next);
  if (next.isSignalled) deps.onSignalled();
}

async function finish({ db, consent, replanUser }: ImportWorkDeps, one: FollowUp): Promise<void> {
  if (one.declined.length > 0) await consent.withdraw(one.declined);
  for (const user of one.moved) await replanUser(user);
  await deleteFollowUp(db, one);
}

/** Longer than what follows from a piece takes. */
const LEFT_AFTER_MS = 10_000;

/** Does what a worker has left behind that died between a commit and what follows from it. */
async function catchUp(deps: ImportWorkDeps): Promise<void> {
  const left = await findLeftFollowUp(deps.db, { afterMs: LEFT_AFTER_MS });
  if (left !== null) await finish(deps, left);
}

/** Deletes files that stopped coming, and reports older than 30 days; some of each at a time. */
export const tidyImports = (db: Pool): Promise<number> =>
  deleteOldImports(db, {
    receivingHours: RECEIVING_HOURS_MAX,
    endedDays: REPORT_KEPT_DAYS,
    limit: TIDY_BATCH_MAX,
  });
