import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { csvLine } from '../../consent/index.ts';
import type { Pool } from '../../platform/db.ts';
import { storedIdOf } from '../../platform/ids.ts';
import { automationNotFound } from '../errors.ts';
import { COHORTS_DEFAULT, COHORTS_MAX, cohortReport, cohortsFrom, type Cohort } from './cohorts.ts';
import { messageLines, messageReport, type GroupKey } from './message-report.ts';
import { DAYS_MAX, daysBetween, intervalAfter, periodOf, type Interval } from './period.ts';
import { ratesOf, NO_COUNTS, type MessageCounts } from './rates.ts';
import * as schema from './schema.ts';
import { seriesReport, type ReportedStep } from './series-report.ts';
import { calendarOf, type MessageAsk } from './sql/messages.ts';
import { findSeries } from './sql/series.ts';
import * as view from './view.ts';

export interface ReportRouteDeps {
  readonly db: Pool;
}

type App = Parameters<FastifyPluginAsyncTypebox<ReportRouteDeps>>[0];

const tags = ['reports'];
const params = Type.Object({ id: Type.String({ maxLength: 64 }) });

/** `/api/v1/reports`: what was sent over time. Registered inside the authenticated scope. */
export const reportRoutes: FastifyPluginAsyncTypebox<ReportRouteDeps> = async (app, deps) => {
  addMessages(app, deps);
  addSeries(app, deps);
  addCohorts(app, deps);
};

