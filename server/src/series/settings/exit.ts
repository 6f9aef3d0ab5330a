import { isAbsent, quoted, recordOf, type Fault } from '../../schedule/fault.ts';
import { watchFaults, watchOf, type Watch } from './watch.ts';

export const EXIT_SIGNALS = ['unsubscribe', 'hard_bounce', 'complaint'] as const;

/** What ends a passage as `exited`, at once: one rule of several. */
export type ExitRule =
  | Watch
  /** What became of an email to the user. */
  | { readonly on: (typeof EXIT_SIGNALS)[number] }
  /** The user enters another series, named by its id. */
  | { readonly enters: string };

/** Each is looked at whenever something happens to a user. */
export const EXIT_RULES_MAX = 20;

const PATH = 'settings/exit';
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const KINDS = ['filter', 'event', 'on', 'enters'] as const;

/**
 * Everything wrong with `exit`; left out or null means none.
 *
 * @param seriesId the series that has these rules; null while it has no id
 */
export function exitFaults(value: unknown, seriesId: string | null): Fault[] {
  if (isAbsent(value)) return [];
  if (!Array.isArray(value)) return [{ path: PATH, message: 'must be an array of rules' }];
  if (value.length > EXIT_RULES_MAX) {
    return [{ path: PATH, message: `must have at most ${EXIT_RULES_MAX} rules` }];
  }
  return value.flatMap((rule: unknown, index) => ruleFaults(rule, `${PATH}/${index}`, seriesId));
}

function ruleFaults(rule: unknown, path: string, seriesId: string | null): Fault[] {
  const fields = recordOf(rule);
  if (fields === null) return [{ path, message: 'must be an object' }];
  const kinds = KINDS.filter((kind) => !isAbsent(fields[kind]));
  const named = kinds.join(' and ');
  if (kinds.length === 0) return [{ path, message: `must have one of ${KINDS.join(', ')}` }];
  if (kinds.length > 1 && named !== 'filter and event') {
    return [{ path, message: `must be one rule, not ${named}` }];
  }
  const { on, enters } = fields;
  if (!isAbsent(on)) return onFaults(on, path);
  return isAbsent(enters) ? watchFaults(fields, path) : entersFaults(enters, path, seriesId);
}

function onFaults(on: unknown, path: string): Fault[] {
  if (EXIT_SIGNALS.some((known) => known === on)) return [];
  return [{ path: `${path}/on`, message: `must be one of ${EXIT_SIGNALS.join(', ')}` }];
}

function entersFaults(enters: unknown, path: string, seriesId: string | null): Fault[] {
  const at = `${path}/enters`;
  if (typeof enters !== 'string') return [{ path: at, message: 'must be the id of a series' }];
  if (!UUID.test(enters)) {
    return [{ path: at, message: `is not the id of a series: ${quoted(enters)}` }];
  }
  if (enters.toLowerCase() !== seriesId) return [];
  return [{ path: at, message: 'must not name the series itself' }];
}

/** Valid exit rules, without members that mean nothing; ids as they are stored. */
export function exitRulesOf(value: unknown): ExitRule[] {
  const rules = Array.isArray(value) ? (value as Readonly<Record<string, unknown>>[]) : [];
  return rules.map((rule): ExitRule => {
    const { on, enters } = rule;
    if (!isAbsent(on)) return { on: on as (typeof EXIT_SIGNALS)[number] };
    return typeof enters === 'string' ? { enters: enters.toLowerCase() } : watchOf(rule);
  });
}
