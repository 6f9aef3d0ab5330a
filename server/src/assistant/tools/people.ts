import { Type } from 'typebox';
import { inputOf, readingTool, type Tool } from '../tool.ts';
import { at, brief, cut, Paging, pick, SeriesId, terse, UserId, type PageOf } from './shared.ts';

const SEARCH_LENGTH_MAX = 200;
const EXPLAINED_MAX = 5;

interface User {
  readonly user_id: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly timezone: string | null;
  readonly signed_up_at: string | null;
  readonly company_id: string | null;
  readonly traits: object;
  readonly last_seen: string | null;
}

const listUsers = readingTool({
  name: 'list_users',
  title: 'Find users',
  description: 'Finds users: by a part of their id, address or name, or by a filter.',
  isOutside: true,
  input: inputOf({
    ...Paging,
    search: Type.Optional(Type.String({ maxLength: SEARCH_LENGTH_MAX })),
    filter: Type.Optional(
      Type.Object({}, { additionalProperties: true, description: 'describe_steps, `filters`' }),
    ),
  }),
  run: async ({ ask }, { search: q, ...body }) => {
    const answer = await ask<PageOf<User>>('POST', '/users/search', { body: { ...body, q } });
    return brief(answer, (user) =>
      pick(user, ['user_id', 'email', 'name', 'timezone', 'signed_up_at', 'last_seen']),
    );
  },
});

interface Passage {
  readonly series_id: string;
  readonly series_name: string;
  readonly run: number;
  readonly state: string;
  readonly entered_at: string;
  readonly ended_at: string | null;
  readonly step_id: string | null;
  readonly next_due: string | null;
}

const getUser = readingTool({
  name: 'get_user',
  title: 'Read a user',
  description:
    'Reads one user: traits, what mail they want, and the series that they are in or went through.',
  isOutside: true,
  input: inputOf({ user_id: UserId }),
  run: async ({ ask }, { user_id: id }) => {
    const user = await ask<User>('GET', `/users/${at(id)}`);
    const preferences = await ask<{ all: string; lists: readonly object[] }>(
      'GET',
      `/users/${at(id)}/preferences`,
    );
    const passages = await ask<PageOf<Passage>>('GET', `/users/${at(id)}/enrollments`, {
      query: { limit: 20 },
    });
    return {
      ...(terse(
        pick(user, ['user_id', 'email', 'name', 'timezone', 'signed_up_at', 'company_id']),
      ) as object),
      traits: user.traits,
      marketing: preferences.all,
      lists: preferences.lists.map(terse),
      series: passages.data.map((passage) =>
        terse(
          pick(passage, [
            'series_id',
            'series_name',
            'run',
            'state',
            'entered_at',
            'ended_at',
            'step_id',
            'next_due',
          ]),
        ),
      ),
    };
  },
});

interface Explanation {
  readonly series_id: string;
  readonly series_name: string;
  readonly state: string;
  readonly sentence: string;
  readonly timezone?: { readonly sentence?: string };
  readonly entry?: { readonly sentence?: string };
  readonly next: object | null;
  readonly reasons: readonly { rule: string; input: string; outcome: string }[];
  readonly steps?: readonly {
    readonly step_id: string;
    readonly outcome: string | null;
    readonly sentence: string;
    readonly due_at: string | null;
    readonly at: string | null;
  }[];
}

const explain = readingTool({
  name: 'explain_user',
  title: 'Explain why',
  description:
    'Says why a user is where they are: why an email was sent or was not, when the next one is due ' +
    'and by which rules, and why they do or do not enter a series. Without a series: all that say something.',
  isOutside: true,
  input: inputOf({ user_id: UserId, series_id: Type.Optional(SeriesId) }),
  run: async ({ ask }, { user_id: id, series_id }) => {
    const answer = await ask<Explanation | PageOf<Explanation>>('GET', `/users/${at(id)}/explain`, {
      query: series_id === undefined ? { limit: EXPLAINED_MAX } : { series_id },
    });
    return 'data' in answer ? brief(answer, explanationOf) : explanationOf(answer);
  },
});

