import process from 'node:process';

const screen = process.stderr;
const TICK_MS = 1_000;

/** Prints what went wrong, and what to do, and ends the process. */
export function fail(message, status = 1) {
  screen.write(`${message}\n`);
  process.exit(status);
}

/**
 * Shows one line while `work` runs, with the seconds that have passed, and how long it took in the end.
 *
 * On standard error, for a command's own answer is on standard output.
 */
export async function withProgress(doing, done, work) {
  const startedMs = Date.now();
  const seconds = () => Math.round((Date.now() - startedMs) / 1000);
  const show = () => screen.write(`\r${doing} … ${seconds()} s`);
  let timer;
  if (screen.isTTY) {
    show();
    timer = setInterval(show, TICK_MS);
  } else screen.write(`${doing} …\n`);
  try {
    const result = await work();
    screen.write(`${screen.isTTY ? '\r\u001b[K' : ''}${done} in ${seconds()} s.\n`);
    return result;
  } catch (error) {
    if (screen.isTTY) screen.write('\n');
    throw error;
  } finally {
    clearInterval(timer);
  }
}
