import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { answerCase } from '../../schedule/case.ts';
import { SetupError } from '../../platform/setup-error.ts';
import type { World } from './context.ts';

/** A case is a few hundred bytes; a line without end would fill the memory. */
const LINE_LENGTH_MAX = 100_000;

/**
 * `milepost schedule`: answers cases, one JSON object a line, each with its reasons. A line that is no
 * case gets a line that says why; the command then ends with status 1.
 */
export async function scheduleCommand(world: World, file: string | undefined): Promise<void> {
  const input = file === undefined ? process.stdin : createReadStream(file, 'utf8');
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  input.once('error', (error) => lines.emit('error', error));
  let faulty = 0;
  let number = 0;
  try {
    for await (const line of lines) {
      number += 1;
      if (line.trim() === '') continue;
      const answered = answerCase(line.length > LINE_LENGTH_MAX ? null : line);
      const isFault = 'error' in answered;
      if (isFault) faulty += 1;
      world.out(`${JSON.stringify(isFault ? { line: number, ...answered } : answered)}\n`);
    }
  } catch (error) {
    throw new SetupError(`cannot read the cases: ${error instanceof Error ? error.message : 'no'}`);
  }
  if (faulty > 0) throw new SetupError(`${faulty} of ${number} lines are not cases`);
}
