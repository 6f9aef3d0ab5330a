import { consentLinks } from '../consent/index.ts';
import type { LinkSigner } from '../platform/link-token.ts';

/** Whose message it is, and what it is about. */
export interface UnsubscribeFor {
  readonly signer: LinkSigner;
  /** Where people reach this server, without a trailing slash. */
  readonly publicUrl: string;
  readonly workspaceId: string;
  /** Internal id. */
  readonly userId: string;
  readonly messageId: string;
  /** The list of the email's step; null where it is for no list. */
  readonly list: { readonly id: string; readonly name: string } | null;
  /** Whether the headers are wanted: transactional mail has none. */
  readonly purpose: 'marketing' | 'transactional';
  /** A bare address at which a message ends the subscription too; null where nobody reads one. */
  readonly mailto: string | null;
}

/** How a person gets out of what a message is about. */
export interface Unsubscribe {
  /** Merge tag `unsubscribe_url`. */
  readonly unsubscribeUrl: string;
  /** Merge tag `preferences_url`. */
  readonly preferencesUrl: string;
  /** For the message; empty for transactional mail. */
  readonly headers: Readonly<Record<string, string>>;
}

/** RFC 2919 section 2 leaves the form of an identifier open; a label of RFC 1034 fits every reader. */
const LIST_NAME_LENGTH_MAX = 200;

/**
 * The links and headers by which a person unsubscribes: for this message, for ever.
 *
 * The https link comes first and alone answers one click; both headers have to be under the DKIM
 * signature. Source: RFC 2369, RFC 2919, RFC 8058.
 */
export function unsubscribeOf({
  signer,
  publicUrl,
  workspaceId,
  userId,
  messageId,
  list,
  purpose,
  mailto,
}: UnsubscribeFor): Unsubscribe {
  const link = { workspaceId, userId, listId: list?.id ?? null, messageId };
  const { unsubscribeUrl, preferencesUrl } = consentLinks({ signer, publicUrl }, link);
  if (purpose === 'transactional') return { unsubscribeUrl, preferencesUrl, headers: {} };
  const ways = [unsubscribeUrl, ...(mailto === null ? [] : [mailtoOf(mailto)])];
  return {
    unsubscribeUrl,
    preferencesUrl,
    headers: {
      'List-Unsubscribe': ways.map((way) => `<${way}>`).join(', '),
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      ...(list === null ? {} : { 'List-Id': listIdOf(list, publicUrl) }),
    },
  };
}

/** Source: RFC 6068 section 2, whose reserved characters an address may have in its local part. */
const mailtoOf = (address: string): string =>
  `mailto:${address.replaceAll(/[^\w.+@-]/g, encodeURIComponent)}?subject=unsubscribe`;

/** `"Name" <id.host>`: the id stays when the list is renamed. */
function listIdOf({ id, name }: { id: string; name: string }, publicUrl: string): string {
  const { hostname } = new URL(publicUrl);
  const plain = name
    .replaceAll(/[^ -~]/g, ' ')
    .replaceAll(/["\\<>]/g, '')
    .replaceAll(/ +/g, ' ')
    .trim()
    .slice(0, LIST_NAME_LENGTH_MAX);
  // A phrase of other scripts would have to be encoded, which few readers of this header undo.
  const phrase = plain === '' || plain !== name ? '' : `"${plain}" `;
  return `${phrase}<${id}.${hostname.replaceAll(/[[\]:]/g, '')}>`;
}
