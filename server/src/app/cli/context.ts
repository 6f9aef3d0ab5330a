import { causedBy } from '../../platform/cause.ts';
import { createLog, silentLog, type Log } from '../../platform/log.ts';
import { migrate, requireUsableSchema } from '../../platform/migrate.ts';
import type { Action } from '../../workspace/index.ts';
import { readConfig, type Config, type ConfigOptions } from '../config.ts';
import { MIGRATIONS_DIR, openDatabase, type Database } from '../database.ts';

/** What a command may touch of the world. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly isTerminal: boolean;
}

const COMMAND_POOL_MAX = 2;

/** Writes a command's answer: as JSON on one line, or in words. */
export function answer(
  world: World,
  { json }: { json?: boolean },
  value: object,
  words: string,
): void {
  world.out(json === true ? `${JSON.stringify(value)}\n` : `${words}\n`);
}

/** The configuration, with a line for each name in the environment that means nothing to us. */
export function configOf(world: World, options: ConfigOptions): Config {
  const config = readConfig(world.env, options);
  for (const name of config.unknownNames) world.err(`${name} is not a setting of Milepost\n`);
  return config;
}

/** A log for a process that keeps running: short lines at a terminal, JSON elsewhere. */
export function processLog(world: World, { logLevel }: Config): Log {
  return createLog({ level: logLevel, sink: { write: world.err }, pretty: world.isTerminal });
}

/** Lets what `work` changes be known as this command's, in the audit log. */
export const asCommand = <T>(
  { command, action }: { command: string; action: Action },
  work: () => T,
): T =>
  causedBy(
    {
      actor: { kind: 'code', id: null, name: command },
      reason: null,
      action,
      requestId: null,
      address: null,
    },
    work,
  );

/**
 * Runs a command on the database of the configuration. An embedded database that does not run is
 * started for as long as the command takes.
 */
export async function withDatabase<T>(
  world: World,
  options: ConfigOptions,
  work: (database: Database, config: Config) => Promise<T>,
  { checksSchema = true }: { checksSchema?: boolean } = {},
): Promise<T> {
  const config = configOf(world, options);
  const database = await openDatabase(config, { log: silentLog, max: COMMAND_POOL_MAX });
  try {
    // Nobody migrates the embedded database by hand.
    if (database.isEmbedded) await migrate(database.lookups, MIGRATIONS_DIR, silentLog);
    else if (checksSchema) await requireUsableSchema(database.db, MIGRATIONS_DIR);
    return await work(database, config);
  } finally {
    await database.close();
  }
}
