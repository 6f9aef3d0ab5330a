import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { programOf } from './cli/program.ts';
import { SetupError } from '../platform/setup-error.ts';
import { DomainError } from '../platform/errors.ts';
import { ConfigError } from './config.ts';

// Compiled code is kept beside the packages, where nobody else may write: a start then takes less time,
// and a tenth less memory. Where it cannot be written, nothing is kept.
enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/milepost'));

/** Faults that a person must mend are told in words; anything else is ours and comes with its stack. */
try {
  await programOf({
    env: process.env,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTerminal: process.stdout.isTTY,
  }).parseAsync(process.argv);
} catch (error) {
  process.exitCode = error instanceof ConfigError ? error.status : 1;
  const isExpected = error instanceof SetupError || error instanceof DomainError;
  const text = isExpected ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
}
