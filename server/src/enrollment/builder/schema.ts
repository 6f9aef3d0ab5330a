import { Type } from 'typebox';
import { Instant, Nullable } from '../../platform/http.ts';

const Count = Type.Integer();

/** What became of each step. */
export const StepCountsView = Type.Object({
  is_exact: Type.Boolean({ description: 'False where a count is “at least”' }),
  steps: Type.Object(
    {},
    {
      description: 'By the id of the step, in all versions and the draft',
      additionalProperties: Type.Object({
        waiting: Count,
        processing: Count,
        passed: Count,
        skipped: Count,
        failed: Count,
        cancelled: Count,
        in_doubt: Count,
        sent: Count,
        is_exact: Type.Boolean(),
      }),
    },
  ),
});

export const StepPersonView = Type.Object({
  user_id: Nullable(Type.String({ description: 'Null for one who was erased' })),
  email: Nullable(Type.String()),
  name: Nullable(Type.String()),
  enrollment_id: Type.String({ format: 'uuid' }),
  version: Type.Integer(),
  state: Type.Enum(['waiting', 'processing', 'passed', 'skipped', 'failed', 'cancelled']),
  at: Nullable({ ...Instant, description: 'When it came to that; null while they wait' }),
  due_at: Instant,
  reason: Nullable(Type.String()),
  message_id: Nullable(Type.String({ format: 'uuid' })),
});

const Value = Type.Unknown({ description: 'Null where it is left out' });
const Fields = Type.Array(Type.Object({ name: Type.String(), before: Value, after: Value }));
const Steps = Type.Array(Type.Object({ step_id: Type.String(), type: Type.String() }));

export const DiffView = Type.Object({
  from_version: Nullable(Type.Integer({ description: 'Null: nothing is published yet' })),
  is_same: Type.Boolean(),
  added: Steps,
  removed: Steps,
  changed: Type.Array(Type.Object({ step_id: Type.String(), fields: Fields }), {
    description: 'Steps that would do something else',
  }),
  moved: Type.Array(Type.Object({ step_id: Type.String(), fields: Fields }), {
    description: 'Steps that would lead elsewhere',
  }),
  settings: Fields,
});
