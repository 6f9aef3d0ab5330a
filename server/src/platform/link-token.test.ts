import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLinkSigner } from './link-token.ts';

const signer = createLinkSigner(Buffer.alloc(32, 7));

test('a token opens to what was signed, for its purpose and its key only', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), (payload) => {
      const token = signer.sign('click', payload);
      expect(signer.open('click', token)).toEqual(Buffer.from(payload));
      expect(signer.open('open', token)).toBeNull();
      expect(createLinkSigner(randomBytes(32)).open('click', token)).toBeNull();
    }),
  );
});

test('no changed token opens', () => {
  const token = signer.sign('unsubscribe', randomBytes(48));
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (let at = 0; at < token.length; at += 1) {
    for (const letter of alphabet) {
      const changed = token.slice(0, at) + letter + token.slice(at + 1);
      if (changed !== token) expect(signer.open('unsubscribe', changed)).toBeNull();
    }
  }
  for (const other of ['', 'A', `${token}A`, token.slice(1), `${token}=`, ` ${token}`]) {
    expect(signer.open('unsubscribe', other)).toBeNull();
  }
});
