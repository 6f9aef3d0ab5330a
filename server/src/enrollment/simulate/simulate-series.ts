import {
  companiesByIds,
  conditionSql,
  factsNeeded,
  filterOf,
  loadConsent,
  neededTogether,
  usersByIds,
  type FactsNeeded,
  type User,
} from '../../audience/index.ts';
import type { MailKit, Sender } from '../../delivery/index.ts';
import type { Db, Pool } from '../../platform/db.ts';
import { bucketOf, NIL_UUID, userIdOf } from '../../platform/ids.ts';
import {
  buildSteps,
  loadContents,
  publishable,
  publishedOf,
  readAutomation,
  readVersion,
  seriesInvalid,
  stepTypeOf,
  winnersOf,
  type PublishedSeries,
  type SeriesDraft,
} from '../../series/index.ts';
import { readWorkspace } from '../../workspace/index.ts';
import { reactRulesOf } from '../react/rules.ts';
import { subjectsOf, syntheticPeople, type Person } from './people.ts';
import type { SimulatedPeople, SimulationRequest } from './request.ts';
import { simulate, type Simulation } from './run.ts';
import type { Scenario } from './scenario.ts';
import { eventsOfUsers, findMatching } from './sql.ts';

const DAY_MS = 86_400_000;
/** Of a draft, which has no number yet. */
const DRAFT_NUMBER = 0;

export interface SimulateDeps {
  readonly db: Pool;
  readonly senderOf: (workspaceId: string) => Promise<Sender>;
  readonly kit: MailKit;
  /** The instant of a workspace side: real, or its test clock's. */
  readonly sideNow: (workspaceId: string) => Promise<Date>;
}

/** A simulation, and what was simulated. */
export interface SimulatedSeries extends Simulation {
  readonly seriesId: string;
  /** Null for the draft. */
  readonly version: number | null;
  readonly start: Date;
  readonly end: Date;
}

/**
 * What would happen if people entered a series: its draft or a version, on a virtual clock. Reads, and
 * writes nothing.
 *
 * @throws `series.not_found`, `series.wrong_type`, `series.version_not_found`, `series.invalid`
 */
export async function simulateSeries(
  deps: SimulateDeps,
  { workspaceId, id }: { workspaceId: string; id: string },
  request: SimulationRequest,
): Promise<SimulatedSeries> {
  const { timezone, settings } = await readWorkspace(deps.db, { workspaceId });
  const series = await seriesOf(deps.db, { workspaceId, id, timezone }, request);
  const start = request.start ?? (await deps.sideNow(workspaceId));
  const found = await peopleOf(deps.db, request.people, { workspaceId, series, start });
  const people = await withConsent(deps.db, found, { workspaceId, series });
  const scenario: Scenario = {
    series,
    workspace: { id: workspaceId, timezone },
    sender: await deps.senderOf(workspaceId),
    kit: deps.kit,
    cap: settings.limits.emails,
    from: start,
    to: endOf(start, request),
  };
  return simulateScenario(scenario, people, request);
}

/** The same for a series that is nowhere stored. */
export async function simulateScenario(
  scenario: Scenario,
  people: readonly Person[],
  request: SimulationRequest,
): Promise<SimulatedSeries> {
  const { series, from: start, to: end } = scenario;
  const subjects = subjectsOf(people, { series, start, request });
  const simulation = await simulate(scenario, subjects, request);
  const { version } = request;
  return { ...simulation, seriesId: series.automationId, version, start, end };
}

/** When the virtual clock stops. */
export const endOf = (start: Date, { days }: Pick<SimulationRequest, 'days'>): Date =>
  new Date(start.getTime() + days * DAY_MS);

