import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type, type Static } from 'typebox';
import type { Pool } from '../../platform/db.ts';
import { Instant, isoOf, Nullable } from '../../platform/http.ts';
import { storedIdOf } from '../../platform/ids.ts';
import { readAutomation } from '../change-series.ts';
import { noVariants } from '../errors.ts';
import type { StoredTest } from '../sql/variants.ts';
import { readVariantResults, type VariantResult } from './variant-results.ts';

const Rate = Type.Object({
  count: Type.Integer({ description: 'Messages that a person opened or clicked' }),
  rate: Nullable(Type.Number({ description: 'Of those sent, 0 to 1; null when none were' })),
  confidence: Nullable(
    Type.Number({
      description: 'That it differs from the first variant, 0 to 1; null where too few to tell',
    }),
  ),
});

const VariantResultsView = Type.Object({
  automation_id: Type.String({ format: 'uuid' }),
  step_id: Type.String(),
  variants: Type.Array(
    Type.Object({
      name: Type.String(),
      weight: Nullable(Type.Number({ description: 'Null for a variant that is there no more' })),
      sent: Type.Integer(),
      delivered: Type.Integer(),
      opened: Rate,
      clicked: Rate,
      bounced: Type.Integer(),
      unsubscribed: Type.Integer(),
    }),
  ),
  truncated: Type.Boolean({ description: 'Only the latest messages were counted' }),
  winner: Nullable(
    Type.Object({
      metric: Type.String(),
      after: Type.Integer(),
      confidence: Type.Number(),
      name: Nullable(Type.String({ description: 'The variant that everybody gets now' })),
      decided_at: Nullable(Instant),
      why: Nullable(Type.String({ description: 'What the last look came to' })),
    }),
  ),
});

/** Results of variants. Registered inside the authenticated scope. */
export const variantRoutes: FastifyPluginAsyncTypebox<{ db: Pool }> = async (app, { db }) => {
  const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
  app.get(
    '/series/:id/variants',
    {
      schema: {
        tags: ['series'],
        summary: 'What the variants of an email came to',
        params,
        querystring: Type.Object({ step_id: Type.String({ maxLength: 64 }) }),
        response: { 200: VariantResultsView },
      },
    },
    async ({ actor: { workspaceId }, params: { id }, query: { step_id: stepId } }) => {
      const automation = await readAutomation(db, { workspaceId, id: storedIdOf(id) }, 'series');
      return viewOf(automation.id, await readVariantResults(db, { automation, stepId }));
    },
  );

  app.get(
    '/broadcasts/:id/variants',
    {
      schema: {
        tags: ['broadcasts'],
        summary: 'What the variants of its email came to',
        params,
        response: { 200: VariantResultsView },
      },
    },
    async ({ actor: { workspaceId }, params: { id } }) => {
      const automation = await readAutomation(db, { workspaceId, id: storedIdOf(id) }, 'broadcast');
      return viewOf(automation.id, await readVariantResults(db, { automation, stepId: null }));
    },
  );
};

function viewOf(
  automationId: string,
  results: Awaited<ReturnType<typeof readVariantResults>>,
): Static<typeof VariantResultsView> {
  if (results === null) throw noVariants();
  const { stepId, variants, isTruncated, test } = results;
  return {
    automation_id: automationId,
    step_id: stepId,
    variants: variants.map(resultViewOf),
    truncated: isTruncated,
    winner: test === null ? null : winnerViewOf(test),
  };
}

const winnerViewOf = (test: StoredTest) => ({
  metric: test.metric,
  after: test.after,
  confidence: test.confidence,
  name: test.winner,
  decided_at: isoOf(test.decidedAt),
  why: test.why,
});

const resultViewOf = (one: VariantResult) => ({
  name: one.name,
  weight: one.weight,
  sent: one.sent,
  delivered: one.delivered,
  opened: rateOf(one.opened, one.sent, one.openedConfidence),
  clicked: rateOf(one.clicked, one.sent, one.clickedConfidence),
  bounced: one.bounced,
  unsubscribed: one.unsubscribed,
});

const rateOf = (count: number, sent: number, confidence: number | null) => ({
  count,
  rate: sent === 0 ? null : count / sent,
  confidence,
});
