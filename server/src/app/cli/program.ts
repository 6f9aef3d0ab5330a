import { Command, type OptionValues } from 'commander';
import { version } from '../../platform/version.ts';
import type { ConfigOptions } from '../config.ts';
import { addCode } from './code/commands.ts';
import type { World } from './context.ts';
import type { ExportCommandOptions } from './export.ts';
import type { ImportCommandOptions } from './import.ts';
import type { SimulateOptions } from './simulate.ts';

interface CommonOptions extends ConfigOptions, OptionValues {
  readonly json?: boolean;
}

/**
 * The command line. Each command's work is loaded when it is called, so that `--help` and small
 * commands do not wait for the server's libraries.
 */
export function programOf(world: World): Command {
  const program = new Command('milepost')
    .description('Self-hosted lifecycle email')
    .version(version)
    .configureOutput({ writeOut: world.out, writeErr: world.err })
    .showHelpAfterError()
    .addHelpText('after', ENVIRONMENT);
  addServers(program, world);
  addData(program, world);
  addMembers(program, world);
  addChecks(program, world);
  addFiles(program, world);
  addCode(program, world);
  return program;
}

const ENVIRONMENT = `
Environment (each also as …_FILE, naming a file that holds the value):
  DATABASE_URL              PostgreSQL 15 or later; without it an embedded one is used
  MILEPOST_ENCRYPTION_KEY   32 bytes in base64 or hex; needed with DATABASE_URL
  MILEPOST_SMTP_URL         smtp://user:password@host:587; without it email is captured
  MILEPOST_FROM             "Name <address@your.domain>"
  MILEPOST_PUBLIC_URL       where people reach this server
  MILEPOST_HOST, MILEPOST_PORT, MILEPOST_DATA_DIR
  MILEPOST_SMTP_CONNECTIONS, MILEPOST_DKIM_DOMAIN, MILEPOST_DKIM_SELECTOR, MILEPOST_DKIM_KEY
  MILEPOST_OIDC_ISSUER, MILEPOST_OIDC_CLIENT_ID, MILEPOST_OIDC_CLIENT_SECRET, MILEPOST_OIDC_NAME
  MILEPOST_TRUST_PROXY, MILEPOST_LOG_LEVEL`;

const ASSISTANT_ENVIRONMENT = `
Environment:
  MILEPOST_URL              the server (default: http://127.0.0.1:4400)
  MILEPOST_SECRET_KEY       a secret key; of which side says which side it works on (or …_FILE)`;

const common = (command: Command): Command =>
  command.option('--data-dir <dir>', 'where the embedded database lives (default: .milepost)');

const server = (command: Command): Command =>
  common(command)
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <number>', 'port to listen on (default: 4400)');

/** What prints a link, which names where the server is reached. */
const reached = (command: Command): Command => server(command).option('--json', 'print JSON');

const data = (command: Command): Command => common(command).option('--json', 'print JSON');

function addServers(program: Command, world: World): void {
  server(program.command('start').description('run everything in one process')).action(
    async (options: CommonOptions) => (await import('./serve.ts')).start(world, options),
  );
  server(
    program.command('serve').description('run the API; any number, over one DATABASE_URL'),
  ).action(async (options: CommonOptions) => (await import('./serve.ts')).serve(world, options));
  program
    .command('mcp')
    .description('tools for an assistant, over standard input and output, of a running server')
    .addHelpText('after', ASSISTANT_ENVIRONMENT)
    .action(async () => (await import('./mcp.ts')).mcpCommand(world));
  common(
    program.command('work').description('run a worker; any number, over one DATABASE_URL'),
  ).action(async (options: CommonOptions) => (await import('./serve.ts')).work(world, options));
  data(program.command('migrate').description('bring the database to the newest schema')).action(
    async (options: CommonOptions) => (await import('./migrate.ts')).migrateCommand(world, options),
  );
}

function addData(program: Command, world: World): void {
  const workspace = program.command('workspace').description('make and list workspaces');
  data(workspace.command('create').description('make a workspace, live and test side, with keys'))
    .requiredOption('--name <name>', 'what it is called')
    .action(async (options: CommonOptions & { name: string }) =>
      (await import('./workspace.ts')).createCommand(world, options),
    );
  data(workspace.command('list').description('list workspaces')).action(
    async (options: CommonOptions) => (await import('./workspace.ts')).listCommand(world, options),
  );
  const keys = program.command('keys').description('list, rotate and revoke keys');
  data(keys.command('list').description('list the keys of one side, or of all'))
    .option('--workspace <id>', 'id of a workspace side')
    .action(async (options: CommonOptions & { workspace?: string }) =>
      (await import('./keys.ts')).listCommand(world, options),
    );
  data(
    keys
      .command('rotate')
      .description('make a successor; both are valid until the old one is revoked'),
  )
    .argument('<id>', 'id of the key')
    .action(async (id: string, options: CommonOptions) =>
      (await import('./keys.ts')).rotateCommand(world, options, id),
    );
  data(keys.command('revoke').description('end a key at once'))
    .argument('<id>', 'id of the key')
    .action(async (id: string, options: CommonOptions) =>
      (await import('./keys.ts')).revokeCommand(world, options, id),
    );
}

