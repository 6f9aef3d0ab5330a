/** What a person chose about a list, or about all marketing. */
export type ConsentState = 'subscribed' | 'unsubscribed' | 'pending';

/** Whether a person has to choose a kind of mail, or may decline it. */
export type ListKind = 'opt_in' | 'opt_out';

/** Marketing asks for consent; transactional mail answers what the person did. */
export type Purpose = 'marketing' | 'transactional';

/** Why an address, or a person, must not be mailed. */
export type SuppressionReason = 'hard_bounce' | 'complaint' | 'manual' | 'import' | 'unsubscribe';

/** The strongest first: that one is told. Only the last stops nothing but marketing. */
export const SUPPRESSION_REASONS: readonly SuppressionReason[] = [
  'complaint',
  'hard_bounce',
  'manual',
  'import',
  'unsubscribe',
];

/** Names a user by the internal id. */
export interface UserRef {
  readonly bucket: number;
  readonly userId: string;
}

/** One change of what a person wants. */
export interface PreferenceChange {
  /** Null: all marketing. */
  readonly listId: string | null;
  readonly to: ConsentState;
}

/** A change that was made. */
export interface ConsentChange {
  readonly listId: string | null;
  /** Null when nothing had been chosen before. */
  readonly before: ConsentState | null;
  readonly after: ConsentState;
}

/** An email that is about to be written to somebody: may it? */
export interface ConsentAsk extends UserRef {
  readonly workspaceId: string;
  readonly address: string;
  readonly purpose: Purpose;
  /** The list that the email belongs to; null for none. */
  readonly listId: string | null;
}

/** The same, as the database is asked. Both hashes are hexadecimal. */
export interface HashedAsk {
  readonly purpose: Purpose;
  readonly listId: string | null;
  readonly addressHash: string;
  readonly userHash: string;
}

/**
 * What a person gets who has chosen nothing: a list to be joined sends nothing, one to be left does.
 */
export const stateWithoutChoice = (kind: ListKind): ConsentState =>
  kind === 'opt_out' ? 'subscribed' : 'unsubscribed';

/** Proof that the person has agreed beyond the click of a form: a double opt-in asks no further. */
const CONFIRMED = 'confirmed';

/**
 * What a wish comes to. Joining a list with double opt-in waits for the person's confirmation, unless
 * that is what brings the wish, or the person is on the list already.
 */
export function stateAfter(
  to: ConsentState,
  {
    isDoubleOptIn,
    before,
    source,
  }: {
    isDoubleOptIn: boolean;
    before: ConsentState | null;
    source: string;
  },
): ConsentState {
  const mustConfirm = to === 'subscribed' && isDoubleOptIn && source !== CONFIRMED;
  return mustConfirm && before !== 'subscribed' ? 'pending' : to;
}
