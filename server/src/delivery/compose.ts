import {
  companyMergeFactsOf,
  mergeFactsOf,
  type CompanyFact,
  type User,
} from '../audience/index.ts';
import { parseAddress } from '../platform/email-address.ts';
import { messageUuidOf } from '../platform/ids.ts';
import type { EmailStep } from '../series/index.ts';
import {
  composeMessage,
  messageIdOf,
  rewriteLinks,
  trackingOf,
  workspaceFactsOf,
  type EmailContent,
  type EmailFacts,
  type RenderedEmail,
  type WorkspaceSaid,
} from '../template/index.ts';
import type { OutgoingMessage } from '../transport/index.ts';
import type { MailKit, MailList, ReturnAddresses } from './mail-kit.ts';
import { storable, type NewMessage } from './message.ts';
import { sentAs, type NamedSender } from './senders/sender-book.ts';
import { unsubscribeOf, type Unsubscribe } from './unsubscribe.ts';

/** What a side says of itself in its mail, and who sends where a step names nobody. */
export interface Sender extends Pick<WorkspaceSaid, 'postalAddress' | 'brand'> {
  readonly workspaceName: string;
  /** `Name <address>` or a bare address. */
  readonly from: string;
  readonly replyTo: string | null;
  /** What is followed where list and email allow it; nothing, when left out. */
  readonly tracking?: { readonly opens: boolean; readonly clicks: boolean };
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

/** The same, with what merge tags may say of the passage. */
export interface EmailOccurrence extends Occurrence {
  readonly enteredAt: Date;
}

/** One email to one person. */
export interface Composing {
  readonly occurrence: EmailOccurrence;
  readonly step: EmailStep;
  readonly content: EmailContent;
  /** As stored with the message. */
  readonly variant: string | null;
  readonly user: User;
  /** Whether nobody is known by it: only an address is. */
  readonly isStranger?: boolean;
  /** On top of the usual ones, which win. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly company: CompanyFact | null;
  /** What the enrolling call brought along: merge tags name it `event`. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly sender: Sender;
  /** As stored with the message. Of captured mail nothing is followed. */
  readonly transport: string;
  readonly now: Date;
}

export type Composed =
  | {
      readonly kind: 'composed';
      readonly message: NewMessage;
      readonly outgoing: OutgoingMessage;
      /** Where its links lead: to be kept before it leaves. */
      readonly urls: readonly string[];
    }
  /** The person cannot be written to: the step is skipped. */
  | { readonly kind: 'skipped'; readonly reason: string }
  /** The email is wrong: the step fails, and the message is kept to be seen. */
  | { readonly kind: 'failed'; readonly reason: string; readonly message: NewMessage };

/**
 * Users' messages for step occurrences, from facts as they are now, in the order of the items.
 *
 * The same ids come out for every attempt, so that no retry can become a second message.
 */
export async function composeAll(kit: MailKit, items: readonly Composing[]): Promise<Composed[]> {
  const drafts = await Promise.all(items.map((item) => draftOf(kit, item)));
  const rendered = await kit.render(
    drafts.map(({ item: { content }, facts }) => ({ content, facts })),
  );
  return drafts.map((draft, place) => {
    const one = rendered[place];
    if (one === undefined) throw new Error('the renderer gave fewer emails than it got');
    return composedOf(kit, draft, one);
  });
}

/** An email before it is rendered. */
interface Draft {
  readonly item: Composing;
  readonly id: string;
  readonly facts: EmailFacts;
  readonly unsubscribe: Unsubscribe;
  readonly list: MailList | null;
  readonly back: ReturnAddresses | null;
  readonly as: NamedSender;
}

async function draftOf(kit: MailKit, item: Composing): Promise<Draft> {
  const { occurrence, step, user, company, properties, sender, now } = item;
  const { workspaceId, enrollmentId, seq, enteredAt } = occurrence;
  const id = messageUuidOf(enrollmentId, seq);
  const listId = step.list_id ?? null;
  const list = listId === null ? null : await kit.listOf({ workspaceId, id: listId });
  const { from: sideFrom, replyTo } = sender;
  const as = await sentAs(kit.book, { workspaceId, step, side: { from: sideFrom, replyTo } });
  const domain = domainOf(as.kind === 'found' ? as.from : sideFrom);
  const back = await kit.returnOf({ workspaceId, messageId: id, domain });
  const purpose = step.purpose ?? 'marketing';
  const unsubscribe = unsubscribeOf({
    signer: kit.signer,
    publicUrl: kit.publicUrl(),
    workspaceId,
    userId: user.id,
    messageId: id,
    list,
    purpose,
    mailto: back?.unsubscribe ?? null,
  });
  const from = as.kind === 'found' ? parseAddress(as.from) : null;
  const { workspaceName: name, postalAddress = null, brand = {} } = sender;
  const facts: EmailFacts = {
    ...mergeFactsOf(user),
    company: company === null ? null : companyMergeFactsOf(company),
    event: properties,
    enrollment: { id: enrollmentId, entered_at: enteredAt.toISOString() },
    workspace: workspaceFactsOf({ name, postalAddress, brand }),
    sender: { name: from?.name ?? null, address: from?.address ?? '' },
    unsubscribe_url: purpose === 'marketing' ? unsubscribe.unsubscribeUrl : null,
    preferences_url: item.isStranger === true ? null : unsubscribe.preferencesUrl,
    now: now.toISOString(),
  };
  return { item, id, facts, unsubscribe, list, back, as };
}

function composedOf(kit: MailKit, draft: Draft, rendered: RenderedEmail): Composed {
  const { item, id, unsubscribe, as } = draft;
  const { occurrence, step, variant, user, sender, transport, now } = item;
  const { enrollmentId, seq, bucket, workspaceId, automationId, dueAt } = occurrence;
  if (user.email === null) return { kind: 'skipped', reason: 'no_address' };
  if (rendered.kind === 'failed' && rendered.missing !== undefined) {
    return { kind: 'skipped', reason: storable(rendered.reason) };
  }
  // Of a sender that is missing nothing leaves; what is kept to be seen says who it would else be from.
  const { from, replyTo } = as.kind === 'found' ? as : sender;
  const parts =
    rendered.kind === 'rendered' ? rendered : { subject: step.subject, html: '', text: '' };
  const { html, urls } = followed(kit, draft, parts.html);
  const headers = {
    ...item.headers,
    ...unsubscribe.headers,
    // For the reports of mailbox providers: the most telling part comes first.
    'Feedback-ID': `${automationId}:${workspaceId}:${step.purpose ?? 'marketing'}:milepost`,
  };
  const message: NewMessage = {
    bucket,
    id,
    workspaceId,
    enrollmentId,
    seq,
    automationId,
    userId: user.id,
    userExternalId: user.externalId,
    stepId: step.id,
    variant,
    listId: (step.purpose ?? 'marketing') === 'marketing' ? (step.list_id ?? null) : null,
    transport,
    from,
    to: user.email,
    subject: storable(parts.subject),
    html: storable(html),
    text: storable(parts.text),
    headers: replyTo === null ? headers : { 'Reply-To': replyTo, ...headers },
    messageId: messageIdOf(enrollmentId, seq, domainOf(from)),
    scheduledFor: dueAt,
    now,
  };
  if (as.kind === 'missing') return { kind: 'failed', reason: as.reason, message };
  if (rendered.kind === 'failed') {
    return { kind: 'failed', reason: storable(rendered.reason), message };
  }
  const { subject } = rendered;
  return outgoingOf(message, { from, replyTo, subject, headers, urls, back: draft.back });
}

/** The HTML with its links and openings followed, as far as everybody concerned allows it. */
function followed(
  { follower }: MailKit,
  { item: { sender, step, transport, occurrence }, id, list }: Draft,
  html: string,
): { html: string; urls: readonly string[] } {
  const none = { opens: false, clicks: false };
  const { opens, clicks } = trackingOf(
    sender.tracking ?? none,
    list?.tracking ?? null,
    step.tracking ?? null,
  );
  if (follower === null || transport === 'capture' || html === '' || !(opens || clicks)) {
    return { html, urls: [] };
  }
  const { workspaceId } = occurrence;
  const { linkFor, pixelUrl, honeypotUrl, isOwn } = follower.linksOf({
    workspaceId,
    messageId: id,
  });
  return rewriteLinks(html, {
    linkFor: clicks ? linkFor : null,
    honeypotUrl: clicks ? honeypotUrl : null,
    pixelUrl: opens ? pixelUrl : null,
    isOwn,
  });
}

/**
 * The message as bytes. What a header may not hold is found here, after merging.
 *
 * @param subject as it was merged: what is stored of it may already have been made harmless
 */
function outgoingOf(
  message: NewMessage,
  {
    from,
    replyTo,
    subject,
    headers,
    urls,
    back,
  }: {
    from: string;
    replyTo: string | null;
    subject: string;
    headers: Readonly<Record<string, string>>;
    urls: readonly string[];
    back: ReturnAddresses | null;
  },
): Composed {
  const sender = parseAddress(from);
  const recipient = parseAddress(message.to);
  if (sender === null) return { kind: 'failed', reason: 'the sender is not an address', message };
  if (recipient === null) return { kind: 'skipped', reason: 'invalid_address' };
  const { html, text, messageId, now: date, id } = message;
  const parts = {
    from: sender,
    replyTo: replyTo === null ? null : parseAddress(replyTo),
    subject,
    html,
    text,
    headers,
  };
  const mime = composeMessage({ ...parts, to: recipient, messageId, date });
  if (mime.kind === 'failed') return { kind: 'failed', reason: mime.reason, message };
  const { envelope, raw } = mime;
  return {
    kind: 'composed',
    message,
    urls,
    outgoing: {
      id,
      envelope: back === null ? envelope : { ...envelope, from: back.returnPath },
      raw,
      messageId,
      idempotencyKey: id,
      parts: { ...parts, to: [recipient] },
    },
  };
}

const domainOf = (from: string): string =>
  parseAddress(from)?.address.split('@').at(-1) ?? 'localhost';
