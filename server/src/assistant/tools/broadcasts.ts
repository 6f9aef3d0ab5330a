import { Type } from 'typebox';
import {
  guardedTool,
  inputOf,
  readingTool,
  writingTool,
  type Intent,
  type Tool,
  type ToolContext,
} from '../tool.ts';
import {
  at,
  brief,
  BroadcastId,
  cutAll,
  Paging,
  peopleOf,
  pick,
  quote,
  terse,
  type PageOf,
} from './shared.ts';

const BODY_SHOWN_MAX = 2_000;
const NAME_LENGTH_MAX = 200;

interface Broadcast {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** Of the draft, as it is. */
  readonly etag: string;
  readonly scheduled_for: string | null;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly email?: { readonly subject?: string } | null;
}

const ROW = ['id', 'name', 'status', 'scheduled_for', 'started_at', 'finished_at'] as const;

const readBroadcast = ({ ask }: ToolContext, id: string): Promise<Broadcast> =>
  ask<Broadcast>('GET', `/broadcasts/${at(id)}`);

const listBroadcasts = readingTool({
  name: 'list_broadcasts',
  title: 'List broadcasts',
  description: 'Lists broadcasts, each one email to an audience, youngest first.',
  input: inputOf(Paging),
  run: async ({ ask }, query) =>
    brief(await ask<PageOf<Broadcast>>('GET', '/broadcasts', { query }), (one) => ({
      ...pick(one, ROW),
      subject: one.email?.subject ?? null,
    })),
});

const getBroadcast = readingTool({
  name: 'get_broadcast',
  title: 'Read a broadcast',
  description: 'Reads a broadcast: email, audience, how far it is, and whom it reaches or not.',
  input: inputOf({ broadcast_id: BroadcastId }),
  run: async (context, { broadcast_id: id }) => {
    const broadcast = await readBroadcast(context, id);
    const reach =
      broadcast.status === 'draft'
        ? { would_reach: await audienceOf(context, id) }
        : { progress: await context.ask('GET', `/broadcasts/${at(id)}/stats`) };
    return { ...(terse(cutAll(broadcast, BODY_SHOWN_MAX)) as object), ...reach };
  },
});

/** A draft, for telling whether it is still the one that was seen: its etag is of all that it says. */
const draftOf = (broadcast: Broadcast) =>
  pick(broadcast, ['id', 'status', 'scheduled_for', 'etag']);

/** Whom a draft would reach; null while it has no audience. */
const audienceOf = async (context: ToolContext, id: string): Promise<Audience | null> => {
  const broadcast = (await readBroadcast(context, id)) as { readonly audience?: unknown };
  if (broadcast.audience === null || broadcast.audience === undefined) return null;
  return context.ask<Audience>('GET', `/broadcasts/${at(id)}/audience_count`);
};

interface Audience {
  readonly matched: number;
  readonly will_send: number;
}

const draftBroadcast = writingTool({
  name: 'create_broadcast_draft',
  title: 'Draft a broadcast',
  description: 'Makes a broadcast as a draft; nothing is sent until a member lets it be.',
  input: inputOf({
    name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX }),
    email: Type.Object(
      {},
      {
        additionalProperties: true,
        description: 'Subject and body, as of an email step: describe_steps, `email`',
      },
    ),
    audience: Type.Optional(
      Type.Object(
        {},
        {
          additionalProperties: true,
          description: '{everybody: true}, or {filter}, or {list_id}: describe_steps, `filters`',
        },
      ),
    ),
  }),
  run: async (context, body) => {
    const made = await context.ask<Broadcast>('POST', '/broadcasts', { body });
    const checks = await context.ask<{ data: readonly object[] }>(
      'GET',
      `/broadcasts/${at(made.id)}/checks`,
    );
    return {
      broadcast_id: made.id,
      status: made.status,
      findings: checks.data,
      would_reach: await audienceOf(context, made.id),
    };
  },
});

