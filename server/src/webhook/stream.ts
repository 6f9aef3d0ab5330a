import { open, type FileHandle } from 'node:fs/promises';
import { inTransaction, type Pool } from '../platform/db.ts';
import { bodyOf } from './event-types.ts';
import { hasLines, openStream, takeLines } from './sql/lines.ts';
import { forgetErased } from './sql/settle.ts';

/** Where lines go. */
export interface LineWriter {
  /** Resolves when the lines will survive the end of this process. */
  readonly write: (lines: string) => Promise<void>;
}

/** Whether whoever wrote last died in the midst of a line. */
async function isMidLine(file: FileHandle): Promise<boolean> {
  const stat = await file.stat();
  // A pipe has no end to look at.
  if (!stat.isFile() || stat.size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, stat.size - 1);
  return buffer.toString('latin1') !== '\n';
}

/** Of somebody who does not read: less than a transaction may stand still. */
const WRITE_MS = 5_000;
/** Lines of one transaction. */
const LINES_MAX = 500;
/** How often the stream says that somebody writes it. */
const SEEN_MS = 60_000;

interface Output {
  write(text: string, done: (error?: Error | null) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/**
 * Whoever reads may stop to: then lines stay in the database, but for those that were handed over last, and
 * the process goes on. Nothing more is handed over before those are taken.
 */
function outputWriterOf(out: Output, writeMs: number): LineWriter {
  // A pipe that was closed is told to the write; unheard it would end the process.
  out.on('error', () => {});
  let isUnderWay = false;
  return {
    write: (lines) =>
      new Promise((resolve, reject) => {
        if (isUnderWay) return reject(new Error('nobody reads standard output'));
        const timer = setTimeout(reject, writeMs, new Error('nobody reads standard output'));
        isUnderWay = true;
        out.write(lines, (error) => {
          isUnderWay = false;
          clearTimeout(timer);
          if (error) reject(error);
          else resolve();
        });
      }),
  };
}

/**
 * Appends to a file, or to standard output under the name `-`. The file is opened anew for each batch,
 * so that it may be moved away by whoever rotates logs, and synced.
 *
 * @param out standard output
 */
export function lineWriterOf(
  path: string,
  out: Output,
  { writeMs = WRITE_MS }: { writeMs?: number } = {},
): LineWriter {
  if (path === '-') return outputWriterOf(out, writeMs);
  return {
    write: async (lines) => {
      const file = await open(path, 'a+', 0o600);
      try {
        await file.appendFile((await isMidLine(file)) ? `\n${lines}` : lines);
        await file.datasync();
      } finally {
        await file.close();
      }
    },
  };
}

/**
 * Writes events as JSON Lines, each at least once and in the order in which they were written down. How
 * far it got is in the database: a line goes from there in the transaction that ends after it was
 * written, so whoever dies in between leaves it to be written again.
 *
 * @returns a tick; it begins by saying that there is somebody who writes
 */
export function createEventStream({
  db,
  monotonicMs,
  writer,
}: {
  db: Pool;
  monotonicMs: () => number;
  writer: LineWriter;
}): () => Promise<number> {
  let seenMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if (monotonicMs() - seenMs >= SEEN_MS) {
      await openStream(db);
      seenMs = monotonicMs();
    }
    if (!(await hasLines(db))) return 0;
    const written = await inTransaction(db, async (tx) => {
      const events = await takeLines(tx, LINES_MAX);
      if (events.length > 0) {
        await writer.write(events.map((event) => `${bodyOf(event)}\n`).join(''));
      }
      return events;
    });
    if (written.some(({ type }) => type === 'user.erased')) await forgetErased(db);
    return written.length;
  };
}
