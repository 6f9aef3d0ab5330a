import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Pool } from '../../platform/db.ts';
import { storedIdOf } from '../../platform/ids.ts';
import { automationNotFound } from '../errors.ts';
import { COUNT_KINDS, countsOfSeries, isAutomation, type StepCounts } from '../sql/counts.ts';

export interface ResultRouteDeps {
  readonly db: Pool;
}

const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Counts = Type.Object(Object.fromEntries(COUNT_KINDS.map((kind) => [kind, Type.Integer()])), {
  description: 'Messages, each once per kind; opened and clicked are by people',
});
const Results = Type.Object({
  total: Counts,
  steps: Type.Array(Type.Object({ step_id: Type.String(), counts: Counts })),
});

/** What came back, by step. Registered inside the authenticated scope. */
export const resultRoutes: FastifyPluginAsyncTypebox<ResultRouteDeps> = async (app, { db }) => {
  for (const type of ['series', 'broadcast'] as const) {
    const tags = [type === 'series' ? 'series' : 'broadcasts'];
    const summary = 'What came back about the messages of each step: delivered, opened, bounced, …';
    app.get(
      `/${tags[0]}/:id/results`,
      { schema: { tags, summary, params, response: { 200: Results } } },
      async ({ actor: { workspaceId }, params: { id } }) => {
        const automation = { workspaceId, automationId: storedIdOf(id) };
        if (!(await isAutomation(db, { ...automation, type }))) throw automationNotFound(type);
        const steps = await countsOfSeries(db, automation);
        return {
          total: countsOf((kind) => steps.reduce((sum, step) => sum + step[kind], 0)),
          steps: steps.map((step) => ({
            step_id: step.stepId,
            counts: countsOf((kind) => step[kind]),
          })),
        };
      },
    );
  }
};

const countsOf = (of: (kind: keyof Omit<StepCounts, 'stepId'>) => number) =>
  Object.fromEntries(COUNT_KINDS.map((kind) => [kind, of(kind)]));
