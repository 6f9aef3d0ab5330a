import type { Transaction } from '../platform/db.ts';
import { contentOf } from './receive.ts';
import { createLineReader } from './lines.ts';
import { chunksAfter, lockUnfinished, rewriteChunk } from './sql/imports.ts';

/** Pieces that are read at once. */
const CHUNKS_AT_ONCE = 4;
/** Whom a line is about. */
const FIELDS = ['user_id', 'email'];

/**
 * Takes the lines about a person out of the files that wait to be imported, in the caller's transaction.
 * Files that have been imported are kept nowhere, and reports hold no values.
 *
 * Locks: the imports of the side that have not ended. Cost: reads all that waits.
 *
 * @param words their id and their address
 */
export async function eraseFromImports(
  tx: Transaction,
  { workspaceId, words }: { workspaceId: string; words: readonly string[] },
): Promise<void> {
  const wanted = new Set(words.map((word) => word.toLowerCase()));
  for (const one of await lockUnfinished(tx, { workspaceId })) {
    const reader = createLineReader(one, { docsUrl: '' });
    const isAbout = (text: string): boolean => {
      // What the columns are is known once the file has come whole.
      if (one.state === 'receiving') return mentions(text, wanted);
      const fields = reader.recordOf(text)?.record.fields ?? {};
      return FIELDS.some((name) => {
        const value = fields[name];
        return typeof value === 'string' && wanted.has(value.toLowerCase());
      });
    };
    let after = -1;
    for (;;) {
      const chunks = await chunksAfter(tx, { importId: one.id, after, limit: CHUNKS_AT_ONCE });
      for (const { position, firstLine, content } of chunks) {
        after = position;
        const records = reader.split({ firstLine, content });
        if (!records.some(({ text }) => isAbout(text))) continue;
        const kept = records.filter(({ text }) => !isAbout(text));
        const [first] = kept;
        // Those that stay keep their places: whoever reads the report counts lines.
        const lead = first === undefined ? '' : '\n'.repeat(first.line - firstLine);
        const rewritten = lead + contentOf(kept);
        await rewriteChunk(tx, { importId: one.id, position, content: rewritten });
      }
      if (chunks.length < CHUNKS_AT_ONCE) break;
    }
  }
}

function mentions(text: string, words: ReadonlySet<string>): boolean {
  const lower = text.toLowerCase();
  return [...words].some((word) => lower.includes(word));
}