type Query<T> = { readonly [Key in keyof T]: T[Key] };
interface PeriodAsk {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

async function messageAskOf(
  db: Pool,
  workspaceId: string,
  query: Query<
    PeriodAsk & {
      by: Interval;
      group: MessageAsk['group'];
      automation_id?: string | undefined;
      list_id?: string | undefined;
    }
  >,
): Promise<Omit<MessageAsk, 'groupsMax'>> {
  const { today, timezone } = await calendarOf(db, workspaceId);
  const { by, group, automation_id: automationId, list_id: listId } = query;
  return {
    workspaceId,
    timezone,
    by,
    group,
    ...periodOf(query, { today, daysMax: DAYS_MAX[by] }),
    automationId: automationId === undefined ? null : storedIdOf(automationId),
    listId: listId === undefined ? null : storedIdOf(listId),
  };
}

function addMessages(app: App, { db }: ReportRouteDeps): void {
  const querystring = schema.MessageReportQuery;
  app.get(
    '/reports/messages',
    {
      schema: {
        tags,
        summary: 'What was sent and what came of it, over time',
        querystring,
        response: { 200: schema.MessageReportView },
      },
    },
    async ({ actor: { workspaceId }, query }) => {
      const ask = await messageAskOf(db, workspaceId, query);
      const { intervals, total, groups, isCut } = await messageReport(db, ask);
      return {
        from: ask.from,
        to: ask.to,
        timezone: ask.timezone,
        by: ask.by,
        intervals: [...intervals],
        total: view.countsViewOf(total),
        rates: ratesOf(total),
        groups: groups.map(view.groupViewOf),
        truncated: isCut,
      };
    },
  );

  app.get(
    '/reports/messages.csv',
    {
      schema: {
        tags,
        summary: 'What was sent and what came of it, as CSV',
        querystring,
        response: csvResponse('One line for each group and interval in which it sent anything'),
      },
    },
    async ({ actor: { workspaceId }, query }, reply) => {
      const ask = await messageAskOf(db, workspaceId, query);
      return sendCsv(reply, { name: 'messages', lines: linesOfMessages(messageLines(db, ask)) });
    },
  );
}

async function* linesOfMessages(
  lines: AsyncIterable<{ at: string; key: GroupKey; counts: MessageCounts }>,
): AsyncGenerator<readonly string[]> {
  yield ['from', ...view.KEY_COLUMNS, ...view.COUNT_COLUMNS];
  for await (const { at, key, counts } of lines) {
    yield [at, ...view.keyCells(key), ...view.countCells(counts)];
  }
}

async function seriesAskOf(
  db: Pool,
  { workspaceId, id, query, daysMax = DAYS_MAX.day }: SeriesQuery,
) {
  const series = await findSeries(db, { workspaceId, id: storedIdOf(id) });
  if (series === null) throw automationNotFound('series');
  const { today, timezone } = await calendarOf(db, workspaceId);
  const period = periodOf(query, { today, daysMax });
  const ask = { workspaceId, automationId: series.id, timezone, ...period };
  return { series, ask, today };
}

interface SeriesQuery {
  readonly workspaceId: string;
  readonly id: string;
  readonly query: PeriodAsk;
  readonly daysMax?: number;
}

function addSeries(app: App, { db }: ReportRouteDeps): void {
  const querystring = Type.Object(schema.PeriodQuery);
  app.get(
    '/reports/series/:id',
    {
      schema: {
        tags,
        summary: 'The funnel of a series: who entered, and what became of each step',
        params,
        querystring,
        response: { 200: schema.SeriesReportView },
      },
    },
    async ({ actor: { workspaceId }, params: { id }, query }) => {
      const { series, ask } = await seriesAskOf(db, { workspaceId, id, query });
      const { from, to, timezone } = ask;
      const head = { series_id: series.id, name: series.name, version: series.version };
      return { ...head, from, to, timezone, ...view.seriesViewOf(await seriesReport(db, ask)) };
    },
  );

  app.get(
    '/reports/series/:id/steps.csv',
    {
      schema: {
        tags,
        summary: 'The steps of a series in a period, as CSV',
        params,
        querystring,
        response: csvResponse('One line for each step'),
      },
    },
    async ({ actor: { workspaceId }, params: { id }, query }, reply) => {
      const { ask } = await seriesAskOf(db, { workspaceId, id, query });
      const { steps } = await seriesReport(db, ask);
      return sendCsv(reply, { name: 'steps', lines: linesOfSteps(steps) });
    },
  );
}

const STEP_COLUMNS = ['entered', 'waiting', 'passed', 'skipped', 'failed', 'cancelled'] as const;

const linesOfSteps = (steps: readonly ReportedStep[]): (readonly string[])[] => [
  ['step_id', 'type', 'name', ...STEP_COLUMNS, ...view.COUNT_COLUMNS],
  ...steps.map((step) => [
    step.stepId,
    step.type ?? '',
    step.name ?? '',
    ...STEP_COLUMNS.map((column) => String(step[column])),
    ...view.countCells(step.messages ?? NO_COUNTS),
  ]),
];

function addCohorts(app: App, { db }: ReportRouteDeps): void {
  const cohorts = async (ask: SeriesQuery & { query: PeriodAsk & { by: 'week' | 'month' } }) => {
    const { by } = ask.query;
    const found = await seriesAskOf(db, ask);
    const { today } = found;
    const first = (last: string): string => cohortsFrom(last, by, COHORTS_DEFAULT);
    const daysMax = daysBetween(today, intervalAfter(today, by, COHORTS_MAX));
    const period = periodOf(ask.query, { today, daysMax, first });
    const at = { ...found.ask, ...period };
    return { ...found, by, ask: at, cohorts: await cohortReport(db, { ...at, by, today }) };
  };
  const schemaOf = { tags, params, querystring: schema.CohortQuery };
  app.get(
    '/reports/series/:id/cohorts',
    {
      schema: {
        ...schemaOf,
        summary: 'What became of those who entered a series in each week or month',
        response: { 200: schema.CohortsView },
      },
    },
    async ({ actor: { workspaceId }, params: { id }, query }) => {
      const found = await cohorts({ workspaceId, id, query, daysMax: DAYS_MAX.month });
      const { from, to, timezone } = found.ask;
      return {
        series_id: found.series.id,
        name: found.series.name,
        from,
        to,
        timezone,
        by: found.by,
        cohorts: found.cohorts.map(view.cohortViewOf),
      };
    },
  );

  app.get(
    '/reports/series/:id/cohorts.csv',
    {
      schema: {
        ...schemaOf,
        summary: 'What became of those who entered a series, as CSV',
        response: csvResponse('One line for each cohort and interval since'),
      },
    },
    async ({ actor: { workspaceId }, params: { id }, query }, reply) => {
      const found = await cohorts({ workspaceId, id, query, daysMax: DAYS_MAX.month });
      return sendCsv(reply, { name: 'cohorts', lines: linesOfCohorts(found.cohorts) });
    },
  );
}

const linesOfCohorts = (cohorts: readonly Cohort[]): (readonly string[])[] => [
  ['from', 'entered', 'since', 'goal_reached', 'ended', 'active'],
  ...cohorts.flatMap(({ at, entered, intervals }) =>
    intervals.map(({ since, goalReached, ended, active }) =>
      [at, entered, since, goalReached, ended, active].map(String),
    ),
  ),
];

const csvResponse = (description: string) => ({
  200: {
    description,
    content: { 'text/csv': { schema: Type.Unsafe<Readable>({ type: 'string' }) } },
  },
});

/** A line is written when the caller takes it. */
function sendCsv(
  reply: FastifyReply,
  {
    name,
    lines,
  }: { name: string; lines: AsyncIterable<readonly string[]> | Iterable<readonly string[]> },
) {
  void reply.header('Content-Type', 'text/csv; charset=utf-8');
  void reply.header('Content-Disposition', `attachment; filename="${name}.csv"`);
  return reply.send(Readable.from(written(lines)));
}

async function* written(
  lines: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
): AsyncGenerator<string> {
  for await (const line of lines) yield csvLine(line);
}
