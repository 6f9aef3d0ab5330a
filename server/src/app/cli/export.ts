import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EXPORT_KINDS, exported, exportedEverything } from '../../data/index.ts';
import { SetupError } from '../../platform/setup-error.ts';
import { sideNow } from '../../enrollment/index.ts';
import type { ConfigOptions } from '../config.ts';
import { withDatabase, type World } from './context.ts';
import { sideOf, type SideOptions } from './side.ts';

export interface ExportCommandOptions extends ConfigOptions, SideOptions {
  readonly format?: string;
  /** A file; without it the export is printed. */
  readonly out?: string;
}

/** `milepost export <kind>`: one kind of data, or everything of a side, as a file. */
export function exportCommand(
  world: World,
  options: ExportCommandOptions,
  what: string,
): Promise<void> {
  return withDatabase(world, options, async (database) => {
    const { db } = database;
    const { format = 'csv', out } = options;
    if (format !== 'csv' && format !== 'jsonl') {
      throw new SetupError('--format must be csv or jsonl');
    }
    const { id: workspaceId } = await sideOf(database, options);
    const now = await sideNow(db, workspaceId);
    const kind = EXPORT_KINDS.find((one) => one === what);
    if (kind === undefined && what !== 'everything') {
      throw new SetupError(`Export one of everything, ${EXPORT_KINDS.join(', ')}`);
    }
    const pages =
      kind === undefined
        ? exportedEverything(db, { workspaceId, now })
        : exported(db, { workspaceId, kind, format, now, filter: null, listId: null });
    if (out === undefined) {
      for await (const page of pages) world.out(page);
      return;
    }
    await pipeline(Readable.from(told(world, pages)), createWriteStream(out));
    world.err(`${world.isTerminal ? '\n' : ''}written to ${out}\n`);
  });
}

/** The same pages, with how many lines there have been. */
async function* told(world: World, pages: AsyncGenerator<string>): AsyncGenerator<string> {
  let bytes = 0;
  for await (const page of pages) {
    bytes += Buffer.byteLength(page);
    if (world.isTerminal) world.err(`\r${Math.round(bytes / 1_024)} kB`);
    yield page;
  }
}
