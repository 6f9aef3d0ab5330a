import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

/** Colours are for people: some tools take `CI` for a screen that shows them. */
export const environment = process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1' };

/** Runs a program quietly. Gives its output and its status; 128 and the signal's number if one ended it. */
export function capture(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ status: statusOf(code, signal), output: Buffer.concat(chunks).toString() });
    });
  });
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** How long a program that heard of a signal by itself has to say so. */
const HEAR_MS = 500;
/** npm passes a terminal's Ctrl-C on to us a second time, at the latest after this. */
const SAME_PRESS_MS = 400;
const PARENT_POLL_MS = 500;

/**
 * Runs a program in the place of this one: its screen, its keyboard, its signals, its status.
 *
 * A terminal's Ctrl-C reaches the program by itself, for it is in the same group, and would count twice
 * if we passed it on; a signal sent to us alone must be passed on. So a program that acknowledges
 * signals (platform/shutdown.ts) is sent those that it did not acknowledge soon, and any other program
 * only what no terminal sends. Should this process be killed, the channel between the two closes, and
 * the program stops in order.
 *
 * @param onReady called when the program says that it is ready
 * @returns its status, when it has ended; never before
 */
export function runInstead(
  program,
  args,
  { env = process.env, acknowledges = false, watchParent = false, onReady = () => {} } = {},
) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    let heardMs = -Infinity;
    child.on('message', (message) => {
      if (message.ready === true) onReady();
      else heardMs = performance.now();
    });
    const forward = (signal) => {
      const sentMs = performance.now();
      if (acknowledges) {
        setTimeout(() => heardMs < sentMs - SAME_PRESS_MS && child.kill(signal), HEAR_MS);
      } else if (signal !== 'SIGINT') child.kill(signal);
    };
    for (const signal of FORWARDED) process.on(signal, forward);
    const stopWatching = watchParent ? onceOrphaned(() => child.kill('SIGTERM')) : () => {};
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const name of FORWARDED) process.off(name, forward);
      stopWatching();
      resolve(statusOf(code, signal));
    });
  });
}

/** npm does not tell its scripts when it is killed; they get another parent. */
function onceOrphaned(act) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, PARENT_POLL_MS);
  return () => clearInterval(timer);
}

function statusOf(code, signal) {
  return code ?? 128 + (constants.signals[signal] ?? 0);
}
