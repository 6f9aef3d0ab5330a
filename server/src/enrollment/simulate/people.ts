import { traitPatchOf, type UserPatch } from '../../audience/index.ts';
import { addDelay } from '../../schedule/delay.ts';
import type { PublishedSeries } from '../../series/index.ts';
import type { SimulationRequest, SimulatedPeople } from './request.ts';
import type { Happening, Subject } from './scenario.ts';

/** A person before anything happens to them. */
export type Person = Omit<Subject, 'happenings'> & {
  /** What they are created with; null for somebody who is known already. */
  readonly created: UserPatch | null;
};

type Synthetic = Extract<SimulatedPeople, { kind: 'synthetic' }>;

/**
 * People who do not exist, spread over templates of traits and over zones: every template meets every
 * zone as soon as there are enough people.
 */
export function syntheticPeople({ count, zones, traits: templates }: Synthetic): Person[] {
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const externalId = `person-${number}`;
    const template = templates[index % Math.max(1, templates.length)] ?? {};
    const zone =
      zones[Math.floor(index / Math.max(1, templates.length)) % Math.max(1, zones.length)];
    const traits = {
      name: `Person ${number}`,
      email: `${externalId}@example.com`,
      ...(zone === undefined ? {} : { timezone: zone }),
      ...template,
    };
    const created = patchOf(traits);
    return { externalId, user: null, company: null, events: [], created };
  });
}

/** What happens to people, in order: they enter, one after the other, and live through the script. */
export function subjectsOf(
  people: readonly Person[],
  { series, start, request }: { series: PublishedSeries; start: Date; request: SimulationRequest },
): Subject[] {
  const { enterOver, script } = request;
  const { rules } = series;
  const until =
    enterOver === null ? start : addDelay(start, enterOver, { userTimezone: null, rules });
  const spanMs = until.getTime() - start.getTime();
  return people.map(({ created, ...person }, index) => {
    const entersAt = new Date(start.getTime() + Math.floor((spanMs * index) / people.length));
    const own = script.filter(({ userId }) => userId === null || userId === person.externalId);
    const lived = own.map(({ when, what }): Happening => {
      const userTimezone = person.user?.timezone ?? created?.own['timezone'] ?? null;
      const at = 'at' in when ? when.at : addDelay(entersAt, when.after, { userTimezone, rules });
      if (what.kind === 'traits') return { at, kind: 'identify', patch: patchOf(what.traits) };
      const { eventType, metadata } = what;
      const event = { eventType, metadata, pageUrl: null, elementSelector: null };
      return { at, kind: 'event', event };
    });
    const birth: Happening[] =
      created === null ? [] : [{ at: entersAt, kind: 'identify', patch: created }];
    const happenings = [...birth, ...entryOf(series, { at: entersAt, request, created }), ...lived]
      // What is said to happen before the simulation begins has happened when it does.
      .map((one) => (one.at < start ? { ...one, at: start } : one))
      .toSorted((one, other) => one.at.getTime() - other.at.getTime());
    return { ...person, happenings };
  });
}

/** How somebody comes to enter, by the trigger of the series. */
function entryOf(
  { settings }: PublishedSeries,
  {
    at,
    request: { properties },
    created,
  }: { at: Date; request: SimulationRequest; created: UserPatch | null },
): Happening[] {
  const { entry_trigger: source, entry_event_name: eventType } = settings;
  switch (source) {
    case 'event': {
      if (eventType === null) return [];
      const event = { eventType, metadata: properties, pageUrl: null, elementSelector: null };
      return [{ at, kind: 'event', event }];
    }
    case 'segment_match':
      return created === null ? [{ at, kind: 'look' }] : [];
    case 'user_created':
      // Who is known already is let in as if they had just been created.
      return created === null ? [{ at, kind: 'enroll', source, properties: {} }] : [];
    case 'api':
    case 'manual':
      return [{ at, kind: 'enroll', source, properties }];
  }
}

function patchOf(traits: Readonly<Record<string, unknown>>): UserPatch {
  const read = traitPatchOf(traits);
  if ('fault' in read) throw new Error(`traits were not checked: ${read.fault}`);
  return read.patch;
}
