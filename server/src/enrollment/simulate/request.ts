import { faultsOfFilter, traitPatchOf } from '../../audience/index.ts';
import { instantFrom } from '../../platform/instant.ts';
import { faultOfData } from '../../platform/plain-data.ts';
import { faultsOfDelay, type Delay } from '../../schedule/delay.ts';
import { isAbsent, isIntegerIn, recordOf, type Fault } from '../../schedule/fault.ts';
import { canonicalZone } from '../../schedule/zone.ts';
import { simulationInvalid } from './errors.ts';

type Json = Readonly<Record<string, unknown>>;

/** People of one simulation. */
export const PEOPLE_MAX = 1_000;
/** Two years, one of which may be a leap year. */
export const DAYS_MAX = 731;
/** Lines of the timeline in one answer; totals count all. */
export const ROWS_MAX = 50_000;
/** Things that happen to people, each counted once for everybody whom it happens to. */
const HAPPENINGS_MAX = 100_000;
const SCRIPT_LINES_MAX = 1_000;
const ZONES_MAX = 100;
const TEMPLATES_MAX = 100;
const PEOPLE_DEFAULT = 10;
const FOUND_DEFAULT = 100;
const DAYS_DEFAULT = 365;
const EVENT_TYPE_LENGTH_MAX = 100;
const USER_ID_LENGTH_MAX = 255;
/** Holidays and zones are made up beyond. */
const YEAR_MIN = 1970;
const YEAR_MAX = 2200;
/** As deep as metadata may nest. */
const NESTING_MAX = 32;

/** Who is simulated. */
export type SimulatedPeople =
  | {
      readonly kind: 'synthetic';
      readonly count: number;
      /** Zones that people are spread over; none for people without one. */
      readonly zones: readonly string[];
      /** Traits of the first person, the second, and so on, over and over. */
      readonly traits: readonly Json[];
    }
  | { readonly kind: 'ids'; readonly userIds: readonly string[] }
  | { readonly kind: 'filter'; readonly filter: unknown; readonly limit: number };

/** When something happens: at an instant, or so long after the person's time begins. */
export type When = { readonly at: Date } | { readonly after: Delay };

/** Something that happens to one person, or to everybody. */
export interface ScriptLine {
  /** Null for everybody. */
  readonly userId: string | null;
  readonly when: When;
  readonly what:
    | { readonly kind: 'event'; readonly eventType: string; readonly metadata: Json }
    | { readonly kind: 'traits'; readonly traits: Json };
}

/** What a call asks to be simulated. */
export interface SimulationRequest {
  /** Null for the draft. */
  readonly version: number | null;
  /** Null for now, by the clock of the side. */
  readonly start: Date | null;
  readonly days: number;
  readonly people: SimulatedPeople;
  /** Over how long people enter, evenly; null for all at the start. */
  readonly enterOver: Delay | null;
  /** What the enrolling call, or the event that people enter by, brings along. */
  readonly properties: Json;
  readonly script: readonly ScriptLine[];
  readonly rowsMax: number;
  /** Whether every line says why. */
  readonly explains: boolean;
}

/**
 * Reads the body of a simulation.
 *
 * @throws `enrollment.simulation_invalid` with every fault and its path
 */
