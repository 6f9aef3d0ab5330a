import { silentLog } from '../../platform/log.ts';
import { migrate } from '../../platform/migrate.ts';
import type { ConfigOptions } from '../config.ts';
import { MIGRATIONS_DIR } from '../database.ts';
import { answer, withDatabase, type World } from './context.ts';

/** `milepost migrate`: applies what is pending. */
export function migrateCommand(
  world: World,
  options: ConfigOptions & { json?: boolean },
): Promise<void> {
  return withDatabase(
    world,
    options,
    async ({ lookups }) => {
      const { applied } = await migrate(lookups, MIGRATIONS_DIR, silentLog);
      const words = applied.length === 0 ? 'nothing to do' : `applied ${applied.join(', ')}`;
      answer(world, options, { applied }, words);
    },
    { checksSchema: false },
  );
}
