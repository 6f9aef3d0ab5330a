import { Type } from 'typebox';
import { Nullable } from '../../platform/http.ts';
import { EVENTS_PER_CALL_MAX } from '../event.ts';
import { EXTERNAL_ID_LENGTH_MAX } from '../traits-input.ts';
import { USERS_PER_CALL_MAX } from '../update-users-input.ts';

const ExternalId = Type.String({ minLength: 1, maxLength: EXTERNAL_ID_LENGTH_MAX });
const Success = Type.Literal(true);
const UserToken = Type.Optional(Type.String({ description: 'HS256, claim user_id' }));
const SessionId = Type.Optional(Type.String({ description: 'Cut to 200 characters' }));

const data = (description: string) =>
  Type.Optional(Type.Object({}, { additionalProperties: true, description }));
const Context = data('Merged key by key like traits');
const UserTraits = data(
  'name, email, timezone, locale and signed_up_at have columns of their own. Null deletes.',
);

/** The body of `POST /api/sdk/users/identify`. */
export const IdentifyBody = Type.Object({
  user_id: ExternalId,
  traits: UserTraits,
  context: Context,
  session_id: Type.Optional(Type.String({ maxLength: 200 })),
  user_token: UserToken,
});

export const IdentifyAnswer = Type.Object({
  success: Success,
  created: Type.Boolean(),
  warnings: Type.Optional(Type.Array(Type.String())),
});

/** The body of `POST /api/sdk/users/update`. */
export const UsersBody = Type.Object({
  users: Type.Array(Type.Object({ user_id: ExternalId, traits: UserTraits, context: Context }), {
    maxItems: USERS_PER_CALL_MAX,
  }),
  update_only: Type.Optional(
    Type.Boolean({ description: 'Leaves out users whom nobody knows', default: false }),
  ),
  user_token: Type.Optional(
    Type.String({ description: 'HS256, claim scope "users.update", exp at most an hour ahead' }),
  ),
});

export const UsersAnswer = Type.Object({
  success: Success,
  created: Type.Integer(),
  updated: Type.Integer(),
  skipped: Type.Integer(),
  errors: Type.Array(
    Type.Object({
      index: Type.Integer(),
      user_id: Nullable(Type.String()),
      error: Type.String(),
    }),
  ),
});

/** The body of `POST /api/sdk/companies/identify`. */
export const CompanyBody = Type.Object({
  company_id: ExternalId,
  user_id: Type.Optional(ExternalId),
  traits: data(
    'name, domain, industry, plan, employee_count and signed_up_at have columns of their own. ' +
      'Null deletes.',
  ),
  context: Context,
  user_token: UserToken,
});

export const CompanyAnswer = Type.Object({ success: Success, created: Type.Boolean() });

/** The body of `POST /api/sdk/events`. */
export const EventsBody = Type.Object({
  user_id: Type.Optional(ExternalId),
  session_id: SessionId,
  user_token: UserToken,
  events: Type.Array(
    Type.Object({
      event_type: Type.String({ minLength: 1, description: 'Cut to 100 characters' }),
      occurred_at: Type.Optional(
        Type.String({ description: 'ISO 8601; now when it is left out or lies ahead' }),
      ),
      event_id: Type.Optional(ExternalId),
      element_selector: Type.Optional(Type.String({ description: 'Cut to 500 characters' })),
      page_url: Type.Optional(Type.String({ description: 'Cut to 2,000 characters' })),
      metadata: data('At most 10,000 bytes as JSON'),
    }),
    { minItems: 1, maxItems: EVENTS_PER_CALL_MAX },
  ),
});

export const EventsAnswer = Type.Object({ success: Success });