export function requestOf(body: unknown): SimulationRequest {
  const fields = recordOf(body ?? {});
  if (fields === null) throw simulationInvalid([{ path: '', message: 'must be an object' }]);
  const faults: Fault[] = [];
  const fault = (path: string, message: string): void => void faults.push({ path, message });
  const { version, days, rows, explain, enter_over: enterOver } = fields;
  if (!isAbsent(version) && !isIntegerIn(version, 1, 2 ** 31 - 1)) {
    fault('version', 'must be the number of a version, or null for the draft');
  }
  if (!isAbsent(days) && !isIntegerIn(days, 1, DAYS_MAX)) {
    fault('days', `must be an integer from 1 to ${DAYS_MAX}`);
  }
  if (!isAbsent(rows) && !isIntegerIn(rows, 0, ROWS_MAX)) {
    fault('rows', `must be an integer from 0 to ${ROWS_MAX}`);
  }
  if (!isAbsent(explain) && typeof explain !== 'boolean') fault('explain', 'must be true or false');
  if (!isAbsent(enterOver)) faults.push(...faultsOfDelay(enterOver, 'enter_over'));
  const request = {
    version: (version ?? null) as number | null,
    start: startOf(fields['start'], fault),
    days: (days ?? DAYS_DEFAULT) as number,
    people: peopleOf(fields['people'], faults),
    enterOver: (enterOver ?? null) as Delay | null,
    properties: dataOf(fields['properties'], { path: 'properties', fault }),
    script: scriptOf(fields, faults),
    rowsMax: (rows ?? ROWS_MAX) as number,
    explains: explain === true,
  };
  const peopleMax = peopleMaxOf(request.people);
  const everybody = request.script.filter(({ userId }) => userId === null).length;
  if (everybody * peopleMax > HAPPENINGS_MAX) {
    const message = `must not be more than ${HAPPENINGS_MAX} together for ${peopleMax} people`;
    fault('events', message);
  }
  if (faults.length > 0) throw simulationInvalid(faults);
  return request;
}

function peopleMaxOf(people: SimulatedPeople): number {
  if (people.kind === 'synthetic') return people.count;
  return people.kind === 'ids' ? people.userIds.length : people.limit;
}

type Tell = (path: string, message: string) => void;

function startOf(value: unknown, fault: Tell): Date | null {
  if (isAbsent(value)) return null;
  const start = typeof value === 'string' ? instantFrom(value) : null;
  const year = start?.getUTCFullYear() ?? 0;
  if (year >= YEAR_MIN && year <= YEAR_MAX) return start;
  fault('start', `must be an ISO 8601 date and time between ${YEAR_MIN} and ${YEAR_MAX}`);
  return null;
}

function dataOf(value: unknown, { path, fault }: { path: string; fault: Tell }): Json {
  if (isAbsent(value)) return {};
  const data = recordOf(value);
  const wrong = data === null ? null : faultOfData(data, { nestingMax: NESTING_MAX });
  if (data === null) fault(path, 'must be an object');
  else if (wrong !== null) fault(`${path}/${wrong.path}`, wrong.message);
  return data ?? {};
}

const KINDS = ['count', 'user_ids', 'filter'] as const;

function peopleOf(value: unknown, faults: Fault[]): SimulatedPeople {
  const fields = recordOf(value ?? {});
  const fault = (path: string, message: string): void => void faults.push({ path, message });
  const kinds = KINDS.filter((kind) => !isAbsent(fields?.[kind]));
  if (fields === null || kinds.length > 1) fault('people', `must have one of ${KINDS.join(', ')}`);
  const { count, user_ids: userIds, filter, limit } = fields ?? {};
  if (!isAbsent(userIds)) {
    const isList = Array.isArray(userIds) && userIds.length > 0 && userIds.length <= PEOPLE_MAX;
    if (!isList || !userIds.every(isUserId)) {
      fault('people/user_ids', `must be a list of 1 to ${PEOPLE_MAX} ids of users`);
    }
    return { kind: 'ids', userIds: [...new Set(isList ? (userIds as string[]) : [])] };
  }
  if (!isAbsent(filter)) {
    faults.push(...faultsOfFilter(filter, 'people/filter'));
    if (!isAbsent(limit) && !isIntegerIn(limit, 1, PEOPLE_MAX)) {
      fault('people/limit', `must be an integer from 1 to ${PEOPLE_MAX}`);
    }
    return { kind: 'filter', filter, limit: (limit ?? FOUND_DEFAULT) as number };
  }
  if (!isAbsent(count) && !isIntegerIn(count, 1, PEOPLE_MAX)) {
    fault('people/count', `must be an integer from 1 to ${PEOPLE_MAX}`);
  }
  return {
    kind: 'synthetic',
    count: (count ?? PEOPLE_DEFAULT) as number,
    zones: zonesOf(fields?.['zones'], fault),
    traits: traitsListOf(fields?.['traits'], fault),
  };
}

