import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Pool } from '../../platform/db.ts';
import { isoOf, PageQuery, pageSchema } from '../../platform/http.ts';
import { storedIdOf } from '../../platform/ids.ts';
import { afterOf, cursorOf } from '../../platform/page.ts';
import {
  diffOf,
  readAutomation,
  readVersion,
  type ListState,
  type SeriesDraft,
} from '../../series/index.ts';
import type { RequestActor } from '../../workspace/index.ts';
import { stepCounts } from '../step-counts.ts';
import { STEP_OUTCOMES, stepPeople } from '../step-people.ts';
import type { StepPerson } from '../sql/step-people.ts';
import { diffView } from './diff-view.ts';
import * as schema from './schema.ts';
import { outlineCallOf } from './outline-call.ts';
import { OutlineBody, OutlineView } from './outline-schema.ts';
import { outlineSeries } from './outline-series.ts';
import { outlineView } from './outline-view.ts';

export interface BuilderRouteDeps {
  readonly db: Pool;
  /** The instant of a workspace side: real, or its test clock's. */
  readonly sideNow: (workspaceId: string) => Promise<Date>;
  /** What is known of a list that an email names; without it lists are not looked at. */
  readonly listState?: ListState;
}

type App = Parameters<FastifyPluginAsyncTypebox<BuilderRouteDeps>>[0];

const tags = ['series'];
const Params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const StepParams = Type.Object({
  id: Type.String({ maxLength: 64 }),
  step_id: Type.String({ maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' }),
});
const VERSION_MAX = 2 ** 31 - 1;
/** An address, or the id of a user. */
const SEARCH_LENGTH_MAX = 320;

/** What the canvas shows beside the graph itself. Registered inside the authenticated scope. */
export const builderRoutes: FastifyPluginAsyncTypebox<BuilderRouteDeps> = async (app, deps) => {
  addOutline(app, deps);
  addCounts(app, deps);
  addPeople(app, deps);
  addDiff(app, deps);
};

const refOf = ({ workspaceId }: RequestActor, id: string) => ({ workspaceId, id: storedIdOf(id) });

/** Bodies are read by a function that reports every fault with its path. */
const acceptAll = () => () => true;

const OUTLINE_WORDS =
  'Emails in their windows, waits as the clock on the wall has them, by the functions that plan the ' +
  'sends: for one person who enters at an instant. Drafts with faults are answered too. Nothing is written.';

function addOutline(app: App, deps: BuilderRouteDeps): void {
  const checks = { db: deps.db, listState: deps.listState ?? (async () => 'active' as const) };
  const schema = {
    tags,
    description: OUTLINE_WORDS,
    body: OutlineBody,
    response: { 200: OutlineView },
  };
  const config = { role: 'viewer' } as const;
  app.post(
    '/series/outline',
    {
      schema: {
        ...schema,
        summary: 'When each step of an unsaved draft would happen, and its faults',
      },
      validatorCompiler: acceptAll,
      config,
    },
    async ({ actor, body }) => {
      const now = await deps.sideNow(actor.workspaceId);
      const about = { actor, seriesId: null, now };
      return outlineView(await outlineSeries(checks, outlineCallOf(body), about));
    },
  );

  app.post(
    '/series/:id/outline',
    {
      schema: {
        ...schema,
        summary: 'When each step of a series would happen, and the faults of its draft',
        params: Params,
      },
      validatorCompiler: acceptAll,
      config,
    },
    async ({ actor, params, body }) => {
      const call = outlineCallOf(body);
      const { id: seriesId, draft } = await readAutomation(
        deps.db,
        refOf(actor, params.id),
        'series',
      );
      const now = await deps.sideNow(actor.workspaceId);
      const { steps = draft['steps'], settings = draft['settings'] } = call;
      const about = { actor, seriesId, now };
      return outlineView(await outlineSeries(checks, { ...call, steps, settings }, about));
    },
  );
}

function addCounts(app: App, { db }: BuilderRouteDeps): void {
  app.get(
    '/series/:id/step_counts',
    {
      schema: {
        tags,
        summary: 'Count who waits at each step, and what became of those who were there',
        description: 'Counts stop at a bound, and then say that they are “at least”.',
        params: Params,
        response: { 200: schema.StepCountsView },
      },
    },
    async ({ actor, params }) => {
      const { workspaceId } = actor;
      const { id: automationId } = await readAutomation(db, refOf(actor, params.id), 'series');
      const counts = await stepCounts(db, { workspaceId, automationId });
      const steps = [...counts].map(([id, { isExact, ...rest }]) => [
        id,
        { ...rest, is_exact: isExact },
      ]);
      return {
        is_exact: [...counts.values()].every(({ isExact }) => isExact),
        // From entries, so that a step called `__proto__` stays a name.
        steps: Object.fromEntries(steps) as object,
      };
    },
  );
}

function addPeople(app: App, { db }: BuilderRouteDeps): void {
  app.get(
    '/series/:id/steps/:step_id/people',
    {
      schema: {
        tags,
        summary: 'List who waits at a step, or what became of those who were there',
        description:
          'Who waits, soonest first; others with those first who entered last. A page may be short ' +
          'and yet have a next one.',
        params: StepParams,
        querystring: Type.Object({
          ...PageQuery,
          outcome: Type.Enum([...STEP_OUTCOMES], { default: 'waiting' }),
          version: Type.Optional(Type.Integer({ minimum: 1, maximum: VERSION_MAX })),
          q: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: SEARCH_LENGTH_MAX,
              description: 'The id or the email address of a user, in full',
            }),
          ),
        }),
        response: { 200: pageSchema(schema.StepPersonView) },
      },
    },
    async ({ actor, params, query }) => {
      const { workspaceId } = actor;
      const { id: automationId } = await readAutomation(db, refOf(actor, params.id), 'series');
      const { outcome, version = null, q: search = null, limit, cursor } = query;
      const after = afterOf(cursor);
      const place = { workspaceId, automationId, stepId: params.step_id };
      const { people, next } = await stepPeople(db, {
        ...place,
        outcome,
        version,
        search,
        after,
        limit,
      });
      return { data: people.map(personView), next_cursor: next === null ? null : cursorOf(next) };
    },
  );
}

const personView = (person: StepPerson) => ({
  user_id: person.userExternalId,
  email: person.email,
  name: person.name,
  enrollment_id: person.enrollmentId,
  version: person.version,
  state: person.state,
  at: isoOf(person.at),
  due_at: person.dueAt.toISOString(),
  reason: person.reason,
  message_id: person.messageId,
});

function addDiff(app: App, { db }: BuilderRouteDeps): void {
  app.get(
    '/series/:id/diff',
    {
      schema: {
        tags,
        summary: 'What the draft would change about a published version',
        params: Params,
        querystring: Type.Object({
          version: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: VERSION_MAX,
              description: 'The one that is entered now, if left out',
            }),
          ),
        }),
        response: { 200: schema.DiffView },
      },
    },
    async ({ actor, params, query }) => {
      const ref = refOf(actor, params.id);
      const { id: automationId, draft, version } = await readAutomation(db, ref, 'series');
      const number = query.version ?? version;
      const before =
        number === null ? NOTHING : (await readVersion(db, { automationId, number })).version;
      return diffView(diffOf(before, draft as unknown as SeriesDraft), number);
    },
  );
}

const NOTHING = { settings: {}, steps: [] } as unknown as SeriesDraft;
