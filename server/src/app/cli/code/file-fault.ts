import { SetupError } from '../../../platform/setup-error.ts';

/** What is wrong with a file, and where in it. */
export interface FileFault {
  /** As it is shown: from where the command runs. */
  readonly file: string;
  /** From 1; null where it is not known. */
  readonly line: number | null;
  /** Such as `steps/0/subject`; empty for all of it. */
  readonly field: string;
  readonly message: string;
}

/** `milepost/series/welcome.yaml:12 steps/0/subject must be a string`. */
const wordsOfFault = ({ file, line, field, message }: FileFault): string =>
  [line === null ? file : `${file}:${line}`, field, message]
    .filter((part) => part !== '')
    .join(' ');

/** Everything that is wrong with the files. */
export class FilesError extends SetupError {
  readonly faults: readonly FileFault[];

  constructor(faults: readonly FileFault[], head = 'The files have faults; nothing was written') {
    const lines = faults.map((fault) => `  ${wordsOfFault(fault)}`);
    super([`${head}:`, ...lines].join('\n'));
    this.name = 'FilesError';
    this.faults = faults;
  }
}
