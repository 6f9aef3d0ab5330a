import { mergeFactsOf, type User } from '../audience/index.ts';
import { messageUuidOf } from '../platform/ids.ts';
import type { CompiledEmail } from '../template/index.ts';
import { composeMessage, messageIdOf, renderEmail } from '../template/index.ts';
import { parseAddress } from '../platform/email-address.ts';
import type { OutgoingMessage } from '../transport/index.ts';
import type { EmailStep } from '../series/index.ts';
import { storable, type NewMessage } from './message.ts';

/** Who sends where a step names nobody. */
export interface Sender {
  readonly workspaceName: string;
  /** `Name <address>` or a bare address. */
  readonly from: string;
  readonly replyTo: string | null;
}

/** The step occurrence that a message is composed for. */
export interface Occurrence {
  readonly bucket: number;
  readonly workspaceId: string;
  readonly enrollmentId: string;
  readonly seq: number;
  readonly automationId: string;
  readonly dueAt: Date;
}

export type Composed =
  | { readonly kind: 'composed'; readonly message: NewMessage; readonly outgoing: OutgoingMessage }
  /** The person cannot be written to: the step is skipped. */
  | { readonly kind: 'skipped'; readonly reason: string }
  /** The email is wrong: the step fails, and the message is kept to be seen. */
  | { readonly kind: 'failed'; readonly reason: string; readonly message: NewMessage };

/**
 * One user's message for one step occurrence, from facts as they are now.
 *
 * The same ids come out for every attempt, so that no retry can become a second message.
 */
export function compose({
  occurrence,
  step,
  email,
  user,
  properties,
  sender,
  transport,
  now,
}: {
  occurrence: Occurrence;
  step: EmailStep;
  email: CompiledEmail;
  user: User;
  /** What the enrolling call brought along: merge tags name it `event`. */
  properties: Readonly<Record<string, unknown>>;
  sender: Sender;
  transport: string;
  now: Date;
}): Composed {
  if (user.email === null) return { kind: 'skipped', reason: 'no_address' };
  const { enrollmentId, seq, bucket, workspaceId, automationId, dueAt } = occurrence;
  const from = step.from ?? sender.from;
  const replyTo = step.reply_to ?? sender.replyTo;
  const facts = {
    ...mergeFactsOf(user),
    event: properties,
    workspace: { name: sender.workspaceName },
    now: now.toISOString(),
  };
  const rendered = renderEmail(email, facts);
  const parts =
    rendered.kind === 'rendered' ? rendered : { subject: step.subject, html: '', text: '' };
  const message: NewMessage = {
    bucket,
    id: messageUuidOf(enrollmentId, seq),
    workspaceId,
    enrollmentId,
    seq,
    automationId,
    userId: user.id,
    userExternalId: user.externalId,
    stepId: step.id,
    transport,
    from,
    to: user.email,
    subject: storable(parts.subject),
    html: storable(parts.html),
    text: storable(parts.text),
    headers: replyTo === null ? {} : { 'Reply-To': replyTo },
    messageId: messageIdOf(enrollmentId, seq, domainOf(from)),
    scheduledFor: dueAt,
    now,
  };
  if (rendered.kind === 'failed') {
    return { kind: 'failed', reason: storable(rendered.reason), message };
  }
  return outgoingOf(message, { from, replyTo, subject: rendered.subject });
}

/**
 * The message as bytes. What a header may not hold is found here, after merging.
 *
 * @param subject as it was merged: what is stored of it may already have been made harmless
 */
function outgoingOf(
  message: NewMessage,
  { from, replyTo, subject }: { from: string; replyTo: string | null; subject: string },
): Composed {
  const sender = parseAddress(from);
  const recipient = parseAddress(message.to);
  if (sender === null) return { kind: 'failed', reason: 'the sender is not an address', message };
  if (recipient === null) return { kind: 'skipped', reason: 'invalid_address' };
  const { html, text, messageId, now: date, id } = message;
  const mime = composeMessage({
    from: sender,
    to: recipient,
    replyTo: replyTo === null ? null : parseAddress(replyTo),
    subject,
    html,
    text,
    messageId,
    date,
  });
  if (mime.kind === 'failed') return { kind: 'failed', reason: mime.reason, message };
  const { envelope, raw } = mime;
  return { kind: 'composed', message, outgoing: { id, envelope, raw, messageId } };
}

const domainOf = (from: string): string =>
  parseAddress(from)?.address.split('@').at(-1) ?? 'localhost';
