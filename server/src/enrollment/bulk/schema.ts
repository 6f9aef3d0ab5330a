import { Type } from 'typebox';
import { Instant, Nullable } from '../../platform/http.ts';
import { PropertiesSchema } from '../schema.ts';
import { BULK_USERS_MAX } from './bulk-call.ts';

const UserId = Type.String({ minLength: 1, maxLength: 255 });
const dry_run = Type.Optional(
  Type.Boolean({ default: false, description: 'Answers what would happen, and changes nothing' }),
);

export const BulkEnrollBody = Type.Object({
  users: Type.Array(
    Type.Union([
      UserId,
      Type.Object({ user_id: UserId, properties: Type.Optional(PropertiesSchema) }),
    ]),
    { minItems: 1, maxItems: BULK_USERS_MAX },
  ),
  dry_run,
});

export const BulkRemoveBody = Type.Object({
  users: Type.Array(Type.Union([UserId, Type.Object({ user_id: UserId })]), {
    minItems: 1,
    maxItems: BULK_USERS_MAX,
  }),
  dry_run,
});

const Counts = Type.Object(
  {},
  { additionalProperties: Type.Integer(), description: 'How often each result was given' },
);

export const BulkEnrollAnswer = Type.Object({
  dry_run: Type.Boolean(),
  counts: Counts,
  data: Type.Array(
    Type.Object({
      user_id: Nullable(Type.String()),
      result: Type.Enum([
        'enrolled',
        'already_enrolled',
        'already_completed',
        'too_soon',
        'too_often',
        'series_limit',
        'user_not_found',
        'invalid',
      ]),
      scheduled_for: Type.Optional(Instant),
      after: Type.Optional(Instant),
      message: Type.Optional(Type.String()),
      error: Type.Optional(Type.String()),
    }),
    { description: 'One for each user of the call, in its order' },
  ),
});

export const BulkRemoveAnswer = Type.Object({
  dry_run: Type.Boolean(),
  counts: Counts,
  data: Type.Array(
    Type.Object({
      user_id: Nullable(Type.String()),
      result: Type.Enum(['removed', 'not_enrolled', 'user_not_found', 'invalid']),
      error: Type.Optional(Type.String()),
    }),
    { description: 'One for each user of the call, in its order' },
  ),
});
