import { faultsOfDelay, type Delay } from '../../schedule/delay.ts';
import { isAbsent, recordOf, type Fault } from '../../schedule/fault.ts';

export const RESUME_LATE = ['send', 'skip', 'exit'] as const;

/** What becomes of steps that fell due while a series was paused. */
export interface Resume {
  /** Sent in the next window, skipped, or the user leaves the series. */
  readonly late: (typeof RESUME_LATE)[number];
  /** Only what is overdue by more than this is skipped or exited; the rest is sent. */
  readonly after: Delay;
}

const PATH = 'settings/resume';
const DEFAULT: Resume = { late: 'send', after: { amount: 0, unit: 'minutes' } };

/** Everything wrong with `resume`; left out or null means that everything is sent. */
export function resumeFaults(value: unknown): Fault[] {
  if (isAbsent(value)) return [];
  const fields = recordOf(value);
  if (fields === null) return [{ path: PATH, message: 'must be an object' }];
  const { late, after } = fields;
  const faults: Fault[] = [];
  if (!isAbsent(late) && !RESUME_LATE.some((known) => known === late)) {
    faults.push({ path: `${PATH}/late`, message: 'must be "send", "skip" or "exit"' });
  }
  if (!isAbsent(after)) faults.push(...faultsOfDelay(after, `${PATH}/after`));
  return faults;
}

/** A valid `resume` with its defaults. */
export function resumeOf(value: unknown): Resume {
  const { late, after } = (recordOf(value) ?? {}) as Partial<Resume>;
  return { late: late ?? DEFAULT.late, after: after ?? DEFAULT.after };
}
