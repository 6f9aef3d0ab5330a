import {
  hashedAsk,
  refusalsOf,
  type ConsentAsk,
  type ConsentKey,
  type HashedAsk,
} from '../consent/index.ts';
import type { Db } from '../platform/db.ts';
import type { EmailStep } from '../series/index.ts';

/** An email that is to go to somebody. */
export interface EmailTo {
  readonly workspaceId: string;
  readonly step: Pick<EmailStep, 'purpose' | 'list_id'>;
  /** Undefined when the user has been erased. */
  readonly user:
    | { readonly bucket: number; readonly id: string; readonly email: string | null }
    | undefined;
}

/** What was asked about an email, and the answer. */
export interface Asked {
  /** To ask again with when the attempt begins. */
  readonly consent: HashedAsk;
  /** Why the email may not go; null when it may. */
  readonly refusal: string | null;
}

/**
 * Asks for all emails, in one query, whether they may go.
 *
 * @returns in the order of the emails; null where there is nobody, or no address, to ask about
 */
export async function askConsent(
  { db, consentKey }: { db: Db; consentKey: ConsentKey },
  emails: readonly EmailTo[],
): Promise<(Asked | null)[]> {
  const asks = emails.map(consentAskOf);
  const known = asks.filter((ask) => ask !== null);
  const answers = (await refusalsOf(db, consentKey, known)).values();
  return asks.map((ask) => {
    if (ask === null) return null;
    const { value: refusal = 'consent_unreadable' } = answers.next();
    return { consent: hashedAsk(consentKey, ask), refusal };
  });
}

/** An email that does not say what it is for is marketing. */
function consentAskOf({ workspaceId, step, user }: EmailTo): ConsentAsk | null {
  if (user === undefined || user.email === null) return null;
  const { bucket, id: userId, email: address } = user;
  const purpose = step.purpose ?? 'marketing';
  const listId = purpose === 'marketing' ? (step.list_id ?? null) : null;
  return { workspaceId, bucket, userId, address, purpose, listId };
}
