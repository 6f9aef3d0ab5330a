import type { Command } from 'commander';
import type { World } from '../context.ts';
import type { ApplyOptions } from './apply.ts';
import type { PlanOptions } from './plan.ts';
import type { PullOptions } from './pull.ts';
import type { UnmanageOptions } from './unmanage.ts';

/** A command on a folder and on one side of a running server. */
const code = (command: Command): Command =>
  placed(command.argument('[slug...]', 'series, by the names of their files; all without it'));

const placed = (command: Command): Command =>
  command
    .option('--dir <folder>', 'where the files are (default: milepost)')
    .option('--url <address>', 'the server (default: MILEPOST_URL, or http://127.0.0.1:4400)')
    .option('--json', 'print JSON')
    .addHelpText('after', KEY);

const planned = (command: Command): Command =>
  code(command).option(
    '--in-flight <fate>',
    'people on older versions stay there, or migrate to the new one (default: stay)',
  );

const KEY = `
Environment:
  MILEPOST_URL              the server (default: http://127.0.0.1:4400)
  MILEPOST_SECRET_KEY       a secret key; of which side says which side is meant (or …_FILE)`;
const ENDS = `
Ends with 0 where there is nothing to apply, 2 where there is, 1 where something is wrong.`;

/** Series as code. Each command's work is loaded when it is called. */
export function addCode(program: Command, world: World): void {
  code(program.command('pull').description('write series of a server into files'))
    .option('--force', 'write over what was changed in files and is not applied')
    .action(async (slugs: string[], options: PullOptions) =>
      (await import('./pull.ts')).pullCommand(world, options, slugs),
    );
  planned(program.command('plan').description('say what applying the files would change'))
    .addHelpText('after', ENDS)
    .action(async (slugs: string[], options: PlanOptions) =>
      (await import('./plan.ts')).planCommand(world, options, slugs),
    );
  planned(program.command('apply').description('make the server what the files say'))
    .option('--yes', 'do not ask')
    .option('--force', 'overwrite what somebody changed elsewhere since')
    .action(async (slugs: string[], options: ApplyOptions) =>
      (await import('./apply.ts')).applyCommand(world, options, slugs),
    );
  placed(
    program
      .command('unmanage')
      .description('let series whose files are gone be managed by code no more')
      .argument('<slug...>', 'series, by the names that their files had'),
  ).action(async (slugs: string[], options: UnmanageOptions) =>
    (await import('./unmanage.ts')).unmanageCommand(world, options, slugs),
  );
  program
    .command('schema')
    .description('print the JSON Schema of the file of a series, for editors')
    .action(async () => (await import('./schema.ts')).schemaCommand(world));
}