const isUserId = (id: unknown): boolean =>
  typeof id === 'string' && id !== '' && id.length <= USER_ID_LENGTH_MAX;

function zonesOf(value: unknown, fault: Tell): string[] {
  if (isAbsent(value)) return [];
  if (!Array.isArray(value) || value.length > ZONES_MAX) {
    fault('people/zones', `must be a list of at most ${ZONES_MAX} time zones`);
    return [];
  }
  for (const [index, zone] of value.entries()) {
    if (typeof zone === 'string' && canonicalZone(zone) !== null) continue;
    fault(`people/zones/${index}`, 'must be an IANA name such as Europe/Berlin');
  }
  return value as string[];
}

/** One template for all, or a list of them. */
function traitsListOf(value: unknown, fault: Tell): Json[] {
  if (isAbsent(value)) return [];
  const list = (Array.isArray(value) ? value : [value]) as unknown[];
  if (list.length === 0 || list.length > TEMPLATES_MAX) {
    fault('people/traits', `must be traits, or a list of 1 to ${TEMPLATES_MAX} of them`);
    return [];
  }
  return list.map((traits, index) => {
    const path = Array.isArray(value) ? `people/traits/${index}` : 'people/traits';
    return patchableOf(traits, { path, fault });
  });
}

/** Traits as `identify` would take them. */
function patchableOf(value: unknown, { path, fault }: { path: string; fault: Tell }): Json {
  const traits = recordOf(value);
  const patch = traits === null ? { fault: 'must be an object' } : traitPatchOf(traits);
  if ('fault' in patch) fault(path, patch.fault);
  return traits ?? {};
}

function scriptOf(fields: Json, faults: Fault[]): ScriptLine[] {
  const lines = (['events', 'changes'] as const).flatMap((name) => {
    const list = fields[name] ?? [];
    if (!Array.isArray(list) || list.length > SCRIPT_LINES_MAX) {
      faults.push({ path: name, message: `must be a list of at most ${SCRIPT_LINES_MAX}` });
      return [];
    }
    return list.map((line: unknown, index) => lineOf(line, `${name}/${index}`, faults));
  });
  return lines.filter((line) => line !== null);
}

function lineOf(value: unknown, path: string, faults: Fault[]): ScriptLine | null {
  const fields = recordOf(value);
  const fault = (below: string, message: string): void =>
    void faults.push({ path: below, message });
  if (fields === null) {
    fault(path, 'must be an object');
    return null;
  }
  const { user_id: userId, event_type: eventType, metadata, traits } = fields;
  if (!isAbsent(userId) && !isUserId(userId)) {
    fault(`${path}/user_id`, 'must be the id of a user, or null for everybody');
  }
  const when = whenOf(fields, path, faults);
  const who = { userId: (userId ?? null) as string | null, when };
  if (path.startsWith('changes/')) {
    const changed = patchableOf(traits, { path: `${path}/traits`, fault });
    return { ...who, what: { kind: 'traits', traits: changed } };
  }
  const isType =
    typeof eventType === 'string' && eventType !== '' && eventType.length <= EVENT_TYPE_LENGTH_MAX;
  if (!isType) {
    fault(`${path}/event_type`, `must be a text of 1 to ${EVENT_TYPE_LENGTH_MAX} characters`);
  }
  const data = dataOf(metadata, { path: `${path}/metadata`, fault });
  return { ...who, what: { kind: 'event', eventType: String(eventType), metadata: data } };
}

function whenOf({ at, after }: Json, path: string, faults: Fault[]): When {
  if (isAbsent(at) === isAbsent(after)) {
    faults.push({ path, message: 'must have either at or after' });
    return { at: new Date(0) };
  }
  if (!isAbsent(after)) {
    faults.push(...faultsOfDelay(after, `${path}/after`));
    return { after: after as Delay };
  }
  const instant = typeof at === 'string' ? instantFrom(at) : null;
  if (instant === null) {
    faults.push({ path: `${path}/at`, message: 'must be an ISO 8601 date and time' });
  }
  return { at: instant ?? new Date(0) };
}
