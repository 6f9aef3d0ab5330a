import { setupTokenOf } from '../../workspace/index.ts';

/** Where the first member makes their account. What is after `#` is sent to no server. */
export const setupLink = (url: string, encryptionKey: Uint8Array): string =>
  `${url}/setup#token=${setupTokenOf(encryptionKey)}`;

/** Where a member chooses a new password. */
export const resetLink = (url: string, token: string): string =>
  `${url}/reset-password#token=${token}`;
