import { SetupError } from '../../../platform/setup-error.ts';
import { answer, type World } from '../context.ts';
import { folderOf, seriesPathsIn, shownPath } from './folder.ts';
import { remoteOf, type RemoteOptions } from './remote.ts';

export interface UnmanageOptions extends RemoteOptions {
  readonly json?: boolean;
  readonly dir?: string;
}

/**
 * `milepost unmanage <slug…>`: from now on the dashboard alone says what a series is; nothing of it changes.
 * Not while its file is there, which the next apply would make a second series of.
 */
export async function unmanageCommand(
  world: World,
  options: UnmanageOptions,
  slugs: readonly string[],
): Promise<void> {
  const folder = folderOf(options.dir);
  const remote = remoteOf(world, options);
  const here = seriesPathsIn(folder).filter(({ slug }) => slugs.includes(slug));
  if (here.length > 0) {
    const files = here.map(({ path }) => shownPath(folder, path)).join(', ');
    throw new SetupError(
      `Nothing was changed: delete ${files} first, or the next apply makes another series of it`,
    );
  }
  const released: { id: string; slug: string }[] = [];
  for (const slug of slugs) released.push(await remote.unmanage(slug));
  const words = released.map(({ slug }) => `${slug} is managed by code no more`);
  answer(world, options, { released }, words.join('\n'));
}
