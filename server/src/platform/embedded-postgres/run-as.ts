import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { SetupError } from '../setup-error.ts';

/** Who PostgreSQL runs as. It refuses to run as root. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  /** Names in the system's list of users that may connect: that user, the caller and root. */
  readonly mayConnect: readonly string[];
  /** Starts a program as that user, in a session of its own, so that Ctrl-C is not for it. */
  spawn(program: string, args: readonly string[], output: number | 'pipe'): ChildProcess;
}

const ROOT = 0;
const NOBODY = 'nobody';
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'];
const ENV = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
const OTHERS_READ = 0o4;
const OTHERS_ENTER = 0o1;

/**
 * Chooses whom PostgreSQL runs as: the caller, or for root the owner of the cluster, which is the
 * user `nobody` when root made it.
 *
 * Where that user may not enter a folder on the way to the programs or the data (a clone under /root),
 * the right to pass through is given to this one process by `setpriv`.
 *
 * @param clusterDir the cluster, which may not exist yet
 * @param paths what must be reachable: programs, data
 * @throws SetupError that says what to do
 */
export function chooseRunAs(clusterDir: string, paths: readonly string[]): RunAs {
  const caller = userInfo();
  const owner = existsSync(clusterDir) ? statSync(clusterDir).uid : null;
  if (caller.uid !== ROOT) {
    if (owner !== null && owner !== caller.uid) {
      throw new SetupError(
        `The database in ${clusterDir} belongs to ${nameOf(owner)}. ` +
          'Start as that user or as root, or choose another folder with --data-dir.',
      );
    }
    return { ...caller, mayConnect: [caller.username, 'root'], spawn: spawnDirectly() };
  }
  const { uid, gid, name } = accountOf(owner === null || owner === ROOT ? NOBODY : owner);
  const mayConnect = uid === accountOf(NOBODY).uid ? ['root'] : [name, 'root'];
  if (paths.every((path) => mayEnter(path, uid, gid))) {
    return { uid, gid, mayConnect, spawn: spawnDirectly({ uid, gid }) };
  }
  const setpriv = SETPRIV.find((path) => existsSync(path));
  if (setpriv === undefined) {
    throw new SetupError(
      `PostgreSQL cannot run as root, and the user ${name} may not enter ${paths.join(' or ')}. ` +
        'Start as an ordinary user, or keep the project and --data-dir where everybody may enter.',
    );
  }
  return { uid, gid, mayConnect, spawn: spawnThrough(setpriv, { uid, gid }) };
}

const spawnDirectly =
  (identity: { uid?: number; gid?: number } = {}): RunAs['spawn'] =>
  (program, args, output) =>
    spawn(program, args, {
      ...identity,
      cwd: '/',
      env: ENV,
      detached: true,
      stdio: ['ignore', output, output],
    });

const spawnThrough =
  (setpriv: string, { uid, gid }: { uid: number; gid: number }): RunAs['spawn'] =>
  (program, args, output) =>
    spawnDirectly()(
      setpriv,
      [
        `--reuid=${uid}`,
        `--regid=${gid}`,
        '--clear-groups',
        '--inh-caps=-all,+dac_override',
        '--ambient-caps=-all,+dac_override',
        '--bounding-set=-all,+dac_override',
        // Else access(2), which initdb asks, would not count the right. Source: capabilities(7).
        '--securebits=+no_setuid_fixup',
        program,
        ...args,
      ],
      output,
    );

/** Whether plain permissions let this user read a path, which needs entering every folder on the way. */
export function mayEnter(path: string, uid: number, gid: number): boolean {
  for (let at = path; ; at = dirname(at)) {
    if (existsSync(at)) {
      const found = statSync(at);
      const shift = found.uid === uid ? 6 : found.gid === gid ? 3 : 0;
      const enter = found.isDirectory() ? OTHERS_ENTER : 0;
      const needed = at === path ? enter | OTHERS_READ : enter;
      if (((found.mode >> shift) & needed) !== needed) return false;
    }
    if (at === dirname(at)) return true;
  }
}

/** A line of /etc/passwd, by name or by number. */
function accountOf(user: string | number): { uid: number; gid: number; name: string } {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name = '', , uid, gid] = line.split(':');
    if (name === user || Number(uid) === user) return { uid: Number(uid), gid: Number(gid), name };
  }
  if (typeof user === 'number') return { uid: user, gid: user, name: String(user) };
  throw new SetupError(
    `PostgreSQL cannot run as root, and there is no user ${user} to run it as. Start as an ordinary user.`,
  );
}

const nameOf = (uid: number): string => accountOf(uid).name;
