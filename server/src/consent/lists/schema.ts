import { Type } from 'typebox';
import { Instant, Nullable } from '../../platform/http.ts';

const NAME_LENGTH_MAX = 100;
const DESCRIPTION_LENGTH_MAX = 500;
/** Users of one call: what the other calls for many take. */
const USERS_MAX = 1_000;

const Tracking = Type.Object(
  { opens: Type.Optional(Type.Boolean()), clicks: Type.Optional(Type.Boolean()) },
  { additionalProperties: false, description: 'What is left out is as the workspace has it' },
);
const Name = Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX, pattern: '\\S' });
const Description = Type.String({ maxLength: DESCRIPTION_LENGTH_MAX });
const Kind = Type.Enum(['opt_in', 'opt_out'], {
  description: 'opt_in: only those who joined get it. opt_out: everybody who has not declined',
});
export const State = Type.Enum(['subscribed', 'unsubscribed', 'pending']);
const UserId = Type.String({ minLength: 1, maxLength: 255 });
/** Written into the proof of each change, beside `api`. */
export const Source = Type.String({ minLength: 1, maxLength: 100 });

export const ListBody = Type.Object({
  name: Name,
  description: Type.Optional(Description),
  kind: Kind,
  double_opt_in: Type.Optional(Type.Boolean()),
  tracking: Type.Optional(Tracking),
});

export const ListPatch = Type.Object({
  name: Type.Optional(Name),
  description: Type.Optional(Description),
  kind: Type.Optional(Type.Enum(['opt_in', 'opt_out'], { description: 'As it is: it stays' })),
  double_opt_in: Type.Optional(Type.Boolean()),
  tracking: Type.Optional(Tracking),
});

const LIST = {
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  description: Type.String(),
  kind: Kind,
  double_opt_in: Type.Boolean(),
  tracking: Tracking,
  archived_at: Nullable(Instant),
  created_at: Instant,
  updated_at: Instant,
};

export const ListView = Type.Object(LIST);

export const CountedListView = Type.Object({
  ...LIST,
  counts: Type.Object({
    subscribed: Type.Integer(),
    unsubscribed: Type.Integer(),
    pending: Type.Integer(),
  }),
});

export const SubscribersBody = Type.Object({
  user_ids: Type.Array(UserId, { minItems: 1, maxItems: USERS_MAX }),
  confirmed: Type.Optional(
    Type.Boolean({ description: 'They have confirmed already: no double opt-in is asked for' }),
  ),
  source: Type.Optional(Source),
});

export const LeaversBody = Type.Object({
  user_ids: Type.Array(UserId, { minItems: 1, maxItems: USERS_MAX }),
  source: Type.Optional(Source),
});

export const SubscribersAnswer = Type.Object({
  data: Type.Array(
    Type.Object({
      user_id: Type.String(),
      state: Nullable(State),
      result: Type.Enum(['changed', 'unchanged', 'unknown_user']),
    }),
  ),
});

export const SubscriberView = Type.Object({
  user_id: Type.String(),
  email: Nullable(Type.String()),
  state: State,
  source: Nullable(Type.String()),
  at: Nullable(Instant),
});

/** Bytes of 10,000 lines with long addresses. */
const CSV_LENGTH_MAX = 4 * 1_048_576;

export const SubscriberImportBody = Type.Object({
  csv: Type.String({
    maxLength: CSV_LENGTH_MAX,
    description:
      'The first line may name the columns user_id and email; without it the first column is user_id',
  }),
  confirmed: Type.Optional(
    Type.Boolean({ description: 'They have confirmed already: no double opt-in is asked for' }),
  ),
  dry_run: Type.Optional(Type.Boolean({ description: 'Tells what would become of each line' })),
});

export const SubscriberImportAnswer = Type.Object({
  changed: Type.Integer(),
  unchanged: Type.Integer(),
  unknown_user: Type.Integer(),
  invalid: Type.Integer(),
  data: Type.Array(
    Type.Object({
      line: Type.Integer({ description: 'From 1, of the file' }),
      user_id: Nullable(Type.String()),
      state: Nullable(State),
      result: Type.Enum(['changed', 'unchanged', 'unknown_user', 'invalid']),
      error: Nullable(Type.String()),
    }),
  ),
});
