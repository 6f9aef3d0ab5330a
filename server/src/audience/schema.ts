import { Type } from 'typebox';
import { Instant } from '../platform/http.ts';
import { USER_ID_LENGTH_MAX } from './user.ts';

const Text = Type.Union([Type.String(), Type.Null()]);
const Data = Type.Object({}, { additionalProperties: true });

/** The body of `POST /api/sdk/users/identify`. */
export const IdentifyBody = Type.Object({
  user_id: Type.String({ minLength: 1, maxLength: USER_ID_LENGTH_MAX }),
  traits: Type.Optional(
    Type.Object(
      {},
      {
        additionalProperties: true,
        description:
          'name, email, timezone, locale and signed_up_at have columns of their own. Null deletes.',
      },
    ),
  ),
  context: Type.Optional(Data),
  session_id: Type.Optional(Type.String({ maxLength: 200 })),
  user_token: Type.Optional(Type.String({ description: 'HS256, claim user_id' })),
});

export const IdentifyAnswer = Type.Object({
  success: Type.Literal(true),
  created: Type.Boolean(),
  warnings: Type.Optional(Type.Array(Type.String())),
});

/** A user as the API shows them. */
export const UserView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  user_id: Type.String(),
  email: Text,
  name: Text,
  timezone: Text,
  locale: Text,
  signed_up_at: Type.Union([Instant, Type.Null()]),
  traits: Data,
  context: Data,
  first_seen: Instant,
  last_seen: Instant,
  created_at: Instant,
  updated_at: Instant,
});
