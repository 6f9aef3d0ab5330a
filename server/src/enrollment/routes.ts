import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { MESSAGE_SCHEMA, messageViewOf } from '../delivery/index.ts';
import { storedIdOf, userIdOf } from '../platform/ids.ts';
import { isoOf, PageQuery, pageSchema } from '../platform/http.ts';
import { afterOf, pageOf } from '../platform/page.ts';
import { readAutomation, type SeriesCatalog } from '../series/index.ts';
import type { RequestActor } from '../workspace/index.ts';
import { advanceClock, advanceOf, testClock } from './advance-clock.ts';
import type { AdvanceDeps } from './advance-due.ts';
import type { Enroller } from './enroll.ts';
import type { EnrollAnswer } from './enter-many.ts';
import { messageOf } from './enroll-answer.ts';
import { removeUser } from './remove.ts';
import { resolveDoubt, resolveDoubts } from './resolve.ts';
import { seriesCallOf } from './series-call.ts';
import * as schema from './schema.ts';
import { countWaiting } from './sql/test-clock.ts';
import { listEnrollments, listRecipients } from './sql/read.ts';
import type { ListedEnrollment, ListedRecipient } from './sql/read.ts';

export interface SeriesCallDeps {
  readonly engine: AdvanceDeps;
  readonly enroller: Enroller;
  readonly requireIdentity: (
    actor: RequestActor,
    claim: { userId: string; token: string | null },
  ) => Promise<void>;
  /** Asked before an enrollment begins; throws to refuse it. */
  readonly mayBegin: (actor: RequestActor, userId: string) => void;
}

/** `POST /api/sdk/series`. Registered inside the scope that found out who calls. */
export const seriesCallRoutes: FastifyPluginAsyncTypebox<SeriesCallDeps> = async (app, deps) => {
  app.post(
    '/series',
    {
      schema: {
        tags: ['sdk'],
        summary: 'Enroll a user in a series, or remove them from it',
        description: 'Enrolling again and removing again change nothing and succeed.',
        body: schema.SeriesCallBody,
        response: { 200: schema.SeriesCallAnswer },
      },
      validatorCompiler: () => () => true,
    },
    async ({ actor, body }) => {
      const { action, userId, seriesId, token, properties } = seriesCallOf(body);
      await deps.requireIdentity(actor, { userId, token });
      if (action === 'remove') {
        const { workspaceId } = actor;
        const call = { workspaceId, userExternalId: userId, seriesId };
        return removedView(await removeUser(deps.engine, call));
      }
      const { workspaceId: id, side, timezone } = actor;
      const answer = await deps.enroller.enroll({
        workspace: { id, side, timezone },
        userExternalId: userId,
        seriesId,
        properties,
        mayBegin: () => deps.mayBegin(actor, userId),
      });
      return enrolledView(answer);
    },
  );
};

const SUCCESS = { success: true as const };

const removedView = (removed: boolean) =>
  removed
    ? { ...SUCCESS, removed }
    : { ...SUCCESS, removed, message: 'User is not enrolled in this series' };

function enrolledView(answer: EnrollAnswer) {
  switch (answer.kind) {
    case 'enrolled':
      return { ...SUCCESS, enrolled: true, scheduled_for: answer.scheduledFor.toISOString() };
    case 'already_active':
      return { ...SUCCESS, already_enrolled: true as const, message: messageOf(answer) };
    case 'completed':
    case 'too_soon':
    case 'too_often':
      return { ...SUCCESS, already_completed: true as const, message: messageOf(answer) };
    case 'series_limit':
      return { ...SUCCESS, enrolled: false, message: messageOf(answer) };
  }
}

export interface EnrollmentRouteDeps {
  readonly engine: AdvanceDeps;
  readonly catalog: SeriesCatalog;
  /** Called when a message was ordered again. */
  readonly onChanged: () => void;
}

const Params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const UserQuery = { user_id: Type.Optional(Type.String({ maxLength: 255 })) };

/** What `/api/v1` says of passages through series. Registered inside the authenticated scope. */
export const enrollmentRoutes: FastifyPluginAsyncTypebox<EnrollmentRouteDeps> = async (
  app,
  deps,
) => {
  addEnrollments(app, deps);
  addRecipients(app, deps);
  addTestClock(app, deps);
  addResolve(app, deps);
  addResolveMany(app, deps);
};

type App = Parameters<FastifyPluginAsyncTypebox<EnrollmentRouteDeps>>[0];

const seriesOf = ({ engine: { db } }: EnrollmentRouteDeps, actor: RequestActor, id: string) =>
  readAutomation(db, { workspaceId: actor.workspaceId, id: storedIdOf(id) }, 'series');

function addEnrollments(app: App, deps: EnrollmentRouteDeps): void {
  const { db } = deps.engine;
  app.get(
    '/series/:id/enrollments',
    {
      schema: {
        tags: ['series'],
        summary: 'List who entered, youngest first',
        params: Params,
        querystring: Type.Object({
          ...PageQuery,
          ...UserQuery,
          state: Type.Optional(Type.Enum([...schema.ENROLLMENT_STATES])),
        }),
        response: { 200: pageSchema(schema.EnrollmentView) },
      },
    },
    async ({ actor, params, query: { limit, cursor, user_id, state = null } }) => {
      const { id: automationId } = await seriesOf(deps, actor, params.id);
      const { workspaceId } = actor;
      const userId = user_id === undefined ? null : userIdOf(workspaceId, user_id);
      const after = afterOf(cursor);
      const page = { workspaceId, automationId, userId, state, after, limit: limit + 1 };
      const rows = await listEnrollments(db, page);
      const keyOf = ({ enteredAt, id }: ListedEnrollment) => ({ at: enteredAt, id });
      return pageOf(rows, { limit, keyOf, viewOf: enrollmentViewOf });
    },
  );
}

