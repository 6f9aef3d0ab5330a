import { constants } from 'node:os';

/** Nobody presses twice within this; signals that waited for a busy moment to end are one press. */
const ONE_PRESS_MS = 100;

/**
 * A signal that fires on the first SIGTERM, SIGINT or SIGHUP, or when the script that started this
 * process is gone.
 *
 * A second signal, or `graceMs` passing first, ends the process at once: leases then expire and
 * another worker reaps them, so a hard stop costs time and never a duplicate. Each signal is
 * acknowledged to that script (scripts/lib/run.mjs), which passes on only what did not arrive.
 *
 * @param onSignal told about the first one, to say "stopping" on the screen
 */
export function stopOnSignal(
  graceMs: number,
  onSignal: (signal: NodeJS.Signals) => void = () => {},
): AbortSignal {
  const controller = new AbortController();
  let firstMs = 0;
  const stop = (signal: NodeJS.Signals): void => {
    // As a shell counts: 128 and the signal's number.
    const status = 128 + constants.signals[signal];
    if (controller.signal.aborted) {
      if (performance.now() - firstMs > ONE_PRESS_MS) process.exit(status);
      return;
    }
    firstMs = performance.now();
    setTimeout(() => process.exit(status), graceMs).unref();
    onSignal(signal);
    controller.abort();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      acknowledge(signal);
      stop(signal);
    });
  }
  if (process.connected) {
    process.once('disconnect', () => {
      if (!controller.signal.aborted) stop('SIGTERM');
    });
    // Waiting for that keeps nobody from ending.
    process.channel?.unref();
  }
  return controller.signal;
}

function acknowledge(signal: NodeJS.Signals): void {
  // The script may be gone; then nobody needs to know.
  if (process.connected) process.send?.({ stopping: signal }, undefined, undefined, () => {});
}
