import type { Body } from '@milepost/sdk';
import { isZone } from '../../../../app/time.ts';
import type { FilterJson } from '../../../../components/filter-builder/filter.ts';
import { instantOf } from '../../../broadcasts/local-time.ts';

/** As the server bounds them: docs/simulate.md. */
export const PEOPLE_MAX = 1_000;
export const DAYS_MAX = 731;
const ZONES_MAX = 100;
export const KINDS_MAX = 100;
/** Lines of what happens; the server takes more, but no form holds them. */
export const HAPPENINGS_MAX = 50;
/** Lines of the timeline that are asked for: more would be megabytes of reasons. */
const ROWS_MAX = 20_000;

/** A name and a value as they are typed. */
export interface Pair {
  readonly name: string;
  readonly text: string;
}

export interface Span {
  readonly amount: number | null;
  readonly unit: Unit;
}
export const UNITS = ['minutes', 'hours', 'days', 'weeks', 'business_days'] as const;
export type Unit = (typeof UNITS)[number];

/** Something that people do, or that is learned of them. */
export interface Happening {
  readonly kind: 'event' | 'traits';
  /** The id of one person; empty for everybody. */
  readonly who: string;
  readonly when: 'after' | 'at';
  readonly after: Span;
  /** As a clock of the viewer's shows it. */
  readonly at: string;
  readonly eventType: string;
  readonly pairs: readonly Pair[];
}

/** What is asked, as it stands in the form. */
export interface SimulationForm {
  readonly people: 'made_up' | 'filter' | 'named';
  readonly count: number | null;
  readonly zones: readonly string[];
  /** Traits of the first person, the second, and so on, over and over. */
  readonly kinds: readonly (readonly Pair[])[];
  readonly filter: FilterJson | null;
  readonly limit: number | null;
  readonly userIds: readonly string[];
  /** As a clock of the viewer's shows it; empty for now, by the clock of the side. */
  readonly start: string;
  readonly days: number | null;
  /** Without an amount all enter at the start. */
  readonly enterOver: Span;
  /** What the enrolling call, or the event, brings along. */
  readonly properties: readonly Pair[];
  readonly happenings: readonly Happening[];
}

export const NEW_FORM: SimulationForm = {
  people: 'made_up',
  count: 50,
  zones: ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'],
  kinds: [],
  filter: null,
  limit: 100,
  userIds: [],
  start: '',
  days: 90,
  enterOver: { amount: 1, unit: 'days' },
  properties: [],
  happenings: [],
};

export const newHappening = (kind: Happening['kind']): Happening => ({
  kind,
  who: '',
  when: 'after',
  after: { amount: 1, unit: 'days' },
  at: '',
  eventType: '',
  pairs: kind === 'traits' ? [{ name: '', text: '' }] : [],
});

/** What keeps the form from being sent, by the field it stands at. */
export interface FormFault {
  readonly path: string;
  readonly message: string;
}

/** What a typed text means: numbers, true, false and JSON as such; all else, and what is in quotes, a text. */
export function valueOf(text: string): unknown {
  const trimmed = text.trim();
  if (!/^(-?\d+(\.\d+)?|true|false|null|".*"|\[.*\]|\{.*\})$/s.test(trimmed)) return text;
  try {
    return JSON.parse(trimmed) as unknown;
  } catch {
    return text;
  }
}

export const objectOf = (pairs: readonly Pair[]): Record<string, unknown> =>
  Object.fromEntries(
    pairs
      .filter(({ name }) => name.trim() !== '')
      .map(({ name, text }) => [name.trim(), valueOf(text)]),
  );

const isWithin = (value: number | null, min: number, max: number): value is number =>
  value !== null && Number.isInteger(value) && value >= min && value <= max;

