import type { EmailFault } from '../email-fields.ts';

/** A fault, and the line of the source that it is about, where the server said so. */
export interface PlacedFault extends EmailFault {
  readonly line: number | null;
}

const LINE = /\bline[: ]+(\d+)/i;

/** `line 3, column 5: …` and `…, line:3, col:5` tell where. */
export const placedOf = (faults: readonly EmailFault[]): PlacedFault[] =>
  faults.map((fault) => {
    const found = LINE.exec(fault.message)?.[1];
    return { ...fault, line: found === undefined ? null : Number(found) };
  });