function explanationOf(found: Explanation): object {
  return {
    ...pick(found, ['series_id', 'series_name', 'state', 'sentence']),
    zone: found.timezone?.sentence ?? null,
    entry: found.entry?.sentence ?? null,
    next: found.next,
    steps: (found.steps ?? []).map((step) => pick(step, ['step_id', 'outcome', 'sentence', 'at'])),
    // Of its steps it is said above.
    reasons: found.reasons
      .filter(({ rule }) => rule !== 'step')
      .map(({ rule, input, outcome }) => `${rule}: ${input} → ${outcome}`),
  };
}

interface Message {
  readonly id: string;
  readonly user_id: string | null;
  readonly automation_id: string;
  readonly step_id: string | null;
  readonly status: string;
  readonly to: string;
  readonly subject: string;
  readonly scheduled_for: string | null;
  readonly sent_at: string | null;
  readonly reason: string | null;
}

const MESSAGE_FIELDS = [
  'id',
  'user_id',
  'automation_id',
  'step_id',
  'status',
  'to',
  'subject',
  'scheduled_for',
  'sent_at',
  'reason',
] as const;

const listMessages = readingTool({
  name: 'list_messages',
  title: 'List messages',
  description: 'Lists emails to single people, youngest first, with what became of each.',
  isOutside: true,
  input: inputOf({
    ...Paging,
    user_id: Type.Optional(UserId),
    series_id: Type.Optional(SeriesId),
    status: Type.Optional(
      Type.Enum([
        'scheduled',
        'sending',
        'accepted',
        'delivered',
        'bounced',
        'complained',
        'rejected',
        'cancelled',
        'in_doubt',
      ]),
    ),
  }),
  run: async ({ ask }, query) =>
    brief(await ask<PageOf<Message>>('GET', '/messages', { query }), (message) =>
      pick(message, MESSAGE_FIELDS),
    ),
});

interface WholeMessage extends Message {
  readonly purpose: string;
  readonly text: string | null;
  readonly explanation: { readonly sentence: string };
  readonly reasons: Explanation['reasons'];
  readonly events: readonly { kind: string; at: string }[];
}

const TEXT_SHOWN_MAX = 2_000;
/** Whoever has the link of a password reset has the account: it goes to nobody but the recipient. */
const KEPT_BACK = 'Not shown: a transactional email may hold a link or a code that is a secret.';

const getMessage = readingTool({
  name: 'get_message',
  title: 'Read a message',
  description:
    'Reads one email: its text, unless it is transactional, why it was sent when it was, and all that came back.',
  isOutside: true,
  input: inputOf({
    message_id: Type.String({ minLength: 1, maxLength: 64, description: 'The id of a message' }),
  }),
  run: async ({ ask }, { message_id: id }) => {
    const message = await ask<WholeMessage>('GET', `/messages/${at(id)}`);
    return terse({
      ...pick(message, MESSAGE_FIELDS),
      why: message.explanation.sentence,
      reasons: message.reasons.map(({ rule, input, outcome }) => `${rule}: ${input} → ${outcome}`),
      events: message.events.map((event) => pick(event, ['kind', 'at'])),
      text:
        message.purpose === 'transactional' ? KEPT_BACK : cut(message.text ?? '', TEXT_SHOWN_MAX),
    }) as object;
  },
});

const Named = {
  ...Paging,
  archived: Type.Boolean({ default: false }),
};

const listLists = readingTool({
  name: 'list_lists',
  title: 'List lists',
  description: 'Lists the kinds of mail that people may join or decline, with who is on each.',
  input: inputOf(Named),
  run: async ({ ask }, query) =>
    brief(await ask<PageOf<object>>('GET', '/lists', { query }), (list) => ({
      ...list,
      created_at: null,
      updated_at: null,
    })),
});

interface Template {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly slug: string;
  readonly version: number;
}

const listTemplates = readingTool({
  name: 'list_templates',
  title: 'List templates',
  description: 'Lists bodies of emails, and snippets, that series and broadcasts may use.',
  input: inputOf(Named),
  run: async ({ ask }, query) =>
    brief(await ask<PageOf<Template>>('GET', '/templates', { query }), (template) =>
      pick(template, ['id', 'kind', 'name', 'slug', 'version']),
    ),
});

export const PEOPLE_TOOLS: readonly Tool[] = [
  listUsers,
  getUser,
  explain,
  listMessages,
  getMessage,
  listLists,
  listTemplates,
];
