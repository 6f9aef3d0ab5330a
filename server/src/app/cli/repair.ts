import { findTroubles, repair, type Repaired, type Trouble } from '../../enrollment/index.ts';
import { createSeriesCatalog } from '../../series/index.ts';
import type { ConfigOptions } from '../config.ts';
import { answer, withDatabase, type World } from './context.ts';

type Options = ConfigOptions & { json?: boolean; dryRun?: boolean };

/** `milepost repair`: mends what the watchdog finds; with `--dry-run` it only says what that is. */
export function repairCommand(world: World, options: Options): Promise<void> {
  return withDatabase(world, options, async ({ db, lookups }) => {
    if (options.dryRun === true) {
      const troubles = await findTroubles(db);
      answer(world, options, { troubles }, wordsOf(troubles));
      return;
    }
    const troubles = await repair({ db, catalog: createSeriesCatalog(lookups) });
    answer(world, options, { troubles }, wordsOf(troubles));
  });
}

const wordsOf = (troubles: readonly (Trouble | Repaired)[]): string =>
  troubles.length === 0
    ? 'nothing to repair'
    : troubles
        .map((trouble) => [lineOf(trouble), trouble.cause, sampleOf(trouble)].join('\n  '))
        .join('\n');

const lineOf = (trouble: Trouble | Repaired): string =>
  'mended' in trouble
    ? `${trouble.kind}: ${trouble.mended} of ${trouble.count} mended`
    : `${trouble.kind}: ${trouble.count}`;

const sampleOf = ({ sample }: Trouble): string => `such as ${sample.join(', ')}`;
