import { Type, type TSchema } from 'typebox';
import { EventFilterRef, EVENT_TYPE_LENGTH_MAX, StepFilterRef } from '../audience/index.ts';
import { Nullable } from '../platform/http.ts';
import { EMAIL_FORMATS, EMAIL_PURPOSES } from '../template/index.ts';
import { STEP_ID_LENGTH_MAX } from './graph.ts';
import { DelaySchema } from './settings/schema.ts';
import type { Step } from './step.ts';
import { BODY_LENGTH_MAX, SENDER_LENGTH_MAX, SUBJECT_LENGTH_MAX } from './steps/email.ts';
import { BRANCHES_MAX, BRANCHES_MIN } from './steps/split.ts';
import { NAMES_MAX, TRAIT_NAME_LENGTH_MAX } from './steps/update-user.ts';
import { URL_LENGTH_MAX } from './steps/webhook.ts';
import {
  VARIANT_NAME_LENGTH_MAX,
  VARIANTS_MAX,
  VARIANTS_MIN,
  WINNER_AFTER_MAX,
  WINNER_AFTER_MIN,
  WINNER_METRICS,
} from './variants.ts';
import { WEIGHT_MAX } from './weights.ts';

const Id = Type.String({
  minLength: 1,
  maxLength: STEP_ID_LENGTH_MAX,
  pattern: '^[A-Za-z0-9_-]+$',
  description: 'Unique in its series; the same step keeps it across versions',
});

const target = (when: string) =>
  Type.Optional(
    Nullable(
      Type.String({
        maxLength: STEP_ID_LENGTH_MAX,
        description:
          `The id of the step that follows${when}. Omitted: the following step of the list. ` +
          'Null: the end.',
      }),
    ),
  );
const next = target('');

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema));
const template = (lengthMax: number, description = 'A Liquid template') =>
  Type.String({ maxLength: lengthMax, description });

const UntilSchema = Type.Object(
  {
    time: optional(Type.String({ description: "HH:MM, in the recipient's zone" })),
    weekday: optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
        minItems: 1,
        maxItems: 7,
        description: 'ISO weekdays, 1 = Monday; not with a date',
      }),
    ),
    date: optional(
      Type.String({ description: 'A field that holds a date: `{{ user.trial_ends_at }}`' }),
    ),
    offset: optional(
      Type.Object(
        {
          amount: Type.Integer(),
          unit: Type.Enum(['minutes', 'hours', 'days', 'weeks']),
        },
        { description: 'Added to the date; an amount below 0 is before it' },
      ),
    ),
  },
  { description: 'At least one of time, weekday and date' },
);

/** What is said and by whom: the same members for an email and for each of its variants. */
const SAID: Readonly<Record<string, TSchema>> = {
  format: optional(
    Type.Enum([...EMAIL_FORMATS], {
      description: 'The frame around the body; without one the body is the whole email',
    }),
  ),
  html: optional(template(BODY_LENGTH_MAX, 'A Liquid template; the body in HTML')),
  mjml: optional(template(BODY_LENGTH_MAX, 'A Liquid template; the body in MJML')),
  content: optional(
    Type.Object(
      {},
      { additionalProperties: true, description: 'The body as rich text: docs/emails.md' },
    ),
  ),
  template_id: optional(Type.String({ format: 'uuid', description: 'The body of a template' })),
  template_version: optional(
    Type.Integer({ minimum: 1, description: 'The newest at publishing when left out' }),
  ),
  text: optional(template(BODY_LENGTH_MAX, 'A Liquid template; made from html when absent')),
  preheader: optional(template(SUBJECT_LENGTH_MAX, 'Shown beside the subject')),
  from: optional(Type.String({ maxLength: SENDER_LENGTH_MAX, description: '`Name <address>`' })),
  reply_to: optional(Type.String({ maxLength: SENDER_LENGTH_MAX })),
  sender_id: optional(Type.String({ format: 'uuid' })),
};

