import { createSenderBook, trialKit } from '../../delivery/index.ts';
import { renderInline } from '../../template/index.ts';
import { readFileSync } from 'node:fs';
import {
  endOf,
  requestOf,
  sideOfSeries,
  simulateScenario,
  simulateSeries,
  sideNow,
  simulationViewOf,
  syntheticPeople,
  tableOf,
  mermaidOf,
  type SimulatedSeries,
  type SimulationRequest,
} from '../../enrollment/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { NIL_UUID, storedIdOf } from '../../platform/ids.ts';
import { SetupError } from '../../platform/setup-error.ts';
import {
  buildSteps,
  draftOf,
  publishable,
  publishedOf,
  seriesInvalid,
} from '../../series/index.ts';
import { readWorkspace } from '../../workspace/index.ts';
import type { ConfigOptions } from '../config.ts';
import { configOf, withDatabase, type World } from './context.ts';

export interface SimulateOptions extends ConfigOptions {
  readonly request?: string;
  readonly people?: string;
  readonly zones?: string;
  readonly days?: string;
  readonly start?: string;
  readonly seriesVersion?: string;
  readonly format?: string;
  readonly lines?: string;
  readonly json?: boolean;
}

const FORMATS = ['table', 'json', 'mermaid'] as const;
const LINES_DEFAULT = 200;

/**
 * `milepost simulate`: what would happen in a series, on a virtual clock. A series is named by its id,
 * or stands in a file as a client would send it; for that no database is needed.
 */
export async function simulateCommand(
  world: World,
  options: SimulateOptions,
  series: string,
): Promise<void> {
  const format = options.json === true ? 'json' : (options.format ?? 'table');
  if (!FORMATS.some((known) => known === format)) {
    throw new SetupError(`--format must be one of ${FORMATS.join(', ')}`);
  }
  const request = requestOf(bodyOf(options));
  const simulated =
    storedIdOf(series) === NIL_UUID
      ? await simulateFile(world, options, { file: series, request })
      : await simulateStored(world, options, { id: storedIdOf(series), request });
  if (format === 'mermaid') world.out(mermaidOf(simulated.totals));
  else if (format === 'json') {
    world.out(`${JSON.stringify(simulationViewOf(simulated, request))}\n`);
  } else {
    const linesMax = numberOf(options.lines) ?? LINES_DEFAULT;
    world.out(`${tableOf(simulated, { linesMax })}\n`);
  }
}

/** The body of the call: a file, and what options say on top of it. */
function bodyOf({ request, people, zones, days, start, seriesVersion }: SimulateOptions): object {
  const body = request === undefined ? {} : (readJson(request) as Record<string, unknown>);
  const said = {
    ...(people === undefined ? {} : { count: numberOf(people) }),
    ...(zones === undefined ? {} : { zones: zones.split(',').map((zone) => zone.trim()) }),
  };
  return {
    ...body,
    ...(Object.keys(said).length === 0
      ? {}
      : { people: { ...(body['people'] as object | undefined), ...said } }),
    ...(days === undefined ? {} : { days: numberOf(days) }),
    ...(start === undefined ? {} : { start }),
    ...(seriesVersion === undefined ? {} : { version: numberOf(seriesVersion) }),
  };
}

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : 'no';
    throw new SetupError(`${file} is neither the id of a series nor a file of JSON: ${why}`);
  }
}

/** A series in a file: people who do not exist, on a side that does not either. */
async function simulateFile(
  world: World,
  options: SimulateOptions,
  { file, request }: { file: string; request: SimulationRequest },
): Promise<SimulatedSeries> {
  const { draft } = draftOf(readJson(file));
  const { people } = request;
  if (people.kind !== 'synthetic') {
    throw new SetupError('a series in a file is simulated with people who do not exist');
  }
  const start = request.start ?? systemClock.now();
  const { from } = configOf(world, options);
  const building = { workspaceId: NIL_UUID, isPublished: false };
  const { byStep, faults } = await buildSteps(null, draft.steps, building);
  if (faults.length > 0) throw seriesInvalid(faults);
  const scenario = {
    series: publishedOf(
      { automationId: NIL_UUID, number: 0, ...publishable(draft) },
      'UTC',
      byStep,
    ),
    workspace: { id: NIL_UUID, timezone: 'UTC' },
    sender: { workspaceName: 'Milepost', from, replyTo: null },
    kit: trialKit(renderInline().render),
    cap: null,
    from: start,
    to: endOf(start, request),
  };
  return simulateScenario(scenario, syntheticPeople(people), request);
}

function simulateStored(
  world: World,
  options: SimulateOptions,
  { id, request }: { id: string; request: SimulationRequest },
): Promise<SimulatedSeries> {
  return withDatabase(world, options, async ({ db }, { from }) => {
    const workspaceId = await sideOfSeries(db, id);
    if (workspaceId === null) throw new SetupError(`there is no series ${id}`);
    const deps = {
      db,
      kit: { ...trialKit(renderInline().render), book: createSenderBook({ db }) },
      senderOf: async () => {
        const { name, settings } = await readWorkspace(db, { workspaceId });
        return {
          workspaceName: name,
          from: settings.from ?? from,
          replyTo: settings.replyTo,
        };
      },
      sideNow: (side: string) => sideNow(db, side),
    };
    return simulateSeries(deps, { workspaceId, id }, request);
  });
}
