import { Type } from 'typebox';
import { Instant, Nullable } from '../../platform/http.ts';
import { SUPPRESSION_REASONS } from '../consent.ts';
import { LINES_MAX } from './import-suppressions.ts';

const EMAIL_LENGTH_MAX = 320;
const NOTE_LENGTH_MAX = 500;
/** Of a whole file: ten thousand long lines. */
const CSV_LENGTH_MAX = 7_000_000;

export const Reason = Type.Enum([...SUPPRESSION_REASONS], {
  description: 'unsubscribe stops marketing; every other stops all mail',
});
export const Email = Type.String({ minLength: 3, maxLength: EMAIL_LENGTH_MAX });
export const UserId = Type.String({ minLength: 1, maxLength: 255 });
export const Note = Type.String({ minLength: 1, maxLength: NOTE_LENGTH_MAX });

export const SuppressionView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  kind: Type.Enum(['address', 'user']),
  email: Nullable(Type.String({ description: 'Null when it is a user, or has been erased' })),
  user_id: Nullable(Type.String({ description: 'Null when it is an address, or was erased' })),
  reason: Reason,
  source: Type.String(),
  detail: Type.Object({}, { additionalProperties: true }),
  created_at: Instant,
});

export const SuppressionCounts = Type.Object({
  total: Type.Integer(),
  by_reason: Type.Object({
    hard_bounce: Type.Integer(),
    complaint: Type.Integer(),
    manual: Type.Integer(),
    import: Type.Integer(),
    unsubscribe: Type.Integer(),
  }),
});

export const SuppressionBody = Type.Object({
  email: Type.Optional(Email),
  user_id: Type.Optional(UserId),
  reason: Type.Optional(Reason),
  note: Type.Optional(Note),
});

export const ImportBody = Type.Object({
  csv: Type.Optional(Type.String({ maxLength: CSV_LENGTH_MAX })),
  rows: Type.Optional(
    Type.Array(
      Type.Object({
        email: Type.Optional(Type.String({ maxLength: EMAIL_LENGTH_MAX })),
        user_id: Type.Optional(Type.String({ maxLength: 255 })),
        reason: Type.Optional(Type.String({ maxLength: 100 })),
      }),
      { maxItems: LINES_MAX },
    ),
  ),
});

export const ImportAnswer = Type.Object({
  added: Type.Integer(),
  present: Type.Integer(),
  invalid: Type.Integer(),
  data: Type.Array(
    Type.Object({
      line: Type.Integer(),
      result: Type.Enum(['added', 'present', 'invalid']),
      error: Nullable(Type.String()),
    }),
  ),
});
