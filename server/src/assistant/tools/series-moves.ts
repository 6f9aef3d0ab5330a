import { Type } from 'typebox';
import {
  guardedTool,
  inputOf,
  writingTool,
  type Intent,
  type Tool,
  type ToolContext,
} from '../tool.ts';
import { countAudience } from './series.ts';
import {
  calledBy,
  draftOf,
  readSeries,
  sendersOf,
  subjectsOf,
  textOf,
  type SeriesView,
} from './series-view.ts';
import { at, counted, named, peopleOf, pick, quote, SeriesId, StepId, UserId } from './shared.ts';

const USERS_MAX = 100;

const statusOf = (series: object): object =>
  pick(series as SeriesView, ['id', 'name', 'status', 'version']);

interface PublishPreview {
  readonly version: number;
  readonly people: number;
  readonly mail_at_once: number;
}

const InFlight = Type.Enum(['stay', 'migrate'], {
  default: 'stay',
  description: 'Whether people under way stay on their version, or are moved to the new one',
});

const publish = guardedTool({
  name: 'publish_series',
  title: 'Publish a series',
  description:
    'Publishes the draft of a series: activates it when it never was, so that people enter and get ' +
    'its emails; else makes the next version.',
  on: 'live',
  input: inputOf({ series_id: SeriesId, in_flight: InFlight }),
  intentOf: async (context, { series_id: id, in_flight }) => {
    const series = await readSeries(context, id);
    const said = series.version === null ? activation : nextVersion;
    return said(context, series, in_flight);
  },
  run: async (context, { series_id: id, in_flight }, seen) => {
    const { version, etag } = seen ?? (await readSeries(context, id));
    const series =
      version === null
        ? await context.ask('POST', `/series/${at(id)}/activate`, { body: { etag } })
        : await context.ask('POST', `/series/${at(id)}/publish`, { body: { in_flight, etag } });
    return statusOf(series);
  },
});

type DraftIntent = Intent<ReturnType<typeof draftOf>>;

/** What leaves by a draft, and to where: whatever of it somebody could have slipped in. */
function mailOf(series: SeriesView): string[] {
  const [subjects, senders, called] = [subjectsOf(series), sendersOf(series), calledBy(series)];
  return [
    subjects.length === 0
      ? 'It has no email.'
      : `It sends ${counted(subjects.length, 'email')}: ${named(subjects)}.`,
    ...(senders.length === 0 ? [] : [`They are from, or are answered to: ${named(senders)}.`]),
    ...(called.length === 0
      ? []
      : [`It calls these addresses with people's data: ${named(called)}.`]),
  ];
}

async function entryOf({ ask }: ToolContext, { id }: SeriesView): Promise<string> {
  const { words } = await ask<{ words: { entry: string; audience: string } }>(
    'POST',
    `/series/${at(id)}/outline`,
    { body: {} },
  );
  return `Who enters: ${words.entry}. Audience: ${words.audience}.`;
}

async function activation(context: ToolContext, series: SeriesView): Promise<DraftIntent> {
  const peopleCount = await countAudience(context, series);
  return {
    words: [
      `Activate the series ${quote(series.name)}: from then on people enter it and get its emails.`,
      ...mailOf(series),
      await entryOf(context, series),
      ...(peopleCount === null
        ? []
        : [`About ${peopleOf(peopleCount)} match its audience now, and enter at once.`]),
    ],
    peopleCount,
    subject: draftOf(series),
  };
}

async function nextVersion(
  context: ToolContext,
  series: SeriesView,
  inFlight: 'stay' | 'migrate',
): Promise<DraftIntent> {
  const preview = await context.ask<PublishPreview>(
    'GET',
    `/series/${at(series.id)}/publish/preview`,
    { query: { in_flight: inFlight } },
  );
  const people = peopleOf(preview.people);
  return {
    words: [
      `Publish the draft of the series ${quote(series.name)} as version ${preview.version}; ` +
        'whoever enters from then on gets it.',
      ...mailOf(series),
      inFlight === 'stay'
        ? `${people} under way stay on the version that they are on.`
        : `${people} under way are moved to the new version; ` +
          `${peopleOf(preview.mail_at_once)} of them are due at an email at once.`,
    ],
    peopleCount: inFlight === 'stay' ? 0 : preview.people,
    subject: draftOf(series),
  };
}

const pause = writingTool({
  name: 'pause_series',
  title: 'Pause a series',
  description:
    'Stops a series at once: nothing of it is sent and nobody enters until it is resumed. To stop ' +
    'needs no confirmation; to go on does.',
  input: inputOf({ series_id: SeriesId }),
  run: async ({ ask }, { series_id: id }) => statusOf(await ask('POST', `/series/${at(id)}/pause`)),
});

interface ResumePreview {
  readonly preview: { readonly overdue: number; readonly late: string };
}

const resume = guardedTool({
  name: 'resume_series',
  title: 'Resume a series',
  description: 'Lets a paused series go on. `late` says what becomes of what fell due meanwhile.',
  on: 'live',
  input: inputOf({
    series_id: SeriesId,
    late: Type.Optional(Type.Enum(['send', 'skip', 'exit'])),
  }),
  intentOf: async (context, { series_id: id, ...body }) => {
    const series = await readSeries(context, id);
    const { preview } = await context.ask<ResumePreview>('POST', `/series/${at(id)}/resume`, {
      body: { ...body, dry_run: true },
    });
    const become = {
      send: 'their emails are sent in the next window',
      skip: 'what they missed is skipped',
      exit: 'they leave the series',
    }[preview.late];
    return {
      words: [
        `Resume the series ${quote(series.name)}: its emails go out again.`,
        `Something fell due for ${peopleOf(preview.overdue)} in the pause; ${become ?? preview.late}.`,
      ],
      peopleCount: preview.overdue,
      subject: pick(series, ['id', 'name', 'status', 'version']),
    };
  },
  run: async ({ ask }, { series_id: id, ...body }) =>
    statusOf(await ask('POST', `/series/${at(id)}/resume`, { body })),
});

