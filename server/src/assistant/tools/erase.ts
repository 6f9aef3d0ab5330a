import { guardedTool, inputOf, type Tool } from '../tool.ts';
import { at, counted, quote, UserId } from './shared.ts';

interface Erased {
  readonly would_erase: {
    readonly active_enrollments: number;
    readonly messages: number;
    readonly events: number;
  };
}

/** Of owners only, as the call itself is for members. */
export const eraseUser: Tool = guardedTool({
  name: 'erase_user',
  title: 'Erase a user',
  description:
    'Takes everything that is known of a person out of the server, for good; counts stay.',
  on: 'always',
  role: 'owner',
  isOutside: true,
  input: inputOf({ user_id: UserId }),
  intentOf: async ({ ask }, { user_id: id }) => {
    const { would_erase: much } = await ask<Erased>('GET', `/users/${at(id)}/erase_preview`);
    return {
      words: [
        `Erase the user ${quote(id)} for good, with all that is known of them.`,
        `That is ${counted(much.messages, 'message')} and ${counted(much.events, 'event')}; ` +
          `they leave ${counted(much.active_enrollments, 'series', 'series')}.`,
      ],
      peopleCount: 1,
      subject: id,
    };
  },
  run: ({ ask }, { user_id: id }) => ask('DELETE', `/users/${at(id)}`),
});