const send = guardedTool({
  name: 'send_broadcast',
  title: 'Send a broadcast',
  description: 'Sends a draft to its audience, at once or at a time.',
  on: 'live',
  input: inputOf({
    broadcast_id: BroadcastId,
    at: Type.Optional(Type.String({ maxLength: 40, description: 'ISO 8601; without it at once' })),
  }),
  intentOf: async (context, { broadcast_id: id, at: time }) => {
    const broadcast = await readBroadcast(context, id);
    const reached = await audienceOf(context, id);
    const when = time === undefined ? 'at once' : `at ${quote(time)}`;
    return {
      words: [
        `Send the broadcast ${quote(broadcast.name)} ${when}, ` +
          `with the subject ${quote(broadcast.email?.subject ?? '')}.`,
        reached === null
          ? 'It has no audience yet.'
          : `As it stands now it goes to ${peopleOf(reached.will_send)}; ` +
            `${peopleOf(reached.matched)} match, the others cannot or may not be written to.`,
      ],
      peopleCount: reached?.will_send ?? null,
      subject: draftOf(broadcast),
    };
  },
  run: async (context, { broadcast_id: id, at: time }, seen) => {
    const { etag } = seen ?? (await readBroadcast(context, id));
    const move = time === undefined ? 'send' : 'schedule';
    const body = { etag, ...(time === undefined ? {} : { at: time }) };
    const path = `/broadcasts/${at(id)}/${move}`;
    return pick(await context.ask<Broadcast>('POST', path, { body }), ROW);
  },
});

const pause = writingTool({
  name: 'pause_broadcast',
  title: 'Pause a broadcast',
  description:
    'Stops a broadcast at once: nothing leaves after the answer. To stop needs no confirmation; to ' +
    'go on does.',
  input: inputOf({ broadcast_id: BroadcastId }),
  run: async ({ ask }, { broadcast_id: id }) =>
    pick(await ask<Broadcast>('POST', `/broadcasts/${at(id)}/pause`), ROW),
});

/** Of what is done to a broadcast that exists: by its name, and how it stands. */
async function intentFor(
  context: ToolContext,
  id: string,
  words: string,
): Promise<Intent<ReturnType<typeof draftOf>>> {
  const broadcast = await readBroadcast(context, id);
  return {
    words: [words.replace('{}', () => quote(broadcast.name))],
    peopleCount: null,
    subject: draftOf(broadcast),
  };
}

const resume = guardedTool({
  name: 'resume_broadcast',
  title: 'Resume a broadcast',
  description: 'Lets a paused broadcast go on where it was.',
  on: 'live',
  input: inputOf({ broadcast_id: BroadcastId }),
  intentOf: (context, { broadcast_id: id }) =>
    intentFor(context, id, 'Resume the broadcast {}: the rest of it is sent.'),
  run: async ({ ask }, { broadcast_id: id }) =>
    pick(await ask<Broadcast>('POST', `/broadcasts/${at(id)}/resume`), ROW),
});

const cancel = guardedTool({
  name: 'cancel_broadcast',
  title: 'Cancel a broadcast',
  description: 'Cancels a broadcast for good: what has not begun to leave never will.',
  on: 'always',
  input: inputOf({ broadcast_id: BroadcastId }),
  intentOf: (context, { broadcast_id: id }) =>
    intentFor(context, id, 'Cancel the broadcast {} for good: the rest of it is never sent.'),
  run: async ({ ask }, { broadcast_id: id }) =>
    pick(await ask<Broadcast>('POST', `/broadcasts/${at(id)}/cancel`), ROW),
});

const deleteDraft = guardedTool({
  name: 'delete_broadcast_draft',
  title: 'Delete a draft of a broadcast',
  description: 'Deletes a broadcast that was never sent. It does not come back.',
  on: 'always',
  input: inputOf({ broadcast_id: BroadcastId }),
  intentOf: (context, { broadcast_id: id }) =>
    intentFor(context, id, 'Delete the draft {}. It does not come back.'),
  run: async ({ ask }, { broadcast_id: id }, seen) => {
    await ask('DELETE', `/broadcasts/${at(id)}`, { query: { etag: seen?.etag } });
    return { deleted: id };
  },
});

export const BROADCAST_TOOLS: readonly Tool[] = [
  listBroadcasts,
  getBroadcast,
  draftBroadcast,
  send,
  pause,
  resume,
  cancel,
  deleteDraft,
];
