import { Type } from 'typebox';
import { Nullable } from '../platform/http.ts';
import { AutomationView, NAME_LENGTH_MAX } from '../series/index.ts';

/** What creates a broadcast. A draft may still lack its content. */
export const BroadcastBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX }),
  subject: Type.Optional(Type.String({ maxLength: 998 })),
  html: Type.Optional(Type.String({ maxLength: 500_000 })),
  text: Type.Optional(Nullable(Type.String())),
  preheader: Type.Optional(Nullable(Type.String())),
  from: Type.Optional(Nullable(Type.String())),
  reply_to: Type.Optional(Nullable(Type.String())),
});

/** A broadcast. */
export const BroadcastView = Type.Object(
  { ...AutomationView, type: Type.Literal('broadcast') },
  { additionalProperties: true },
);
