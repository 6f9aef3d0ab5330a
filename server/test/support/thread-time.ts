import process from 'node:process';

/**
 * Milliseconds that this thread computed while `work` ran. For bounds on hostile input: what other
 * processes do on the same machine does not count, as it would by the clock on the wall.
 */
export async function threadMsOf(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