const VariantSchema = Type.Object({
  name: Type.String({
    minLength: 1,
    maxLength: VARIANT_NAME_LENGTH_MAX,
    description: 'Unique in its email: letters, digits, blanks, and `_ . -`',
  }),
  weight: Type.Number({ exclusiveMinimum: 0, maximum: WEIGHT_MAX }),
  subject: optional(template(SUBJECT_LENGTH_MAX)),
  ...SAID,
});

/** What each type has beside `id` and `type`. */
const MEMBERS: { readonly [T in Step['type']]: Readonly<Record<string, TSchema>> } = {
  email: {
    subject: template(SUBJECT_LENGTH_MAX),
    purpose: optional(
      Type.Enum([...EMAIL_PURPOSES], {
        description: 'Transactional emails ignore lists and unsubscriptions; default marketing',
      }),
    ),
    list_id: optional(Type.String({ format: 'uuid', description: 'Marketing only' })),
    ...SAID,
    strict: optional(
      Type.Boolean({ description: 'A missing merge value without a default skips the email' }),
    ),
    tracking: optional(
      Type.Object({ opens: Type.Optional(Type.Boolean()), clicks: Type.Optional(Type.Boolean()) }),
    ),
    variants: optional(
      Type.Array(VariantSchema, {
        minItems: VARIANTS_MIN,
        maxItems: VARIANTS_MAX,
        description: 'Each person gets one of these, always the same: docs/emails.md',
      }),
    ),
    winner: optional(
      Type.Object(
        {
          metric: Type.Enum([...WINNER_METRICS]),
          after: Type.Integer({
            minimum: WINNER_AFTER_MIN,
            maximum: WINNER_AFTER_MAX,
            description: 'Messages of all variants together before anything is decided',
          }),
          confidence: optional(
            Type.Number({ description: 'From 0.8 to 0.9999; 0.95 when left out' }),
          ),
        },
        { description: 'When one variant is better for sure, everybody after gets it' },
      ),
    ),
    delay: optional(DelaySchema),
    next,
  },
  wait: { delay: optional(DelaySchema), until: optional(UntilSchema), next },
  wait_for_event: {
    event_type: Type.String({ minLength: 1, maxLength: EVENT_TYPE_LENGTH_MAX }),
    filter: optional(EventFilterRef),
    timeout: DelaySchema,
    next: target(' when it happened'),
    on_timeout: target(' when it did not happen in time'),
  },
  condition: {
    filter: StepFilterRef,
    yes: target(' for whom the filter holds'),
    no: target(' for everybody else'),
  },
  split: {
    branches: Type.Array(
      Type.Object({ weight: Type.Number({ exclusiveMinimum: 0, maximum: WEIGHT_MAX }), next }),
      { minItems: BRANCHES_MIN, maxItems: BRANCHES_MAX },
    ),
  },
  update_user: {
    set: optional(
      Type.Object(
        {},
        {
          additionalProperties: true,
          maxProperties: NAMES_MAX,
          description: 'Traits; texts in it are Liquid templates, null deletes',
        },
      ),
    ),
    remove: optional(
      Type.Array(Type.String({ minLength: 1, maxLength: TRAIT_NAME_LENGTH_MAX }), {
        maxItems: NAMES_MAX,
      }),
    ),
    next,
  },
  webhook: {
    url: Type.String({ maxLength: URL_LENGTH_MAX, description: 'https:// or http://' }),
    data: Type.Optional(
      Type.Unknown({ description: 'Sent as `data`; texts in it are Liquid templates' }),
    ),
    set_traits: optional(
      Type.Boolean({ description: 'Whether `{"traits":{…}}` in the answer is written' }),
    ),
    next,
  },
  end: {},
};

/** One step as a client sends it: `type` says which members it has. See docs/steps.md. */
export const StepSchema = Type.Union(
  Object.entries(MEMBERS).map(([type, members]) =>
    Type.Object({ id: Id, type: Type.Literal(type), ...members }, { title: type }),
  ),
);
