import { Type } from 'typebox';
import { EMAIL_FORMATS } from '../../template/index.ts';
import { PropertiesSchema } from '../schema.ts';
import { HEADER_LENGTH_MAX, HEADERS_MAX } from './email.ts';

const BODY_LENGTH_MAX = 500_000;
const SENDER_LENGTH_MAX = 400;
const uuid = { format: 'uuid' };
const text = (description: string, maxLength = BODY_LENGTH_MAX) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description }));

/** The body of `POST /api/v1/messages`. */
export const MessageBody = Type.Object(
  {
    user_id: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        description:
          'A known user: merge tags name their data, and their timeline shows the message',
      }),
    ),
    to: Type.Optional(
      Type.String({
        minLength: 3,
        maxLength: 254,
        description:
          'A bare address; nobody has to be known by it. Beside user_id it goes here instead of to the address of the user',
      }),
    ),
    subject: Type.String({ minLength: 1, maxLength: 998, description: 'May have merge tags' }),
    html: text('One body: html, mjml, or template_id'),
    mjml: text('One body: html, mjml, or template_id'),
    template_id: Type.Optional(Type.String({ ...uuid, description: 'A template of this side' })),
    template_version: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'The newest when left out' }),
    ),
    text: text('Made from the body when left out'),
    preheader: text('The line that inboxes show beside the subject', 998),
    format: Type.Optional(Type.Enum([...EMAIL_FORMATS])),
    strict: Type.Optional(
      Type.Boolean({ description: 'Whether a merged value that is missing refuses the message' }),
    ),
    from: text('An address, or a name and an address', SENDER_LENGTH_MAX),
    sender_id: Type.Optional(Type.String({ ...uuid, description: 'A sender of this side' })),
    reply_to: text('An address, or a name and an address', SENDER_LENGTH_MAX),
    properties: Type.Optional(PropertiesSchema),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String({ maxLength: HEADER_LENGTH_MAX }), {
        maxProperties: HEADERS_MAX,
        description: 'On top of those that every message has, such as X-Order or References',
      }),
    ),
    tracking: Type.Optional(
      Type.Object(
        { opens: Type.Optional(Type.Boolean()), clicks: Type.Optional(Type.Boolean()) },
        { additionalProperties: false, description: 'Nothing is followed when left out' },
      ),
    ),
  },
  { additionalProperties: false },
);
