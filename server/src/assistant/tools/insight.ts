import { Type } from 'typebox';
import { inputOf, readingTool, writingTool, type Tool } from '../tool.ts';
import { at, pick, SeriesId, terse } from './shared.ts';

const Day = Type.Optional(
  Type.String({ pattern: String.raw`^\d{4}-\d{2}-\d{2}$`, description: '2026-03-01' }),
);
const UPCOMING_DAYS_MAX = 60;
const HOURS_SHOWN_MAX = 100;

interface SeriesReport {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly timezone: string;
  readonly entered: number;
  readonly states: object;
  readonly goal_rate: number | null;
  readonly time_to_goal: object | null;
  readonly days: readonly object[];
  readonly steps: readonly object[];
}

const seriesReport = readingTool({
  name: 'series_report',
  title: 'Report on a series',
  description:
    'Counts what came of a series in a period: who entered, reached the goal or left, and for every ' +
    'step who waits, what was sent, opened, clicked and came back. Rates are between 0 and 1.',
  input: inputOf({ series_id: SeriesId, from: Day, to: Day }),
  run: async ({ ask }, { series_id: id, ...query }) => {
    const report = await ask<SeriesReport>('GET', `/reports/series/${at(id)}`, { query });
    return {
      ...pick(report, ['name', 'from', 'to', 'timezone', 'entered', 'states']),
      ...pick(report, ['goal_rate', 'time_to_goal']),
      steps: report.steps.map(withoutZeros),
    };
  },
});

interface MessageReport {
  readonly from: string;
  readonly to: string;
  readonly timezone: string;
  readonly total: object;
  readonly rates: object;
  readonly groups: readonly { key: object; total: object; rates: object }[];
}

const messageReport = readingTool({
  name: 'message_report',
  title: 'Report on what was sent',
  description:
    'Counts all emails of a period and what came of them, for the whole side, or for each series, ' +
    'broadcast, step or list.',
  input: inputOf({
    from: Day,
    to: Day,
    group: Type.Enum(['none', 'series', 'broadcast', 'step', 'list'], { default: 'none' }),
  }),
  run: async ({ ask }, query) => {
    const report = await ask<MessageReport>('GET', '/reports/messages', { query });
    return {
      ...pick(report, ['from', 'to', 'timezone']),
      total: withoutZeros(report.total),
      rates: report.rates,
      groups: report.groups.map(({ key, total, rates }) => ({
        ...(terse(key) as object),
        total: withoutZeros(total),
        rates: terse(rates),
      })),
    };
  },
});

const overview = readingTool({
  name: 'overview',
  title: 'How it stands',
  description:
    'Tells how this side stands: whether it sends, what was sent today, what is planned, and what ' +
    'needs a look.',
  input: inputOf({}),
  run: ({ ask }) => ask('GET', '/overview'),
});

interface Upcoming {
  readonly from: string;
  readonly to: string;
  readonly timezone: string;
  readonly series: readonly object[];
  readonly hours: readonly object[];
  readonly truncated: boolean;
}

const upcoming = readingTool({
  name: 'upcoming_sends',
  title: 'What is planned',
  description: 'Counts the planned sends of the days to come, by hour and series.',
  input: inputOf({
    days: Type.Integer({ minimum: 1, maximum: UPCOMING_DAYS_MAX, default: 7 }),
    series_id: Type.Optional(SeriesId),
  }),
  run: async ({ ask }, query) => {
    const { hours, series, ...rest } = await ask<Upcoming>('GET', '/upcoming', { query });
    return {
      ...pick(rest, ['from', 'to', 'timezone', 'truncated']),
      series: series.map(withoutZeros),
      hours: hours.slice(0, HOURS_SHOWN_MAX).map(withoutZeros),
      ...(hours.length > HOURS_SHOWN_MAX ? { more_hours: hours.length - HOURS_SHOWN_MAX } : {}),
    };
  },
});

const testClock = readingTool({
  name: 'read_test_clock',
  title: 'Read the test clock',
  description: 'Says where the clock of a test side stands, and when the next step is due.',
  input: inputOf({}),
  run: ({ ask }) => ask('GET', '/test_clock'),
});

const Amount = (maximum: number) => Type.Optional(Type.Integer({ minimum: 0, maximum }));

const advance = writingTool({
  name: 'advance_test_clock',
  title: 'Move the test clock',
  description:
    'Moves the clock of a test side: whatever falls due on the way happens in order, and its emails ' +
    'are captured. Refused on a live side. Time does not go back. Give one of by, to and to_end.',
  input: inputOf({
    by: Type.Optional(
      Type.Object({ days: Amount(366), hours: Amount(8_784), minutes: Amount(527_040) }),
    ),
    to: Type.Optional(Type.String({ maxLength: 40, description: 'ISO 8601' })),
    to_end: Type.Optional(Type.Boolean({ description: 'Until nothing waits any more' })),
  }),
  run: ({ ask }, body) => ask('POST', '/test_clock/advance', { body }),
});

/** Counts of 0 say nothing, and there are very many. */
function withoutZeros(value: object): object {
  const entries = Object.entries(terse(value) as Record<string, unknown>)
    .filter(([, each]) => each !== 0)
    .map(([name, each]): [string, unknown] => [name, isCounts(each) ? withoutZeros(each) : each]);
  return terse(Object.fromEntries(entries)) as object;
}

const isCounts = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const INSIGHT_TOOLS: readonly Tool[] = [
  seriesReport,
  messageReport,
  overview,
  upcoming,
  testClock,
  advance,
];
