import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createImportDuty,
  FILE_FORMATS,
  IMPORT_KINDS,
  listFaults,
  mappingOf,
  readImport,
  receiveImport,
  SOURCES,
  type Import,
} from '../../data/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { silentLog } from '../../platform/log.ts';
import { SetupError } from '../../platform/setup-error.ts';
import type { ConfigOptions } from '../config.ts';
import { urlOf } from '../process.ts';
import { createServices, importWorkOf } from '../services.ts';
import { answer, asCommand, withDatabase, type World } from './context.ts';
import { sideOf, type SideOptions } from './side.ts';

export interface ImportCommandOptions extends ConfigOptions, SideOptions {
  readonly json?: boolean;
  readonly kind: string;
  readonly format?: string;
  readonly source?: string;
  /** A file with the mapping, in JSON. */
  readonly mapping?: string;
  readonly list?: string;
  readonly dryRun?: boolean;
  readonly confirmed?: boolean;
  readonly startSeries?: boolean;
}

/** Faults that are told; the API gives the whole report. */
const FAULTS_SHOWN_MAX = 20;
/** While a worker elsewhere has the import in hand. */
const LOOK_MS = 100;

/** `milepost import <file>`: takes a file in and imports it, beside the workers if there are any. */
export function importCommand(
  world: World,
  options: ImportCommandOptions,
  file: string,
): Promise<void> {
  return withDatabase(world, options, async (database, config) => {
    const { db, lookups, encryptionKey } = database;
    const ask = await askOf(options, file);
    const side = await sideOf(database, options);
    const services = await createServices({
      db,
      lookups,
      encryptionKey,
      log: silentLog,
      from: config.from,
      publicUrl: () => config.publicUrl ?? urlOf(config.host, config.port),
    });
    try {
      const as = { command: 'milepost import', action: 'import.create' } as const;
      const id = await asCommand(as, () =>
        receiveImport(
          { db, onReceived: () => {} },
          { ...ask, workspaceId: side.id },
          { body: createReadStream(file), now: services.clock.now() },
        ),
      );
      const work = createImportDuty(importWorkOf(services));
      const done = await untilEnded(world, {
        read: () => readImport(db, { workspaceId: side.id, id }),
        work,
      });
      const faults = await listFaults(db, { id, afterLine: 0, limit: FAULTS_SHOWN_MAX });
      const { counts, state } = done;
      const value = { import: { id, state, lines: done.lineCount, progress: counts } };
      const words = [
        `${state}: ${counts.created} created, ${counts.changed} changed, ${counts.unchanged} as they were, ` +
          `${counts.bad} bad, ${counts.warned} with a warning`,
        ...faults.map(({ line, field, reason }) => `  line ${line}: ${field} ${reason}`),
        ...(done.fault === null ? [] : [done.fault]),
      ];
      answer(world, options, value, words.join('\n'));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      throw new SetupError(error.message);
    } finally {
      await services.close();
    }
  });
}

/** Works pieces until there is none left; a worker elsewhere may take some. */
async function untilEnded(
  world: World,
  { read, work }: { read: () => Promise<Import>; work: () => Promise<number> },
): Promise<Import> {
  for (;;) {
    if ((await work()) === 0) await sleep(LOOK_MS);
    const one = await read();
    if (world.isTerminal) {
      world.err(`\r${one.counts.handled} of ${one.lineCount} lines`);
    }
    if (one.state === 'running') continue;
    if (world.isTerminal) world.err('\n');
    return one;
  }
}

async function askOf(options: ImportCommandOptions, file: string) {
  const { kind, source = 'milepost', list = null } = options;
  const format = options.format ?? (/\.(jsonl|ndjson)$/i.test(file) ? 'jsonl' : 'csv');
  const found = await stat(file).catch(() => null);
  if (found === null || !found.isFile()) throw new SetupError(`There is no file ${file}`);
  const mapping = options.mapping === undefined ? '' : await readFile(options.mapping, 'utf8');
  return {
    kind: oneOf('--kind', IMPORT_KINDS, kind),
    format: oneOf('--format', FILE_FORMATS, format),
    source: oneOf('--source', SOURCES, source),
    mapping: mappingOf(mapping),
    options: {
      isDryRun: options.dryRun === true,
      mayStart: options.startSeries === true,
      isConfirmed: options.confirmed ?? kind === 'everything',
      listId: list,
    },
  };
}

/** @throws SetupError */
function oneOf<T extends string>(name: string, known: readonly T[], word: string): T {
  const found = known.find((one) => one === word);
  if (found === undefined) throw new SetupError(`${name} must be one of ${known.join(', ')}`);
  return found;
}