function addRecipients(app: App, deps: EnrollmentRouteDeps): void {
  const { db } = deps.engine;
  app.get(
    '/series/:id/recipients',
    {
      schema: {
        tags: ['series'],
        summary: 'List the steps that wait or are being worked, soonest first',
        params: Params,
        querystring: Type.Object({ ...PageQuery, ...UserQuery }),
        response: { 200: pageSchema(schema.RecipientView) },
      },
    },
    async ({ actor, params, query: { limit, cursor, user_id } }) => {
      const { id: automationId } = await seriesOf(deps, actor, params.id);
      const { workspaceId } = actor;
      const userId = user_id === undefined ? null : userIdOf(workspaceId, user_id);
      const after = afterOf(cursor);
      const page = { workspaceId, automationId, userId, after, limit: limit + 1 };
      const rows = await listRecipients(db, page);
      const keyOf = ({ dueAt, enrollmentId }: ListedRecipient) => ({ at: dueAt, id: enrollmentId });
      return pageOf(rows, { limit, keyOf, viewOf: recipientViewOf });
    },
  );
}

function addTestClock(app: App, deps: EnrollmentRouteDeps): void {
  const { engine } = deps;
  const { db } = engine;
  app.get(
    '/test_clock',
    {
      schema: {
        tags: ['test clock'],
        summary: 'Where the clock of this test side stands',
        response: { 200: schema.TestClockView },
      },
    },
    async ({ actor: { workspaceId } }) => {
      const { now, nextDueAt } = await testClock(engine, workspaceId);
      const pending = await countWaiting(db, { workspaceId, limit: WAITING_SHOWN_MAX });
      return { now: now.toISOString(), next_due: isoOf(nextDueAt), pending };
    },
  );

  app.post(
    '/test_clock/advance',
    {
      schema: {
        tags: ['test clock'],
        summary: 'Move the clock; what is due on the way is handled in order, each at its own time',
        body: schema.AdvanceBody,
        response: { 200: schema.AdvanceView },
      },
      validatorCompiler: () => () => true,
    },
    async ({ actor: { workspaceId }, body }) => {
      await testClock(engine, workspaceId);
      const { now, handled } = await advanceClock(engine, {
        workspaceId,
        advance: advanceOf(body),
      });
      return { now: now.toISOString(), handled };
    },
  );
}

function addResolve(app: App, deps: EnrollmentRouteDeps): void {
  const { engine, catalog } = deps;
  const { db } = engine;
  app.post(
    '/messages/:id/resolve',
    {
      schema: {
        tags: ['messages'],
        summary: 'Decide about a message in doubt',
        params: Params,
        body: Type.Object({
          decision: Type.Enum(['resend', 'mark_sent']),
        }),
        response: { 200: MESSAGE_SCHEMA },
      },
    },
    async ({ actor: { workspaceId }, params, body: { decision } }) => {
      const id = storedIdOf(params.id);
      const message = await resolveDoubt({ db, catalog }, { workspaceId, id, decision });
      deps.onChanged();
      return messageViewOf(message);
    },
  );
}

const DECIDED_MAX = 100;

function addResolveMany(app: App, deps: EnrollmentRouteDeps): void {
  const { engine, catalog } = deps;
  const { db } = engine;
  app.post(
    '/messages/resolve',
    {
      schema: {
        tags: ['messages'],
        summary: 'Decide about several messages in doubt, each for itself',
        body: Type.Object({
          ids: Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: DECIDED_MAX }),
          decision: Type.Enum(['resend', 'mark_sent']),
        }),
        response: { 200: schema.ResolvedView },
      },
    },
    async ({ actor: { workspaceId }, body: { ids, decision } }) => {
      const asked = [...new Set(ids.map(storedIdOf))];
      const data = await resolveDoubts({ db, catalog }, { workspaceId, ids: asked, decision });
      deps.onChanged();
      return { resolved: data.filter(({ status }) => status !== null).length, data };
    },
  );
}

const WAITING_SHOWN_MAX = 100_000;

const enrollmentViewOf = (enrollment: ListedEnrollment) => ({
  id: enrollment.id,
  user_id: enrollment.userExternalId,
  version: enrollment.version,
  run: enrollment.run,
  state: enrollment.state,
  end_reason: enrollment.endReason,
  entered_at: enrollment.enteredAt.toISOString(),
  ended_at: isoOf(enrollment.endedAt),
  created_at: enrollment.enteredAt.toISOString(),
  updated_at: (enrollment.endedAt ?? enrollment.enteredAt).toISOString(),
});

const recipientViewOf = (row: ListedRecipient) => ({
  id: `${row.enrollmentId}.${row.seq}`,
  user_id: row.userExternalId,
  step_id: row.stepId,
  status: row.status,
  scheduled_for: row.dueAt.toISOString(),
  held: row.parked,
  timezone: row.timezone,
  attempts: row.attempts,
  reasons: [...row.reasons],
});
