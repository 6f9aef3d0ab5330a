import type { LinkSigner } from '../../platform/link-token.ts';
import { uuidOf } from './uuid.ts';

const UUID_BYTES = 16;

/**
 * The token of the address that mail is posted to. It is not stored: the installation's key makes
 * it of the inbox and how many it had before.
 */
export function postTokenOf(
  signer: LinkSigner,
  { id, generation }: { id: string; generation: number },
): string {
  const payload = Buffer.alloc(UUID_BYTES + 4);
  payload.write(id.replaceAll('-', ''), 'hex');
  payload.writeUInt32BE(generation, UUID_BYTES);
  return signer.sign('inbound', payload);
}

/** The inbox that a token was made for; null for every token that was not. */
export function openPostToken(
  signer: LinkSigner,
  token: string,
): { id: string; generation: number } | null {
  const payload = signer.open('inbound', token);
  if (payload?.length !== UUID_BYTES + 4) return null;
  const id = uuidOf(payload.subarray(0, UUID_BYTES));
  return { id, generation: payload.readUInt32BE(UUID_BYTES) };
}
