import { Type } from 'typebox';
import { inputOf, readingTool, writingTool, type Tool, type ToolContext } from '../tool.ts';
import { audienceOf, readSeries, seriesOf, type SeriesView } from './series-view.ts';
import {
  at,
  brief,
  cut,
  Paging,
  pick,
  SeriesId,
  StepId,
  terse,
  UserId,
  type PageOf,
} from './shared.ts';
import { GUIDE, GUIDE_TOPICS, STEP_TYPES } from './step-guide.ts';

const STEPS_MAX = 500;
const NAME_LENGTH_MAX = 200;

interface ListedSeries extends SeriesView {
  readonly counts?: object;
}

const listSeries = readingTool({
  name: 'list_series',
  title: 'List series',
  description: 'Lists series, youngest first, with how many people are in each and went through.',
  input: inputOf({
    ...Paging,
    status: Type.Optional(Type.Enum(['draft', 'active', 'paused', 'completed', 'archived'])),
    name: Type.Optional(Type.String({ maxLength: NAME_LENGTH_MAX, description: 'Part of it' })),
  }),
  run: async ({ ask }, { name: q, ...query }) => {
    const answer = await ask<PageOf<ListedSeries>>('GET', '/series', {
      query: { ...query, q, with: 'counts' },
    });
    return brief(answer, ({ steps, ...series }) => ({
      ...pick(series, ['id', 'name', 'status', 'version', 'counts', 'updated_at']),
      step_count: steps.length,
    }));
  },
});

const getSeries = readingTool({
  name: 'get_series',
  title: 'Read a series',
  description: 'Reads a series with its draft: settings, and every step. Long bodies are cut.',
  input: inputOf({
    series_id: SeriesId,
    bodies: Type.Boolean({ default: false, description: 'Whether bodies of emails come whole' }),
  }),
  run: async (context, { series_id: id, bodies }) =>
    seriesOf(await readSeries(context, id), { bodies }),
});

const describeSteps = readingTool({
  name: 'describe_steps',
  title: 'How steps are written',
  description:
    'Says how the steps, the settings and the filters of a series are written, with examples. ' +
    'Read it before you draft; without a topic it gives all of them.',
  input: inputOf({ topic: Type.Optional(Type.Enum([...GUIDE_TOPICS])) }),
  run: async (_context, { topic }) => (topic === undefined ? GUIDE : { [topic]: GUIDE[topic] }),
});

const DraftFields = {
  name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX }),
  settings: Type.Object(
    {},
    {
      additionalProperties: true,
      default: {},
      description: 'Who enters, when mail may leave, goal and exits: describe_steps, `settings`',
    },
  ),
  steps: Type.Array(
    Type.Object(
      {
        id: Type.String({
          maxLength: 64,
          description: 'Letters, digits, - and _; unique in the series',
        }),
        type: Type.Enum([...STEP_TYPES]),
      },
      { additionalProperties: true },
    ),
    { maxItems: STEPS_MAX, description: 'In order; see describe_steps for what each type has' },
  ),
};

const createDraft = writingTool({
  name: 'create_series_draft',
  title: 'Draft a series',
  description:
    'Makes a new series as a draft: nobody enters it and nothing is sent until a member lets it ' +
    'be published. Answers with what is wrong with it and when each step would happen.',
  input: inputOf(DraftFields),
  run: async (context, draft) => {
    const made = await context.ask<SeriesView>('POST', '/series', { body: draft });
    return { ...madeOf(made), ...(await outlineOf(context, made)) };
  },
});

const replaceDraft = writingTool({
  name: 'replace_series_draft',
  title: 'Replace the draft of a series',
  description:
    'Writes name, settings and all steps of a draft anew; what you leave out is gone, so read it ' +
    'first, with bodies. Keep the ids of steps that stay. What is published stays until it is ' +
    'published again.',
  replaces: true,
  input: inputOf({
    series_id: SeriesId,
    etag: Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'As it was given with the draft: refused when somebody changed that since',
    }),
    ...DraftFields,
  }),
  run: async (context, { series_id: id, ...draft }) => {
    const made = await context.ask<SeriesView>('PUT', `/series/${at(id)}`, { body: draft });
    return { ...madeOf(made), ...(await outlineOf(context, made)) };
  },
});

/** What was made of a draft; its etag is for whoever replaces it. */
const madeOf = ({ id, status, etag }: SeriesView) => ({ series_id: id, status, etag });

interface Outline {
  readonly steps: readonly {
    readonly step_id: string;
    readonly day: number;
    readonly weekday: string;
    readonly local_time: string;
    readonly words: string | null;
  }[];
  readonly faults: readonly object[];
  readonly warnings: readonly object[];
  readonly words: object;
}

interface Finding {
  readonly severity: string;
  readonly path: string;
  readonly message: string;
  readonly step_id?: string;
}

