import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A real Postfix of a test's own: on a port of loopback, with a configuration, a queue and a mailbox
 * in a temporary folder. It shares nothing with one that the machine may run, and sends nothing away.
 */
export interface Postfix {
  readonly port: number;
  /** Every message that has come to its end, as it lies in the mailbox, with LF for line ends. */
  readonly delivered: () => Buffer[];
  /** What it says of itself, for whoever looks for a fault. */
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

/** The domain for which it takes mail. */
export const MAIL_DOMAIN = 'arrives.example';

/** Where Debian's package lies: `/`, or a folder into which it was unpacked. */
const ROOT = process.env['POSTFIX_ROOT'] ?? '/';
const DAEMONS = join(ROOT, 'usr/lib/postfix/sbin');
const START_MS_MAX = 15_000;

/** Why there can be no Postfix here, and what to do about it; null when there can. */
export function postfixMissing(): string | null {
  if (process.getuid?.() !== 0) return 'Postfix is started by root only';
  try {
    accessSync(join(DAEMONS, 'master'));
    return null;
  } catch {
    return (
      'there is no Postfix: `apt-get install postfix`, or `apt-get download postfix`, ' +
      '`dpkg -x postfix_*.deb folder` and POSTFIX_ROOT=folder'
    );
  }
}

/**
 * What recipients and senders ask for by their names, on either side of the `@`:
 *
 * | recipient | answer |
 * | --- | --- |
 * | `known…` | taken, and put into the mailbox |
 * | `grey…` | 450 4.2.0 at RCPT |
 * | `full…` | 452 4.2.2 at RCPT |
 * | `policy…` | 550 5.7.1 at RCPT |
 * | anything else | 550 5.1.1 at RCPT, by Postfix itself |
 *
 * A sender `data…` is refused at DATA, and a header `X-Refuse: yes` after the final dot.
 */
const RECIPIENTS = `
/^grey/    450 4.2.0 Greylisted, please come again
/^full/    452 4.2.2 The mailbox is full
/^policy/  550 5.7.1 Not wanted here
`;

export async function startPostfix(): Promise<Postfix> {
  const dir = mkdtempSync(join(tmpdir(), 'milepost-postfix-'));
  // Its daemons give up their rights and still have to come in here.
  chmodSync(dir, 0o755);
  const port = await freePort();
  const owner = ownerOf(['postfix', 'mail']);
  writeConfiguration(dir, { port, owner });
  makeQueue(dir, owner);
  const master = spawn(join(DAEMONS, 'master'), ['-s', '-c', join(dir, 'etc')], {
    // Its end is told to its whole process group, which must not be ours.
    detached: true,
    cwd: join(dir, 'queue'),
    env: { PATH: process.env['PATH'], LD_LIBRARY_PATH: join(ROOT, 'usr/lib/postfix') },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const log = (): string =>
    existsSync(join(dir, 'log')) ? readFileSync(join(dir, 'log'), 'utf8') : '';
  // With a group of its own it would outlive a test run that is broken off.
  const endAll = (): void => {
    if (master.exitCode === null && master.pid !== undefined) process.kill(-master.pid, 'SIGKILL');
  };
  process.once('exit', endAll);
  const stop = async (): Promise<void> => {
    process.off('exit', endAll);
    if (master.exitCode === null && master.signalCode === null) {
      const ended = once(master, 'exit');
      master.kill('SIGTERM');
      await ended;
    }
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await greeted(port, master);
  } catch (error) {
    const said = log();
    await stop();
    throw new Error(`Postfix does not answer: ${said}`, { cause: error });
  }
  const inbox = join(dir, 'mail/inbox/new');
  return {
    port,
    delivered: () => filesOf(inbox).map((name) => readFileSync(join(inbox, name))),
    log,
    stop,
  };
}

interface Owner {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The first of these accounts that the machine has. */
function ownerOf(names: readonly string[]): Owner {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const wanted of names) {
    const [name, , uid, gid] =
      lines.find((line) => line.startsWith(`${wanted}:`))?.split(':') ?? [];
    if (name !== undefined) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(`none of the accounts ${names.join(', ')} is there`);
}

/** A group that is not the owner's: Postfix insists. */
function groupOf(names: readonly string[]): { name: string; gid: number } {
  const lines = readFileSync('/etc/group', 'utf8').split('\n');
  for (const wanted of names) {
    const [name, , gid] = lines.find((line) => line.startsWith(`${wanted}:`))?.split(':') ?? [];
    if (name !== undefined) return { name, gid: Number(gid) };
  }
  throw new Error(`none of the groups ${names.join(', ')} is there`);
}

function writeConfiguration(dir: string, { port, owner }: { port: number; owner: Owner }): void {
  const etc = join(dir, 'etc');
  mkdirSync(etc);
  const main = {
    compatibility_level: '3.6',
    queue_directory: join(dir, 'queue'),
    data_directory: join(dir, 'data'),
    daemon_directory: DAEMONS,
    command_directory: join(ROOT, 'usr/sbin'),
    shlib_directory: join(ROOT, 'usr/lib/postfix'),
    import_environment: 'MAIL_CONFIG MAIL_LOGTAG TZ LANG=C LD_LIBRARY_PATH POSTLOG_SERVICE',
    mail_owner: owner.name,
    setgid_group: groupOf(['postdrop', 'games']).name,
    // Not stdout: a pipe of Node is a socket, which cannot be opened by name.
    maillog_file: join(dir, 'log'),
    maillog_file_prefixes: dir,
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    myhostname: 'mx.arrives.example',
    mydestination: '',
    alias_maps: '',
    // Whatever it might want to send away stays.
    default_transport: 'error:nothing leaves a test',
    virtual_mailbox_domains: MAIL_DOMAIN,
    virtual_mailbox_base: join(dir, 'mail'),
    virtual_mailbox_maps: `regexp:${join(etc, 'mailboxes')}`,
    virtual_uid_maps: `static:${owner.uid}`,
    virtual_gid_maps: `static:${owner.gid}`,
    virtual_minimum_uid: '1',
    smtpd_recipient_restrictions: `check_recipient_access regexp:${join(etc, 'recipients')}, reject_unauth_destination`,
    smtpd_data_restrictions: `check_sender_access regexp:${join(etc, 'senders')}`,
    header_checks: `regexp:${join(etc, 'headers')}`,
    message_size_limit: '1000000',
    // So that a test for refusals is no attack.
    smtpd_error_sleep_time: '0',
    smtpd_hard_error_limit: '1000',
    smtpd_client_connection_count_limit: '0',
  };
  const services = [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'virtual unix - n n - - virtual',
    'proxymap unix - - n - - proxymap',
    'anvil unix - - n - 1 anvil',
    'postlog unix-dgram n - n - 1 postlogd',
  ];
  const files = {
    'main.cf': Object.entries(main).map(([name, value]) => `${name} = ${value}`),
    'master.cf': services,
    mailboxes: [`/^known.*@${MAIL_DOMAIN.replaceAll('.', '\\.')}$/ inbox/`],
    recipients: [RECIPIENTS.trim()],
    senders: ['/^data/ 550 5.7.1 Not from you'],
    headers: ['/^X-Refuse: yes/ REJECT 5.7.1 Not this'],
  };
  for (const [name, lines] of Object.entries(files)) {
    writeFileSync(join(etc, name), `${lines.join('\n')}\n`);
  }
}

/** The folders as `postfix check` makes them. */
function makeQueue(dir: string, { uid, gid }: Owner): void {
  const queue = join(dir, 'queue');
  const drop = groupOf(['postdrop', 'games']).gid;
  mkdirSync(queue);
  mkdirSync(join(queue, 'pid'));
  const own = 'active bounce corrupt defer deferred flush hold incoming private saved trace'.split(
    ' ',
  );
  for (const name of own) mkdirOf(join(queue, name), { uid, gid: 0, mode: 0o700 });
  mkdirOf(join(queue, 'maildrop'), { uid, gid: drop, mode: 0o730 });
  mkdirOf(join(queue, 'public'), { uid, gid: drop, mode: 0o710 });
  mkdirOf(join(dir, 'data'), { uid, gid, mode: 0o700 });
  mkdirOf(join(dir, 'mail'), { uid, gid, mode: 0o700 });
}

function mkdirOf(
  path: string,
  { uid, gid, mode }: { uid: number; gid: number; mode: number },
): void {
  mkdirSync(path);
  chownSync(path, uid, gid);
  chmodSync(path, mode);
}

const filesOf = (dir: string): string[] => {
  try {
    return readdirSync(dir);
  } catch {
    // Made with the first message.
    return [];
  }
};

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until the server says hello. */
async function greeted(port: number, master: ChildProcess): Promise<void> {
  const { connect } = await import('node:net');
  const startedMs = performance.now();
  for (;;) {
    const socket = connect({ host: '127.0.0.1', port });
    try {
      const [hello] = (await once(socket, 'data')) as [Buffer];
      if (hello.toString().startsWith('220')) return;
    } catch (error) {
      const isOver = performance.now() - startedMs > START_MS_MAX;
      if (isOver || master.exitCode !== null) throw error;
      await sleep(100);
    } finally {
      socket.destroy();
    }
  }
}
