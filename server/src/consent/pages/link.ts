import type { LinkPurpose, LinkSigner } from '../../platform/link-token.ts';
import { NIL_UUID } from '../../platform/ids.ts';

/** What a link in an email says about who may do what by it. */
export interface ConsentLink {
  readonly workspaceId: string;
  /** Internal id, as `userIdOf` gives it; works also when the user has been erased. */
  readonly userId: string;
  /** The list that the email was for; null for all of them. */
  readonly listId: string | null;
  /** The message that carried the link; null where there was none. */
  readonly messageId: string | null;
}

/** The pages that such a link can lead to. */
export type ConsentPurpose = Extract<LinkPurpose, 'unsubscribe' | 'preferences'>;

/** What a link says by which somebody confirms that they join a list. */
export interface ConfirmLink {
  readonly workspaceId: string;
  readonly userId: string;
  readonly listId: string;
  /** Keyed, hexadecimal: it confirms for the address that it was sent to, and for no later one. */
  readonly addressHash: string;
}

/** Where links lead, and what makes them ours. */
export interface LinkMaker {
  readonly signer: LinkSigner;
  /** Where people reach this server, without a trailing slash. */
  readonly publicUrl: string;
}

const UUID_BYTES = 16;
const PAYLOAD_BYTES = 4 * UUID_BYTES;

/** Both links of an email: out of what it is about, and to everything that can be chosen. */
export function consentLinks(
  { signer, publicUrl }: LinkMaker,
  link: ConsentLink,
): { readonly unsubscribeUrl: string; readonly preferencesUrl: string } {
  return {
    unsubscribeUrl: `${publicUrl}/u/${consentToken(signer, 'unsubscribe', link)}`,
    preferencesUrl: `${publicUrl}/p/${consentToken(signer, 'preferences', link)}`,
  };
}

/** A token of four ids and a MAC: 107 characters. It never runs out. */
export function consentToken(
  signer: LinkSigner,
  purpose: ConsentPurpose,
  { workspaceId, userId, listId, messageId }: ConsentLink,
): string {
  const ids = [workspaceId, userId, listId ?? NIL_UUID, messageId ?? NIL_UUID];
  return signer.sign(purpose, bytesOf(ids));
}

/** What a token says; null for anything that `consentToken` has not made for this purpose. */
export function openConsentToken(
  signer: LinkSigner,
  purpose: ConsentPurpose,
  token: string,
): ConsentLink | null {
  const ids = idsOf(signer.open(purpose, token));
  if (ids === null) return null;
  const [workspaceId, userId, listId, messageId] = ids;
  return { workspaceId, userId, listId: givenOf(listId), messageId: givenOf(messageId) };
}

/** The link of a confirmation email. */
export function confirmLink({ signer, publicUrl }: LinkMaker, link: ConfirmLink): string {
  const { workspaceId, userId, listId, addressHash } = link;
  const ids = [workspaceId, userId, listId, shortened(addressHash)];
  return `${publicUrl}/confirm/${signer.sign('confirm', bytesOf(ids))}`;
}

/** What a confirmation's token says; null for anything that `confirmLink` has not made. */
export function openConfirmToken(signer: LinkSigner, token: string): ConfirmLink | null {
  const ids = idsOf(signer.open('confirm', token));
  if (ids === null) return null;
  const [workspaceId, userId, listId, hash] = ids;
  return { workspaceId, userId, listId, addressHash: hash.replaceAll('-', '') };
}

/** Whether a link was sent to the address that has this hash. */
export const isSentTo = ({ addressHash }: ConfirmLink, hash: string): boolean =>
  addressHash === shortened(hash);

/** 128 bits of a keyed hash tell two addresses apart as well as all of it. */
const shortened = (hash: string): string => hash.slice(0, 2 * UUID_BYTES);

const bytesOf = (ids: readonly string[]): Buffer =>
  Buffer.from(ids.join('').replaceAll('-', ''), 'hex');

function idsOf(payload: Buffer | null): [string, string, string, string] | null {
  if (payload === null || payload.length !== PAYLOAD_BYTES) return null;
  const idAt = (n: number): string =>
    payload
      .toString('hex', n * UUID_BYTES, (n + 1) * UUID_BYTES)
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return [idAt(0), idAt(1), idAt(2), idAt(3)];
}

const givenOf = (id: string): string | null => (id === NIL_UUID ? null : id);