const archive = guardedTool({
  name: 'archive_series',
  title: 'Archive a series',
  description: 'Ends a series for good: everybody in it leaves, and nothing more is sent.',
  on: 'always',
  input: inputOf({ series_id: SeriesId }),
  intentOf: async (context, { series_id: id }) => {
    const series = await readSeries(context, id);
    const { active } = await context.ask<{ active: number }>('GET', `/series/${at(id)}/stats`);
    return {
      words: [
        `Archive the series ${quote(series.name)} for good.`,
        `${peopleOf(active)} under way leave it, and get nothing more of it.`,
      ],
      peopleCount: active,
      subject: pick(series, ['id', 'name', 'status', 'version']),
    };
  },
  run: async ({ ask }, { series_id: id }) =>
    statusOf(await ask('POST', `/series/${at(id)}/archive`)),
});

const deleteDraft = guardedTool({
  name: 'delete_series_draft',
  title: 'Delete a draft of a series',
  description: 'Deletes a series that was never published. It does not come back.',
  on: 'always',
  input: inputOf({ series_id: SeriesId }),
  intentOf: async (context, { series_id: id }) => {
    const series = await readSeries(context, id);
    return {
      words: [
        `Delete the draft ${quote(series.name)} with its ${counted(series.steps.length, 'step')}. ` +
          'It does not come back.',
      ],
      peopleCount: 0,
      subject: draftOf(series),
    };
  },
  run: async ({ ask }, { series_id: id }, seen) => {
    await ask('DELETE', `/series/${at(id)}`, { query: { etag: seen?.etag } });
    return { deleted: id };
  },
});

const Users = Type.Array(UserId, { minItems: 1, maxItems: USERS_MAX, uniqueItems: true });

interface Bulk {
  readonly counts: Readonly<Record<string, number>>;
}

/** `2 entered, 1 user_not_found` */
const resultsOf = ({ counts }: Bulk): string =>
  Object.entries(counts)
    .map(([result, count]) => `${count} ${result.replaceAll('_', ' ')}`)
    .join(', ');

const enroll = guardedTool({
  name: 'enroll_users',
  title: 'Enroll users',
  description:
    'Lets users enter an active series, whatever starts it; they get its emails from then on.',
  on: 'live',
  isOutside: true,
  input: inputOf({ series_id: SeriesId, user_ids: Users }),
  intentOf: async (context, { series_id: id, user_ids: users }) => {
    const series = await readSeries(context, id);
    const would = await context.ask<Bulk>('POST', `/series/${at(id)}/enroll`, {
      body: { users, dry_run: true },
    });
    return {
      words: [
        `Enroll ${peopleOf(users.length)} in the series ${quote(series.name)}, ` +
          `version ${series.version ?? 'none'}: ${named(users)}.`,
        `As it stands now the result would be: ${resultsOf(would)}.`,
        ...mailOf(series),
      ],
      peopleCount: users.length,
      subject: pick(series, ['id', 'name', 'status', 'version', 'updated_at']),
    };
  },
  run: ({ ask }, { series_id: id, user_ids: users }) =>
    ask('POST', `/series/${at(id)}/enroll`, { body: { users } }),
});

const remove = guardedTool({
  name: 'remove_users',
  title: 'Remove users from a series',
  description: 'Ends the passage of users through a series: nothing more of it is sent to them.',
  on: 'live',
  isOutside: true,
  input: inputOf({ series_id: SeriesId, user_ids: Users }),
  intentOf: async (context, { series_id: id, user_ids: users }) => {
    const series = await readSeries(context, id);
    const would = await context.ask<Bulk>('POST', `/series/${at(id)}/remove`, {
      body: { users, dry_run: true },
    });
    return {
      words: [
        `Take ${peopleOf(users.length)} out of the series ${quote(series.name)}: ${named(users)}.`,
        `As it stands now the result would be: ${resultsOf(would)}.`,
      ],
      peopleCount: users.length,
      subject: pick(series, ['id', 'name']),
    };
  },
  run: ({ ask }, { series_id: id, user_ids: users }) =>
    ask('POST', `/series/${at(id)}/remove`, { body: { users } }),
});

const testSend = guardedTool({
  name: 'send_test_email',
  title: 'Send an email as a test',
  description: 'Sends one email of a draft, marked as a test, to a member of the workspace.',
  on: 'live',
  input: inputOf({
    series_id: SeriesId,
    step_id: StepId,
    to: Type.String({ maxLength: 320, description: 'The address of a member' }),
  }),
  intentOf: async (context, { series_id: id, step_id: stepId, to }) => {
    const series = await readSeries(context, id);
    const step = series.steps.find((each) => each['id'] === stepId);
    const subject = textOf(step?.['subject']) || stepId;
    return {
      words: [
        `Send the email ${quote(subject)} of the series ${quote(series.name)} as a test to ${quote(to)}.`,
      ],
      peopleCount: 1,
      subject: step ?? null,
    };
  },
  run: ({ ask }, { series_id: id, ...body }) =>
    ask('POST', `/series/${at(id)}/test_send`, { body }),
});

export const SERIES_MOVES: readonly Tool[] = [
  publish,
  pause,
  resume,
  archive,
  deleteDraft,
  enroll,
  remove,
  testSend,
];
