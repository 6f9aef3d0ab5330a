import { Type } from 'typebox';
import { Instant, Nullable, Reasons } from '../../platform/http.ts';
import { ENROLLMENT_STATES } from '../schema.ts';

export const State = Type.Enum([...ENROLLMENT_STATES]);

export const PassageView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  series_id: Type.String({ format: 'uuid', description: 'Of the series, or of the broadcast' }),
  series_name: Type.String(),
  type: Type.Enum(['series', 'broadcast', 'confirmation', 'transactional']),
  version: Type.Integer(),
  run: Type.Integer(),
  state: State,
  end_reason: Nullable(Type.String()),
  entered_by: Type.String(),
  entered_at: Instant,
  ended_at: Nullable(Instant),
  step_id: Nullable(Type.String({ description: 'The step that waits or is being worked' })),
  next_due: Nullable(Instant),
  held: Type.Boolean({ description: 'Stands still, because the series is not active' }),
  reasons: Reasons,
  last_step: Nullable(
    Type.Object({
      step_id: Type.String(),
      outcome: Type.String(),
      reason: Nullable(Type.String()),
    }),
  ),
});

const Counts = Type.Object({
  enrollments: Type.Integer(),
  active_enrollments: Type.Integer({ description: 'Of these under way: they end' }),
  steps: Type.Integer(),
  messages: Type.Integer(),
  message_events: Type.Integer(),
  events: Type.Integer(),
  preferences: Type.Integer(),
  consent_changes: Type.Integer(),
  broadcasts: Type.Integer(),
});

export const ErasePreview = Type.Object({ would_erase: Counts });

export const EraseAnswer = Type.Object({ erased: Counts });
