import { programOf } from '../../src/app/cli/program.ts';
import { SetupError } from '../../src/platform/setup-error.ts';
import type { Ended } from './command.ts';

/**
 * Runs `milepost …` in this process, where nobody sits at a terminal: as `main.ts` does, without a start
 * of Node.js for each. A module that a command imports stays as it was when it was first imported.
 */
export async function runHere(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  let out = '';
  let err = '';
  const before = process.exitCode;
  process.exitCode = undefined;
  const world = {
    env,
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    isTerminal: false,
  };
  try {
    await programOf(world).parseAsync(['node', 'milepost', ...args]);
    return { status: process.exitCode === undefined ? 0 : Number(process.exitCode), out, err };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { status: 1, out, err: `${err}${error.message}\n` };
  } finally {
    process.exitCode = before;
  }
}
