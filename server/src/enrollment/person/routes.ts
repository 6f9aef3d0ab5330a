import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { isoOf, PageQuery, pageSchema } from '../../platform/http.ts';
import { bucketOf, userIdOf } from '../../platform/ids.ts';
import { afterOf, pageOf } from '../../platform/page.ts';
import { assertUser } from '../remove.ts';
import { countPerson, erasePerson, type EraseDeps, type PersonCounts } from './erase-person.ts';
import { exportPerson } from './export-person.ts';
import * as schema from './schema.ts';
import { listPassagesOf, type PersonPassage } from './sql.ts';

export type PersonRouteDeps = EraseDeps;

type App = Parameters<FastifyPluginAsyncTypebox<PersonRouteDeps>>[0];

const tags = ['users'];
const params = Type.Object({ user_id: Type.String({ maxLength: 255 }) });

/** All about one person: passages, export, erasure. Registered inside the authenticated scope. */
export const personRoutes: FastifyPluginAsyncTypebox<PersonRouteDeps> = async (app, deps) => {
  addPassages(app, deps);
  addExport(app, deps);
  addErasure(app, deps);
};

function addPassages(app: App, { db }: PersonRouteDeps): void {
  app.get(
    '/users/:user_id/enrollments',
    {
      schema: {
        tags,
        summary: 'List what a user is in or was in, youngest first: series and broadcasts',
        params,
        querystring: Type.Object({ ...PageQuery, state: Type.Optional(schema.State) }),
        response: { 200: pageSchema(schema.PassageView) },
      },
    },
    async ({ actor: { workspaceId }, params: { user_id: userExternalId }, query }) => {
      const { limit, cursor, state = null } = query;
      await assertUser(db, { workspaceId, userExternalId });
      const userId = userIdOf(workspaceId, userExternalId);
      const person = { workspaceId, userId, bucket: bucketOf(userId) };
      const page = { state, after: afterOf(cursor), limit: limit + 1 };
      const rows = await listPassagesOf(db, { ...person, ...page });
      const keyOf = ({ enteredAt, id }: PersonPassage) => ({ at: enteredAt, id });
      return pageOf(rows, { limit, keyOf, viewOf: passageViewOf });
    },
  );
}

function addExport(app: App, deps: PersonRouteDeps): void {
  app.get(
    '/users/:user_id/export',
    {
      schema: {
        tags,
        summary: 'Everything that is kept of a user, as one JSON file',
        description:
          'Members: user, company, preferences, consent_changes, suppressions, enrollments, ' +
          'messages with bodies and what came back, events.',
        params,
        response: {
          200: {
            description: 'A file',
            content: { 'application/json': { schema: Type.Unsafe<Readable>({ type: 'object' }) } },
          },
        },
      },
    },
    async ({ actor: { workspaceId }, params: { user_id: userExternalId } }, reply) => {
      const pieces = await exportPerson(deps, { workspaceId, userExternalId });
      void reply.header('Content-Type', 'application/json; charset=utf-8');
      void reply.header('Content-Disposition', 'attachment; filename="person.json"');
      return reply.send(Readable.from(pieces));
    },
  );
}

function addErasure(app: App, deps: PersonRouteDeps): void {
  app.get(
    '/users/:user_id/erase_preview',
    {
      schema: {
        tags,
        summary: 'How much erasing a user would touch',
        params,
        response: { 200: schema.ErasePreview },
      },
    },
    async ({ actor: { workspaceId }, params: { user_id: userExternalId } }) => {
      const counts = await countPerson(deps, { workspaceId, userExternalId });
      return { would_erase: countsViewOf(counts) };
    },
  );

  app.delete(
    '/users/:user_id',
    {
      config: { role: 'owner' },
      schema: {
        tags,
        summary: 'Erase a user for good',
        description:
          'Data, events and consent go; messages and passages stay as nobody’s, without content. ' +
          'What they refused stays refused, by a keyed hash. Waits for an email that is being handed ' +
          'over; 409 when that takes longer than five seconds.',
        params,
        response: { 200: schema.EraseAnswer },
      },
    },
    async ({ actor: { workspaceId }, params: { user_id: userExternalId } }) => {
      const counts = await erasePerson(deps, { workspaceId, userExternalId });
      return { erased: countsViewOf(counts) };
    },
  );
}

const passageViewOf = (passage: PersonPassage) => ({
  id: passage.id,
  series_id: passage.automationId,
  series_name: passage.seriesName,
  type: passage.type,
  version: passage.version,
  run: passage.run,
  state: passage.state,
  end_reason: passage.endReason,
  entered_by: passage.enteredBy,
  entered_at: passage.enteredAt.toISOString(),
  ended_at: isoOf(passage.endedAt),
  step_id: passage.stepId,
  next_due: isoOf(passage.dueAt),
  held: passage.isHeld,
  reasons: [...passage.reasons],
  last_step:
    passage.lastStepId === null
      ? null
      : {
          step_id: passage.lastStepId,
          outcome: passage.lastOutcome ?? '',
          reason: passage.lastReason,
        },
});

const countsViewOf = (counts: PersonCounts) => ({
  enrollments: counts.enrollments,
  active_enrollments: counts.activeEnrollments,
  steps: counts.steps,
  messages: counts.messages,
  message_events: counts.messageEvents,
  events: counts.events,
  preferences: counts.preferences,
  consent_changes: counts.consentChanges,
  broadcasts: counts.broadcasts,
});