/** Everything wrong with a form, each at its field. */
export function faultsOfForm(form: SimulationForm): FormFault[] {
  const faults: FormFault[] = [];
  const must = (isRight: boolean, path: string, message: string): void => {
    if (!isRight) faults.push({ path, message });
  };
  const people = `A whole number from 1 to ${PEOPLE_MAX.toLocaleString('en')}.`;
  if (form.people === 'made_up') {
    must(isWithin(form.count, 1, PEOPLE_MAX), 'count', people);
    must(form.zones.every(isZone), 'zones', 'Names such as Europe/Berlin.');
    must(form.zones.length <= ZONES_MAX, 'zones', `At most ${ZONES_MAX}.`);
    form.kinds.forEach((pairs, index) => pairFaults(pairs, `kinds/${index}`, must));
  } else if (form.people === 'filter') {
    must(form.filter !== null, 'filter', 'Add a condition.');
    must(isWithin(form.limit, 1, PEOPLE_MAX), 'limit', people);
  } else {
    const isSome = form.userIds.length > 0 && form.userIds.length <= PEOPLE_MAX;
    must(isSome, 'user_ids', `Name 1 to ${PEOPLE_MAX.toLocaleString('en')} people.`);
  }
  must(isWithin(form.days, 1, DAYS_MAX), 'days', `A whole number from 1 to ${DAYS_MAX}.`);
  must(form.start === '' || !Number.isNaN(Date.parse(form.start)), 'start', 'A date and a time.');
  const { amount } = form.enterOver;
  must(amount === null || isWithin(amount, 0, 10_000), 'enter_over', 'A whole number.');
  pairFaults(form.properties, 'properties', must);
  form.happenings.forEach((happening, index) => {
    const at = `happenings/${index}`;
    const { kind, when, after, eventType, pairs } = happening;
    must(kind === 'traits' || eventType.trim() !== '', `${at}/event`, 'Name the event.');
    const isSome = kind === 'event' || pairs.some(({ name }) => name.trim() !== '');
    must(isSome, `${at}/pairs`, 'Name at least one trait.');
    must(when === 'at' || isWithin(after.amount, 0, 100_000), `${at}/when`, 'A whole number.');
    must(when === 'after' || happening.at !== '', `${at}/when`, 'A date and a time.');
    pairFaults(pairs, `${at}/pairs`, must);
  });
  return faults;
}

function pairFaults(
  pairs: readonly Pair[],
  path: string,
  must: (isRight: boolean, path: string, message: string) => void,
): void {
  const names = pairs.map(({ name }) => name.trim()).filter((name) => name !== '');
  must(new Set(names).size === names.length, path, 'Each name once.');
  must(
    pairs.every(({ name, text }) => name.trim() !== '' || text === ''),
    path,
    'A value has no name.',
  );
}

/** The call that a form without faults means. */
export function requestOf(form: SimulationForm, zone: string): Body<'POST /series/{id}/simulate'> {
  const { start, days, enterOver, properties, happenings } = form;
  const events = happenings.filter(({ kind }) => kind === 'event');
  const changes = happenings.filter(({ kind }) => kind === 'traits');
  return {
    people: peopleOf(form),
    ...(start === '' ? {} : { start: instantOf(start, zone) }),
    days: days ?? 1,
    enter_over:
      enterOver.amount === null || enterOver.amount === 0
        ? null
        : { amount: enterOver.amount, unit: enterOver.unit },
    properties: objectOf(properties),
    events: events.map((happening) => ({
      ...whenOf(happening, zone),
      event_type: happening.eventType.trim(),
      metadata: objectOf(happening.pairs),
    })),
    changes: changes.map((happening) => ({
      ...whenOf(happening, zone),
      traits: objectOf(happening.pairs),
    })),
    rows: ROWS_MAX,
    explain: true,
  };
}

function peopleOf(form: SimulationForm): NonNullable<Body<'POST /series/{id}/simulate'>['people']> {
  switch (form.people) {
    case 'made_up': {
      const traits = form.kinds.map(objectOf);
      return {
        count: form.count ?? 1,
        ...(form.zones.length === 0 ? {} : { zones: form.zones }),
        ...(traits.length === 0 ? {} : { traits }),
      };
    }
    case 'filter':
      return { filter: form.filter as never, limit: form.limit ?? 1 };
    case 'named':
      return { user_ids: form.userIds };
  }
}

function whenOf({ who, when, after, at }: Happening, zone: string) {
  return {
    ...(who.trim() === '' ? {} : { user_id: who.trim() }),
    ...(when === 'at'
      ? { at: instantOf(at, zone) }
      : { after: { amount: after.amount ?? 0, unit: after.unit } }),
  };
}

/**
 * The zone of a made-up person, as the server spreads zones and traits over them; null for nobody's, and
 * for people who exist.
 */
export function zoneOfPerson(form: SimulationForm, userId: string): string | null {
  const [, digits] = /^person-(\d+)$/.exec(userId) ?? [];
  if (form.people !== 'made_up' || digits === undefined) return null;
  const index = Number(digits) - 1;
  const kinds = Math.max(1, form.kinds.length);
  const own = objectOf(form.kinds[index % kinds] ?? [])['timezone'];
  if (typeof own === 'string' && isZone(own)) return own;
  return form.zones[Math.floor(index / kinds) % Math.max(1, form.zones.length)] ?? null;
}