function addMembers(program: Command, world: World): void {
  reached(
    program.command('setup-link').description('print the link by which the first owner signs up'),
  ).action(async (options: CommonOptions) =>
    (await import('./members.ts')).setupLinkCommand(world, options),
  );
  const members = program.command('members').description('help members who cannot sign in');
  reached(members.command('reset-link').description('print a link to choose a new password by'))
    .argument('<email>', 'address of the member')
    .option('--drop-second-factor', 'for who lost that too: the link also forgets it')
    .action(async (email: string, options: CommonOptions & { dropSecondFactor?: boolean }) =>
      (await import('./members.ts')).resetLinkCommand(world, options, email),
    );
}

function addChecks(program: Command, world: World): void {
  data(program.command('explain').description('say why a user is where they are in series'))
    .argument('<user id>', 'the id that your system gives the user')
    .option('--series <id>', 'one series; without it all that say something')
    .option('--test', 'the test side')
    .option('--workspace <id>', 'id of a workspace side, or name of a workspace')
    .action(async (userId: string, options: CommonOptions) =>
      (await import('./explain.ts')).explainCommand(world, options, userId),
    );
  addSimulate(program, world);
  data(program.command('repair').description('find rows that contradict each other, and mend them'))
    .option('--dry-run', 'only say what is wrong')
    .action(async (options: CommonOptions & { dryRun?: boolean }) =>
      (await import('./repair.ts')).repairCommand(world, options),
    );
  program
    .command('schedule')
    .description('answer scheduling cases: JSON lines in, send times and reasons out')
    .argument('[file]', 'a file of cases; standard input without it')
    .option('--json', 'print JSON lines, which is what it always does')
    .action(async (file: string | undefined) =>
      (await import('./schedule.ts')).scheduleCommand(world, file),
    );
  program
    .command('openapi')
    .description('print the OpenAPI document of the API; needs no database')
    .action(async () => (await import('./openapi.ts')).openapiCommand(world));
  data(program.command('doctor').description('check the installation and say what to do')).action(
    async (options: CommonOptions) => (await import('./doctor.ts')).doctorCommand(world, options),
  );
}

function addFiles(program: Command, world: World): void {
  data(program.command('import').description('bring a file of people or what they did along'))
    .argument('<file>', 'CSV or JSON Lines, in UTF-8')
    .requiredOption(
      '--kind <kind>',
      'users, companies, events, suppressions, list_members or everything',
    )
    .option('--format <format>', 'csv or jsonl (default: by the name of the file)')
    .option('--source <source>', 'milepost, customerio, mailchimp, loops or listmonk')
    .option('--mapping <file>', 'JSON: what each column is read as')
    .option('--list <id>', 'the list that users join')
    .option('--confirmed', 'whoever joins a list has confirmed it elsewhere')
    .option('--start-series', 'series may start by what is imported')
    .option('--dry-run', 'only say what would be done')
    .option('--test', 'the test side')
    .option('--workspace <id>', 'id of a workspace side, or name of a workspace')
    .action(async (file: string, options: ImportCommandOptions) =>
      (await import('./import.ts')).importCommand(world, options, file),
    );
  common(program.command('export').description('write what a side has into a file'))
    .argument(
      '<kind>',
      'everything, users, companies, events, messages, suppressions or list_members',
    )
    .option('--format <format>', 'csv or jsonl (default: csv); everything is jsonl')
    .option('--out <file>', 'where to; printed without it')
    .option('--test', 'the test side')
    .option('--workspace <id>', 'id of a workspace side, or name of a workspace')
    .action(async (kind: string, options: ExportCommandOptions) =>
      (await import('./export.ts')).exportCommand(world, options, kind),
    );
}

function addSimulate(program: Command, world: World): void {
  data(program.command('simulate').description('what would happen in a series; writes nothing'))
    .argument('<series>', 'id of a series, or a file with one in JSON')
    .option('--request <file>', 'what to simulate, in JSON as for the API')
    .option('--people <number>', 'how many people who do not exist (default: 10)')
    .option('--zones <names>', 'time zones that they are spread over, with commas in between')
    .option('--days <number>', 'how long, up to 731 (default: 365)')
    .option('--start <instant>', 'ISO 8601 (default: now)')
    .option('--series-version <number>', 'a published version (default: the draft)')
    .option('--format <format>', 'table, json or mermaid (default: table)')
    .option('--lines <number>', 'lines of each part of the table (default: 200)')
    .action(async (series: string, options: SimulateOptions) =>
      (await import('./simulate.ts')).simulateCommand(world, options, series),
    );
}
