import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Pool } from '../../platform/db.ts';
import { storedIdOf } from '../../platform/ids.ts';
import { readAutomation } from '../../series/index.ts';
import type { Enroller } from '../enroll.ts';
import { bulkCallOf, type BulkCall } from './bulk-call.ts';
import { bulkEnroll, type EnrollResult } from './bulk-enroll.ts';
import { bulkRemove, type RemoveResult } from './bulk-remove.ts';
import { seriesNotOpen } from './errors.ts';
import * as schema from './schema.ts';

export interface BulkRouteDeps {
  readonly db: Pool;
  readonly enroller: Enroller;
}

/** 1,000 users with 10,000 bytes of properties each, and some for escapes. */
const BODY_BYTES_MAX = 12 * 1_048_576;

/**
 * `enroll` and `remove` of a series, for up to 1,000 users a call. Registered inside the authenticated
 * scope.
 */
export const bulkRoutes: FastifyPluginAsyncTypebox<BulkRouteDeps> = async (app, deps) => {
  const { db, enroller } = deps;
  const tags = ['series'];
  const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
  // What callers send is judged user by user: one fault must not keep the others.
  const validatorCompiler = () => () => true;

  app.post(
    '/series/:id/enroll',
    {
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        tags,
        summary: 'Enroll up to 1,000 users, whatever the trigger of the series',
        description:
          'One result for each user, in order. Good users enter even when others do not. With ' +
          'dry_run nobody does, and the results tell what would happen.',
        params,
        body: schema.BulkEnrollBody,
        response: { 200: schema.BulkEnrollAnswer },
      },
      validatorCompiler,
    },
    async ({ actor, params: { id }, body }) => {
      const call = bulkCallOf(body);
      const { workspaceId, side, timezone } = actor;
      const ref = { workspaceId, id: storedIdOf(id) };
      const series = await readAutomation(db, ref, 'series');
      if (series.status !== 'active') throw seriesNotOpen();
      const workspace = { id: workspaceId, side, timezone };
      const results = await bulkEnroll(enroller, call, { workspace, seriesId: series.id });
      return answerOf(call, results, enrolledViewOf);
    },
  );

  app.post(
    '/series/:id/remove',
    {
      schema: {
        tags,
        summary: 'Take up to 1,000 users out of a series, whatever its status',
        description:
          'One result for each user, in order. Once it is answered, no email of those passages starts.',
        params,
        body: schema.BulkRemoveBody,
        response: { 200: schema.BulkRemoveAnswer },
      },
      validatorCompiler,
    },
    async ({ actor: { workspaceId }, params: { id }, body }) => {
      const call = bulkCallOf(body);
      const { id: automationId } = await readAutomation(
        db,
        { workspaceId, id: storedIdOf(id) },
        'series',
      );
      const results = await bulkRemove(db, call, { workspaceId, automationId });
      return answerOf(call, results, (result) => result);
    },
  );
};

function answerOf<
  R extends EnrollResult | RemoveResult,
  V extends { readonly result: R['result'] },
>({ users, isDryRun }: BulkCall, results: readonly R[], viewOf: (result: R) => V) {
  const counts: Record<string, number> = {};
  for (const { result } of results) counts[result] = (counts[result] ?? 0) + 1;
  return {
    dry_run: isDryRun,
    counts,
    data: results.map((result, index) => ({
      user_id: users[index]?.userId ?? null,
      ...viewOf(result),
    })),
  };
}

function enrolledViewOf(result: EnrollResult) {
  switch (result.result) {
    case 'enrolled':
      return { result: result.result, scheduled_for: result.scheduledFor.toISOString() };
    case 'too_soon':
      return { ...result, after: result.after.toISOString() };
    default:
      return result;
  }
}
