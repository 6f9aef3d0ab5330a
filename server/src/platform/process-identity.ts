import { readFileSync } from 'node:fs';

/**
 * What tells this run of a process from any other: its number, the boot, and when it began.
 *
 * Where the system has no /proc it is the number alone.
 *
 * @returns null when no such process runs
 */
export function identityOf(pid: number): string | null {
  if (!isAlive(pid)) return null;
  try {
    return `${pid} ${bootId()} ${startTicks(pid)}`;
  } catch (error) {
    if (isMissing(error)) return isAlive(pid) ? String(pid) : null;
    throw error;
  }
}

/** Whether a process with this number runs, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  return isNumberTaken(pid) && !isZombie(pid);
}

/**
 * Whether the number is in use, be it by a dead process whose parent has not asked for its end: for
 * good, where the first process of a container does not ask.
 */
export function isNumberTaken(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isZombie(pid: number): boolean {
  try {
    return fieldsOf(pid)[0] === 'Z';
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** Field 22 of /proc/PID/stat; field 3 is the first after the name. Source: proc_pid_stat(5). */
const startTicks = (pid: number): string => fieldsOf(pid)[22 - 3] ?? '';

/** The fields after the program's name, which may itself hold blanks and parentheses. */
function fieldsOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES';
}
