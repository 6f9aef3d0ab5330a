import { Type, type Static } from 'typebox';
import { Instant, isoOf, Nullable } from '../../platform/http.ts';
import { HANDLED, INBOX_TLS, type Inbox } from './inbox.ts';
import type { InboxInput } from './inboxes.ts';

const Address = Type.String({
  minLength: 3,
  maxLength: 254,
  description: 'Bounces go to `<local>+<token>@<domain>` of it; at most 18 characters before the @',
});
const Name = Type.String({ minLength: 1, maxLength: 255, pattern: '^[^\\u0000-\\u001f\\u007f]+$' });
const server = {
  host: Type.String({ minLength: 1, maxLength: 253 }),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  tls: Type.Enum([...INBOX_TLS]),
  username: Name,
};
const Imap = Type.Object(
  {
    ...server,
    password: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000 })),
    mailbox: Type.Optional(Name),
  },
  { additionalProperties: false },
);
const options = {
  imap: Type.Optional(Nullable(Imap)),
  handled: Type.Optional(Type.Enum([...HANDLED])),
  move_to: Type.Optional(Nullable(Name)),
  enabled: Type.Optional(Type.Boolean()),
};

export const NewInboxBody = Type.Object(
  { address: Address, ...options },
  { additionalProperties: false },
);
export const ChangeInboxBody = Type.Object(
  { address: Type.Optional(Address), ...options },
  { additionalProperties: false },
);

export const InboxView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  address: Type.String(),
  imap: Nullable(Type.Object({ ...server, mailbox: Type.String() })),
  handled: Type.Enum([...HANDLED]),
  move_to: Nullable(Type.String()),
  enabled: Type.Boolean(),
  post_url: Type.String({ description: 'Where mail is posted to; whoever knows it can' }),
  state: Type.Enum(['new', 'working', 'failing', 'post_only', 'off']),
  fault: Nullable(Type.String({ description: 'What was wrong the last time' })),
  fault_at: Nullable(Instant),
  read_at: Nullable(Instant),
  read_count: Type.Integer(),
  created_at: Instant,
  updated_at: Instant,
});

/** The wire's words as the code's. */
export function inputOf(body: Static<typeof ChangeInboxBody>): InboxInput {
  const { address, imap, handled, move_to: moveTo, enabled: isEnabled } = body;
  return { address, imap, handled, moveTo, isEnabled };
}

/** @param postUrl as `postUrlOf` makes it */
export function inboxViewOf(inbox: Inbox, postUrl: string): Static<typeof InboxView> {
  return {
    id: inbox.id,
    address: inbox.address,
    imap: inbox.imap,
    handled: inbox.handled,
    move_to: inbox.moveTo,
    enabled: inbox.isEnabled,
    post_url: postUrl,
    state: stateOf(inbox),
    fault: inbox.fault,
    fault_at: isoOf(inbox.faultAt),
    read_at: isoOf(inbox.readAt),
    read_count: inbox.readCount,
    created_at: inbox.createdAt.toISOString(),
    updated_at: inbox.updatedAt.toISOString(),
  };
}

function stateOf({
  isEnabled,
  imap,
  fault,
  readAt,
}: Inbox): 'new' | 'working' | 'failing' | 'post_only' | 'off' {
  if (!isEnabled) return 'off';
  if (imap === null) return 'post_only';
  if (fault !== null) return 'failing';
  return readAt === null ? 'new' : 'working';
}