async function seriesOf(
  db: Pool,
  { workspaceId, id, timezone }: { workspaceId: string; id: string; timezone: string },
  { version }: SimulationRequest,
): Promise<PublishedSeries> {
  const automation = await readAutomation(db, { workspaceId, id }, 'series');
  const winners = await winnersOf(db, automation.id);
  if (version !== null) {
    const read = await readVersion(db, { automationId: automation.id, number: version });
    const { automationId, steps } = read.version;
    const contents = await loadContents(db, { automationId, steps });
    return publishedOf(read.version, timezone, contents, winners);
  }
  const draft = publishable(automation.draft as unknown as SeriesDraft);
  const built = await buildSteps(db, draft.steps, { workspaceId, isPublished: false });
  if (built.faults.length > 0) throw seriesInvalid(built.faults);
  const drafted = { automationId: automation.id, number: DRAFT_NUMBER, ...draft };
  return publishedOf(drafted, timezone, built.byStep, winners);
}

async function peopleOf(
  db: Db,
  people: SimulatedPeople,
  { workspaceId, series, start }: { workspaceId: string; series: PublishedSeries; start: Date },
): Promise<Person[]> {
  switch (people.kind) {
    case 'synthetic':
      return syntheticPeople(people);
    case 'ids': {
      const ids = people.userIds.map((userId) => userIdOf(workspaceId, userId));
      const users = await usersByIds(
        db,
        ids.map((id) => ({ bucket: bucketOf(id), id })),
      );
      const known = await knownPeople(db, [...users.values()], series);
      const byId = new Map(known.map((person) => [person.externalId, person]));
      return people.userIds.map((externalId) => byId.get(externalId) ?? nobody(externalId));
    }
    case 'filter': {
      const filter = filterOf(people.filter, { timezone: series.rules.timezone });
      const matches = conditionSql(db, filter, { now: start });
      const found = await findMatching(db, { workspaceId, matches, limit: people.limit });
      const users = await usersByIds(db, found);
      const inOrder = found.flatMap(({ id }) => users.get(id) ?? []);
      return knownPeople(db, inOrder, series);
    }
  }
}

/** Somebody who was never identified: a call is refused, an event makes them known. */
const nobody = (externalId: string): Person => ({
  externalId,
  user: null,
  company: null,
  events: [],
  created: null,
});

async function knownPeople(
  db: Db,
  users: readonly User[],
  series: PublishedSeries,
): Promise<Person[]> {
  const eventTypes = eventTypesOf(series);
  const events = eventTypes.length === 0 ? [] : await eventsOfUsers(db, users, eventTypes);
  const byUser = Map.groupBy(events, ({ userId }) => userId);
  const companyIds = new Set(users.flatMap(({ companyId }) => companyId ?? []));
  const companies = await companiesByIds(
    db,
    [...companyIds].map((id) => ({ bucket: bucketOf(id), id })),
  );
  return users.map((user) => ({
    externalId: user.externalId,
    user,
    company: user.companyId === null ? null : (companies.get(user.companyId) ?? null),
    events: byUser.get(user.id) ?? [],
    created: null,
  }));
}

/** The events that some filter of the series counts. */
const eventTypesOf = (series: PublishedSeries): string[] => [
  ...new Set(neededBy(series).events.map(({ eventType }) => eventType)),
];

/** What the filters of a series read. */
function neededBy(series: PublishedSeries): FactsNeeded {
  const { audience, leaving } = reactRulesOf(series);
  const filters = leaving.flatMap((rule) => (rule.kind === 'filter' ? [rule.filter] : []));
  return neededTogether([
    ...[...filters, ...(audience === null ? [] : [audience])].map(factsNeeded),
    ...[...series.graph.steps.values()].flatMap(
      (step) => stepTypeOf(step).needs(step, series.rules).facts ?? [],
    ),
  ]);
}

/** People with what they chose about mail, if the series asks. Who does not exist has chosen nothing. */
async function withConsent(
  db: Db,
  people: readonly Person[],
  { workspaceId, series }: { workspaceId: string; series: PublishedSeries },
): Promise<readonly Person[]> {
  const { consent } = neededBy(series);
  if (consent === null) return people;
  const { lists } = consent;
  const unknown = { bucket: 0, id: NIL_UUID, workspaceId, lists };
  const users = people.flatMap(({ user }) => (user === null ? [] : [{ ...user, lists }]));
  const found = await loadConsent(db, [unknown, ...users]);
  return people.map((person) => ({
    ...person,
    consent: found.get(person.user?.id ?? NIL_UUID),
  }));
}
