import { databaseClock } from '../../platform/clock.ts';
import { DomainError } from '../../platform/errors.ts';
import { SetupError } from '../../platform/setup-error.ts';
import { createReset, hasMembers } from '../../workspace/index.ts';
import { resetLink, setupLink } from '../auth/links.ts';
import type { Config, ConfigOptions } from '../config.ts';
import { urlOf } from '../process.ts';
import { runningUrl } from './running.ts';
import { answer, withDatabase, type World } from './context.ts';

type Options = ConfigOptions & { readonly json?: boolean };

/** Where people reach the server: as the configuration says, else where the one that runs listens. */
const publicUrlOf = ({ publicUrl, host, port, dataDir }: Config): string =>
  publicUrl ?? runningUrl(dataDir) ?? urlOf(host, port);

/** `milepost setup-link`: the link that makes the first owner. */
export function setupLinkCommand(world: World, options: Options): Promise<void> {
  return withDatabase(world, options, async ({ db, encryptionKey }, config) => {
    if (await hasMembers(db)) {
      throw new SetupError(
        'There is an owner already. Owners invite others under Settings, Members; a lost password: ' +
          'npx milepost members reset-link <email>',
      );
    }
    const link = setupLink(publicUrlOf(config), encryptionKey);
    answer(world, options, { link }, link);
  });
}

/** `milepost members reset-link`: for a member who lost their password. */
export function resetLinkCommand(
  world: World,
  options: Options & { readonly dropSecondFactor?: boolean },
  email: string,
): Promise<void> {
  return withDatabase(world, options, async ({ db }, config) => {
    const now = (await databaseClock(db)).now();
    const dropsSecondFactor = options.dropSecondFactor === true;
    try {
      const reset = await createReset(db, { email, dropsSecondFactor, now });
      const link = resetLink(publicUrlOf(config), reset.token);
      const until = reset.expiresAt.toISOString();
      const value = { link, expires_at: until };
      answer(world, options, value, `${link}\nGood for one use until ${until}.`);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      throw new SetupError(`${error.message}: ${email}`);
    }
  });
}
