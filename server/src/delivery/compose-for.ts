import { companiesByIds, usersByIds, type Company, type User } from '../audience/index.ts';
import type { ConsentKey, HashedAsk } from '../consent/index.ts';
import type { Db } from '../platform/db.ts';
import { bucketOf } from '../platform/ids.ts';
import { composeAll, type Composed, type Composing, type Sender } from './compose.ts';
import { askConsent } from './consent-ask.ts';
import type { MailKit } from './mail-kit.ts';

export interface ComposeDeps {
  readonly db: Db;
  readonly kit: MailKit;
  readonly senderOf: (workspaceId: string) => Promise<Sender>;
  readonly consentKey: ConsentKey;
}

/** One email that is due to a user. */
export interface EmailDue extends Pick<
  Composing,
  'occurrence' | 'step' | 'content' | 'variant' | 'properties' | 'transport' | 'now' | 'headers'
> {
  readonly userId: string;
  /** Where it goes, whatever address the user has, or whether there is a user. */
  readonly to?: string | null;
}

/** An email as it would leave, with what consent is asked again when it does; or why it does not. */
export type Ready =
  | (Extract<Composed, { kind: 'composed' }> & { readonly consent: HashedAsk })
  | Exclude<Composed, { kind: 'composed' }>;

/**
 * Composes emails from the users as they are now, if they may be written to: one query of a kind for
 * all. Where their links lead is kept, so that they may leave at once.
 *
 * @returns in the order of the emails
 */
export async function composeFor(
  { db, kit, senderOf, consentKey }: ComposeDeps,
  emails: readonly EmailDue[],
): Promise<Ready[]> {
  const known = await usersByIds(
    db,
    emails.map(({ occurrence: { bucket }, userId: id }) => ({ bucket, id })),
  );
  const companies = await companiesOf(db, [...known.values()]);
  const users = emails.map((email) => recipientOf(email, known.get(email.userId)));
  const asked = await askConsent(
    { db, consentKey },
    emails.map(({ occurrence: { workspaceId }, step }, place) => ({
      workspaceId,
      step,
      user: users[place],
    })),
  );
  const items: { place: number; consent: HashedAsk; item: Composing }[] = [];
  const ready: Ready[] = [];
  for (const [place, email] of emails.entries()) {
    const user = users[place];
    const ask = asked[place] ?? null;
    ready.push({ kind: 'skipped', reason: reasonOf(user, ask) });
    if (user === undefined || ask === null || ask.refusal !== null) continue;
    const company = companies.get(user.companyId ?? '') ?? null;
    const sender = await senderOf(email.occurrence.workspaceId);
    const isStranger = !known.has(email.userId);
    const item = { ...email, user, isStranger, company, sender };
    items.push({ place, consent: ask.consent, item });
  }
  const composed = await composeAll(
    kit,
    items.map(({ item }) => item),
  );
  for (const [at, { place, consent }] of items.entries()) {
    const one = composed[at];
    if (one !== undefined) ready[place] = one.kind === 'composed' ? { ...one, consent } : one;
  }
  await kit.follower?.keep(db, composed.flatMap(urlsOf));
  return ready;
}

/** Whom an email is for: its user, at the address that it names, or whoever reads mail there. */
function recipientOf({ to, userId, occurrence }: EmailDue, user: User | undefined) {
  if (to === undefined || to === null) return user;
  return user === undefined ? strangerAt(to, { userId, occurrence }) : { ...user, email: to };
}

const strangerAt = (
  email: string,
  {
    userId: id,
    occurrence: { bucket, workspaceId, enteredAt },
  }: Pick<EmailDue, 'userId' | 'occurrence'>,
): User => ({
  bucket,
  id,
  workspaceId,
  externalId: email,
  email,
  name: null,
  timezone: null,
  locale: null,
  signedUpAt: null,
  companyId: null,
  traits: {},
  context: {},
  firstSeen: enteredAt,
  lastSeen: enteredAt,
  createdAt: enteredAt,
  updatedAt: enteredAt,
});

function reasonOf(user: User | undefined, ask: { refusal: string | null } | null): string {
  if (user === undefined) return 'user_erased';
  return ask === null ? 'no_address' : (ask.refusal ?? '');
}

async function companiesOf(db: Db, users: readonly User[]): Promise<Map<string, Company>> {
  const ids = new Set(users.flatMap(({ companyId }) => (companyId === null ? [] : [companyId])));
  if (ids.size === 0) return new Map();
  return companiesByIds(
    db,
    [...ids].map((id) => ({ bucket: bucketOf(id), id })),
  );
}

const urlsOf = (one: Composed): { workspaceId: string; url: string }[] =>
  one.kind === 'composed'
    ? one.urls.map((url) => ({ workspaceId: one.message.workspaceId, url }))
    : [];
