import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT } from './paths.mjs';

/** What is under way comes first: the server, and whoever looks at it. */
const NICENESS = 10;
/** An installation over a slow line and a build take a fraction of it. */
const LONGEST_MS = 10 * 60_000;

/**
 * Builds the documentation in a process of its own, in a group of its own, without a word.
 *
 * @returns ends it, and everything it started
 */
export function buildDocsAside() {
  // A package has no sources of the documentation.
  if (!existsSync(join(ROOT, 'docs/site/package.json'))) return () => {};
  const child = spawn(process.execPath, [join(ROOT, 'scripts/docs.mjs'), '--aside'], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let isOver = false;
  const end = () => {
    if (isOver || child.pid === undefined) return;
    isOver = true;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  };
  const timer = setTimeout(end, LONGEST_MS);
  const over = () => {
    isOver = true;
    clearTimeout(timer);
  };
  // What could not be started cannot be built; the page under /docs says how to do it by hand.
  child.once('error', over);
  child.once('exit', over);
  // It keeps nobody from ending.
  timer.unref();
  child.unref();
  child.channel?.unref();
  if (child.pid !== undefined) lower(child.pid);
  return end;
}

function lower(pid) {
  try {
    setPriority(pid, NICENESS);
  } catch {
    // It may have ended, or the system may not allow it.
  }
}