/** Faults and warnings of a draft, and when each step would happen for who enters now. */
async function outlineOf({ ask }: ToolContext, { id }: Pick<SeriesView, 'id'>): Promise<object> {
  const outline = await ask<Outline>('POST', `/series/${at(id)}/outline`, { body: {} });
  const checked =
    outline.faults.length > 0
      ? { data: [] }
      : await ask<{ data: readonly Finding[] }>('GET', `/series/${at(id)}/checks`);
  const findingsOf = (isError: boolean) =>
    checked.data
      .filter(({ severity }) => (severity === 'error') === isError)
      .map((finding) => terse(pick(finding, ['step_id', 'path', 'message'])));
  return {
    faults: [...outline.faults, ...findingsOf(true)],
    warnings: [...outline.warnings, ...findingsOf(false)],
    rules: outline.words,
    steps: outline.steps.map(({ step_id, day, weekday, local_time: time, words }) => ({
      step_id,
      when: `day ${day}, ${weekday} ${time}`,
      ...(words === null ? {} : { does: words }),
    })),
  };
}

const validate = readingTool({
  name: 'validate_series',
  title: 'Check a series',
  description:
    'Says what is wrong with the draft of a series: faults keep it from being published, warnings ' +
    'do not. Also tells when each step would happen for somebody who enters now.',
  input: inputOf({ series_id: SeriesId }),
  run: async (context, { series_id: id }) => outlineOf(context, { id }),
});

const PEOPLE_MAX = 100;
const DAYS_MAX = 365;
const ZONES_MAX = 10;
const LINES_SHOWN = 30;

interface Simulation {
  readonly start: string;
  readonly end: string;
  readonly people: number;
  readonly waiting: number;
  readonly truncated: string | null;
  readonly totals: {
    readonly counts: object;
    readonly steps: readonly object[];
  };
  readonly timeline: readonly {
    readonly at: string;
    readonly user_id: string;
    readonly step_id: string | null;
    readonly what: string;
    readonly until: string | null;
    readonly branch: string | null;
    readonly reason: string | null;
  }[];
}

const simulate = readingTool({
  name: 'simulate_series',
  title: 'Simulate a series',
  description:
    'Runs a draft, or a published version, on a virtual clock over people who do not exist, or over ' +
    'users as they are. Nothing is written and nothing is sent. Answers with counts of each step ' +
    'and the beginning of the timeline.',
  isOutside: true,
  input: inputOf({
    series_id: SeriesId,
    version: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Without it: the draft' }),
    ),
    people: Type.Integer({ minimum: 1, maximum: PEOPLE_MAX, default: 1 }),
    timezones: Type.Optional(
      Type.Array(Type.String({ maxLength: 64, description: 'An IANA name' }), {
        maxItems: ZONES_MAX,
      }),
    ),
    traits: Type.Optional(Type.Object({}, { additionalProperties: true })),
    user_ids: Type.Optional(
      Type.Array(UserId, {
        minItems: 1,
        maxItems: PEOPLE_MAX,
        description: 'Real users, instead of people who do not exist',
      }),
    ),
    days: Type.Integer({ minimum: 1, maximum: DAYS_MAX, default: 90 }),
    start: Type.Optional(Type.String({ maxLength: 40, description: 'ISO 8601; default: now' })),
  }),
  run: async ({ ask }, { series_id: id, people, timezones, traits, user_ids, ...rest }) => {
    const made = { count: people, zones: timezones, traits };
    const body = { ...rest, people: user_ids === undefined ? made : { user_ids } };
    const { totals, timeline, ...run } = await ask<Simulation>(
      'POST',
      `/series/${at(id)}/simulate`,
      { body },
    );
    return {
      ...pick(run, ['start', 'end', 'people', 'waiting']),
      ...(run.truncated === null ? {} : { truncated: run.truncated }),
      counts: totals.counts,
      steps: totals.steps.map(terse),
      timeline: timeline
        .slice(0, LINES_SHOWN)
        .map((line) =>
          terse(pick(line, ['at', 'user_id', 'step_id', 'what', 'until', 'branch', 'reason'])),
        ),
      ...(timeline.length > LINES_SHOWN ? { more_lines: timeline.length - LINES_SHOWN } : {}),
    };
  },
});

const TEXT_SHOWN_MAX = 3_000;

interface Preview {
  readonly subject: string;
  readonly text: string;
  readonly from: string;
  readonly warnings: readonly { path: string; message: string }[];
  readonly missing: readonly string[];
}

const preview = readingTool({
  name: 'preview_email',
  title: 'Preview an email',
  description:
    'Renders an email of a draft for a user, or for nobody in particular, as plain text.',
  isOutside: true,
  input: inputOf({ series_id: SeriesId, step_id: StepId, user_id: Type.Optional(UserId) }),
  run: async ({ ask }, { series_id: id, ...body }) => {
    const shown = await ask<Preview>('POST', `/series/${at(id)}/preview`, { body });
    return {
      ...pick(shown, ['from', 'subject']),
      text: cut(shown.text, TEXT_SHOWN_MAX),
      warnings: shown.warnings.map(({ path, message }) => ({ path, message })),
      missing: shown.missing,
    };
  },
});

/** How many people match the audience of a series now; null where it takes in nobody by itself. */
export async function countAudience(
  { ask }: ToolContext,
  series: SeriesView,
): Promise<number | null> {
  const filter = audienceOf(series);
  if (filter === null) return null;
  const { count } = await ask<{ count: number }>('POST', '/users/count', { body: { filter } });
  return count;
}

export const SERIES_TOOLS: readonly Tool[] = [
  listSeries,
  getSeries,
  describeSteps,
  createDraft,
  replaceDraft,
  validate,
  simulate,
  preview,
];
