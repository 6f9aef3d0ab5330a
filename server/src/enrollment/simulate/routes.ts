import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { storedIdOf } from '../../platform/ids.ts';
import { simulationsBusy } from './errors.ts';
import { requestOf } from './request.ts';
import { SimulateBody, SimulationView } from './schema.ts';
import { simulateSeries, type SimulateDeps } from './simulate-series.ts';
import { simulationViewOf } from './view.ts';

/** Beside each other in one process: each takes its turn with the calls of everybody else. */
const RUNNING_MAX = 2;

/** `POST /api/v1/series/{id}/simulate`. Registered inside the authenticated scope. */
export const simulateRoutes: FastifyPluginAsyncTypebox<SimulateDeps> = async (app, deps) => {
  let running = 0;
  app.post(
    '/series/:id/simulate',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['series'],
        summary: 'What would happen, on a virtual clock: nothing is written and nothing is sent',
        description:
          'Runs the draft or a version over people who do not exist, or over users as they are now, ' +
          'for up to two years. The test side does the same, line for line, when its clock is moved.',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        body: SimulateBody,
        response: { 200: SimulationView },
      },
      // Every fault is told at once, with its path; the schema documents it.
      validatorCompiler: () => () => true,
    },
    async ({ actor: { workspaceId }, params: { id }, body }) => {
      const request = requestOf(body);
      if (running >= RUNNING_MAX) throw simulationsBusy();
      running += 1;
      try {
        const simulated = await simulateSeries(deps, { workspaceId, id: storedIdOf(id) }, request);
        return simulationViewOf(simulated, request);
      } finally {
        running -= 1;
      }
    },
  );
};
